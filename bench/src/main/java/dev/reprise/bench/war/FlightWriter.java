package dev.reprise.bench.war;

import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.FlightTable;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Writes flights with the statement that every peer uses. */
@Dependent
@Named("flightWriter")
public class FlightWriter extends AbstractItemWriter {

    private final BenchDataSource dataSource;

    @Inject
    FlightWriter(BenchDataSource dataSource) {
        this.dataSource = dataSource;
    }

    @Override
    public void writeItems(List<Object> items) throws SQLException {
        List<Flight> flights = items.stream().map(Flight.class::cast).toList();
        try (Connection connection = dataSource.open()) {
            FlightTable.insert(connection, flights);
        }
    }
}
