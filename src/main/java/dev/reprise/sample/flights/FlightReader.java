package dev.reprise.sample.flights;

import dev.reprise.item.AbstractCsvReader;
import dev.reprise.item.BrokenInputException;
import dev.reprise.item.CsvPosition;
import dev.reprise.item.CsvRecord;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.nio.file.Path;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/** Step {@code load}: reads the month's file, from the row after the last committed one. */
@Dependent
@Named
class FlightReader extends AbstractCsvReader<FlightRow> {

    /** Behind the header. */
    static final long FIRST_ROW = 2;

    private final Path file;

    @Inject
    FlightReader(@BatchProperty(name = "month") String month, @BatchProperty(name = "input") @Nullable String input) {
        this(SampleFiles.flights(YearMonth.parse(month), input));
    }

    FlightReader(Path file) {
        super(file, FlightRow.FORMAT);
        this.file = file;
    }

    @Override
    protected FlightRow item(CsvRecord row) throws IOException {
        return FlightRow.of(row);
    }

    @Override
    protected void ended(CsvPosition end) throws BrokenInputException {
        if (end.line() == FIRST_ROW) {
            throw new BrokenInputException(file, FIRST_ROW, "at least one row", "the end of the file");
        }
    }
}
