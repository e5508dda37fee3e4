package dev.reprise.sample.flights;

import dev.reprise.sample.flights.CheckedFlight.Fault;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.nio.file.Path;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/** Step {@code load}: finds the first rule that a row breaks; no row is dropped. */
@Dependent
@Named
class FlightValidator implements ItemProcessor {

    /** Minutes. More than two hours early or two days late is a slip of the pen. */
    static final int LEAST_DELAY = -120;

    static final int MOST_DELAY = 2880;

    private final YearMonth month;
    private final Path airportsFile;
    private @Nullable Airports airports;

    @Inject
    FlightValidator(@BatchProperty(name = "month") String month) {
        this(month, SampleFiles.airports());
    }

    FlightValidator(String month, Path airportsFile) {
        this.month = YearMonth.parse(month);
        this.airportsFile = airportsFile;
    }

    @Override
    public CheckedFlight processItem(Object item) throws IOException {
        FlightRow row = (FlightRow) item;
        return new CheckedFlight(row, faultOf(row));
    }

    private @Nullable Fault faultOf(FlightRow row) throws IOException {
        if (airports == null) {
            airports = Airports.read(airportsFile);
        }
        if (!airports.has(row.origin()) || !airports.has(row.destination())) {
            return Fault.UNKNOWN_AIRPORT;
        }
        if (row.distance() <= 0) {
            return Fault.DISTANCE;
        }
        if (row.delay() < LEAST_DELAY || row.delay() > MOST_DELAY) {
            return Fault.DELAY;
        }
        return YearMonth.from(row.departure()).equals(month) ? null : Fault.MONTH;
    }
}
