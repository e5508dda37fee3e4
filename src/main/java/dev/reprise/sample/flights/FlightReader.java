package dev.reprise.sample.flights;

import dev.reprise.item.BrokenInputException;
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
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/** Step {@code load}: reads the month's file, from the row after the last committed one. */
@Dependent
@Named
class FlightReader extends AbstractItemReader {

    /** Behind the header. */
    static final long FIRST_ROW = 2;

    private final Path file;
    private @Nullable CsvRecords records;

    @Inject
    FlightReader(@BatchProperty(name = "month") String month, @BatchProperty(name = "input") @Nullable String input) {
        this.file = SampleFiles.flights(YearMonth.parse(month), input);
    }

    @Override
    public void open(@Nullable Serializable checkpoint) throws IOException {
        records = CsvRecords.open(file, FlightRow.FORMAT, checkpoint);
    }

    @Override
    public @Nullable FlightRow readItem() throws IOException {
        CsvRecord record = opened().next();
        if (record == null) {
            expectARow(opened().position());
            return null;
        }
        return FlightRow.of(record);
    }

    private void expectARow(CsvPosition end) throws BrokenInputException {
        if (end.line() == FIRST_ROW) {
            throw new BrokenInputException(file, FIRST_ROW, "at least one row", "the end of the file");
        }
    }

    @Override
    public CsvPosition checkpointInfo() throws IOException {
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
