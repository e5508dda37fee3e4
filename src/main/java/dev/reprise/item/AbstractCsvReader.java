package dev.reprise.item;

import jakarta.batch.api.chunk.AbstractItemReader;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A reader that makes an item of each record of a CSV file, and goes on behind the last committed one after a restart: its
 * checkpoint is a {@link CsvPosition}. Not thread-safe, as readers of a step need not be. Subclasses are {@code @Dependent},
 * without interceptors.
 *
 * @param <T> of the items
 */
public abstract class AbstractCsvReader<T> extends AbstractItemReader {

    private final Path file;
    private final CsvFormat format;
    private @Nullable CsvRecords records;

    /** A reader of this file, which is opened with the step. */
    protected AbstractCsvReader(Path file, CsvFormat format) {
        this.file = file;
        this.format = format;
    }

    /**
     * Makes an item of a record; never null, which would be the end of the file: a processor filters.
     *
     * @throws BrokenInputException as the methods of {@link CsvRecord} do, or of its own: the next call gives the record after
     */
    protected abstract T item(CsvRecord row) throws IOException;

    /**
     * Called each time the end of the file is found.
     *
     * @param end behind the last record
     * @throws IOException if the file may not end there
     */
    protected void ended(CsvPosition end) throws IOException {}

    /**
     * Opens the file, at its first record or at a checkpoint.
     *
     * @throws IOException as {@link CsvRecords#open(Path, CsvFormat, Serializable)}
     */
    @Override
    public final void open(@Nullable Serializable checkpoint) throws IOException {
        records = CsvRecords.open(file, format, checkpoint);
    }

    @Override
    public final @Nullable T readItem() throws IOException {
        CsvRecord row = opened().next();
        if (row == null) {
            ended(opened().position());
            return null;
        }
        T item = item(row);
        if (item == null) {
            throw new IllegalStateException(row.place() + ": expected an item of the record, found"
                    + " null, which means the end of the file. To leave records out, return null from a processor.");
        }
        return item;
    }

    @Override
    public final CsvPosition checkpointInfo() throws IOException {
        return opened().position();
    }

    @Override
    public final void close() throws IOException {
        if (records != null) {
            records.close();
        }
    }

    private CsvRecords opened() {
        if (records == null) {
            throw new IllegalStateException("the reader is not open");
        }
        return records;
    }
}
