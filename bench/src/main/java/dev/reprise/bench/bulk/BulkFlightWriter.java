package dev.reprise.bench.bulk;

import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.ImportWatch;
import dev.reprise.bench.war.BenchDataSource;
import dev.reprise.item.BulkTable;
import dev.reprise.item.BulkWriter;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.util.List;

/** Writes flights with the bulk writer: COPY on PostgreSQL. */
@Dependent
@Named("bulkFlightWriter")
public class BulkFlightWriter extends AbstractItemWriter {

    private static final BulkWriter<Flight> WRITER = new BulkWriter<>(BulkTable.<Flight>named("FLIGHT")
            .column("ID", Flight::id)
            .column("DEPARTURE", Flight::departure)
            .column("DELAY", Flight::delay)
            .column("DISTANCE", Flight::distance)
            .column("ORIGIN", Flight::origin)
            .column("DESTINATION", Flight::destination));

    private final BenchDataSource dataSource;

    @Inject
    BulkFlightWriter(BenchDataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public void writeItems(List<Object> items) throws Exception {
        List<Flight> flights = items.stream().map(Flight.class::cast).toList();
        try (Connection connection = dataSource.open()) {
            WRITER.write(connection, flights);
        }
        ImportWatch.written();
    }
}
