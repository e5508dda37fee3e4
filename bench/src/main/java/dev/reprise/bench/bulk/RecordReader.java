package dev.reprise.bench.bulk;

import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.ImportWatch;
import dev.reprise.item.CsvFormat;
import dev.reprise.item.CsvPosition;
import dev.reprise.item.CsvRecord;
import dev.reprise.item.CsvRecords;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads flights; its checkpoint is a byte of the file. */
@Dependent
@Named("recordReader")
public class RecordReader extends AbstractItemReader {

    private static final CsvFormat FLIGHTS =
            CsvFormat.of("flight_id", "departure", "delay_minutes", "distance_miles", "origin", "destination");

    private final String file;
    private @Nullable CsvRecords records;

    @Inject
    RecordReader(@BatchProperty(name = "file") String file) {
        this.file = file;
    }

    @Override
    public void open(@Nullable Serializable checkpoint) throws IOException {
        records = CsvRecords.open(Path.of(file), FLIGHTS, (CsvPosition) checkpoint);
    }

    @Override
    public @Nullable Flight readItem() throws IOException {
        CsvRecord row = opened().next();
        if (row == null) {
            return null;
        }
        long id = row.wholeNumber(0, 1, Long.MAX_VALUE);
        ImportWatch.read(id);
        return new Flight(
                id,
                row.dateTime(1),
                (int) row.wholeNumber(2, Integer.MIN_VALUE, Integer.MAX_VALUE),
                (int) row.wholeNumber(3, 0, Integer.MAX_VALUE),
                row.field(4),
                row.field(5));
    }

    @Override
    public Serializable checkpointInfo() throws IOException {
        return opened().position();
    }

    @Override
    public void close() throws IOException {
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
