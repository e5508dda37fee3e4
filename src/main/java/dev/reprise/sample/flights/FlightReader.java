package dev.reprise.sample.flights;

import dev.reprise.item.CsvRow;
import dev.reprise.item.CsvRows;
import dev.reprise.item.LinePosition;
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

/** Step {@code load}: reads the month's file, from the line after the last committed one. */
@Dependent
@Named
class FlightReader extends AbstractItemReader {

    private final Path file;
    private @Nullable CsvRows rows;

    @Inject
    FlightReader(@BatchProperty(name = "month") String month, @BatchProperty(name = "input") @Nullable String input) {
        this.file = SampleFiles.flights(YearMonth.parse(month), input);
    }

    @Override
    public void open(@Nullable Serializable checkpoint) throws IOException {
        rows = CsvRows.gzipped(file, FlightRow.HEADER, (LinePosition) checkpoint);
    }

    @Override
    public @Nullable FlightRow readItem() throws IOException {
        CsvRow row = opened().next();
        return row == null ? null : FlightRow.of(row);
    }

    @Override
    public LinePosition checkpointInfo() {
        return opened().position();
    }

    @Override
    public void close() throws IOException {
        if (rows != null) {
            rows.close();
        }
    }

    private CsvRows opened() {
        if (rows == null) {
            throw new IllegalStateException("the reader is not open");
        }
        return rows;
    }
}
