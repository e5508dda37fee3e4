package dev.reprise.bench.bulk;

import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.ImportWatch;
import dev.reprise.item.AbstractCsvReader;
import dev.reprise.item.CsvFormat;
import dev.reprise.item.CsvRecord;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.nio.file.Path;

/** Reads flights; its checkpoint is a byte of the file. */
@Dependent
@Named("recordReader")
public class RecordReader extends AbstractCsvReader<Flight> {

    private static final CsvFormat FLIGHTS =
            CsvFormat.of("flight_id", "departure", "delay_minutes", "distance_miles", "origin", "destination");

    @Inject
    RecordReader(@BatchProperty(name = "file") String file) {
        super(Path.of(file), FLIGHTS);
    }

    @Override
    protected Flight item(CsvRecord row) throws IOException {
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
}
