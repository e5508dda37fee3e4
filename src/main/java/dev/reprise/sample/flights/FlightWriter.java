package dev.reprise.sample.flights;

import dev.reprise.sample.flights.CheckedFlight.Fault;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Step {@code load}: writes a chunk, the good rows to FLIGHT and the others to REJECTED_FLIGHT, in the chunk's transaction.
 * The chunk with the file's first row first removes all that there is of the month: a month loaded anew starts from
 * nothing, and what clears it commits with what replaces it.
 */
@Dependent
@Named
class FlightWriter extends AbstractItemWriter {

    private static final long FIRST_ROW = 2;

    /** As long as the column. */
    private static final int LONGEST_ROW_TEXT = 1000;

    private static final List<String> TABLES =
            List.of("FLIGHT", "REJECTED_FLIGHT", "SUMMARY_RANGE", "ROUTE_SUMMARY", "AIRPORT_SUMMARY", "FLIGHT_ALERT");

    private static final String INSERT_FLIGHT = """
            insert into FLIGHT
                   (FLIGHT_MONTH, FLIGHT_ID, DEPARTURE, DELAY_MINUTES, DISTANCE_MILES, ORIGIN, DESTINATION)
            values (?, ?, ?, ?, ?, ?, ?)""";

    private static final String INSERT_REJECTED = """
            insert into REJECTED_FLIGHT (FLIGHT_MONTH, LINE_NUMBER, REASON, ROW_TEXT)
            values (?, ?, ?, ?)""";

    private final FlightTables tables;
    private final String month;

    @Inject
    FlightWriter(FlightTables tables, @BatchProperty(name = "month") String month) {
        this.tables = tables;
        this.month = month;
    }

    @Override
    public void writeItems(List<Object> items) throws SQLException {
        List<CheckedFlight> flights =
                items.stream().map(CheckedFlight.class::cast).toList();
        try (Connection connection = tables.dataSource().getConnection()) {
            if (flights.get(0).row().line() == FIRST_ROW) {
                clearMonth(connection);
            }
            insert(connection, flights);
            insertRejected(connection, flights);
        }
    }

    private void clearMonth(Connection connection) throws SQLException {
        for (String table : TABLES) {
            try (PreparedStatement delete =
                    connection.prepareStatement("delete from " + table + " where FLIGHT_MONTH = ?")) {
                delete.setString(1, month);
                delete.executeUpdate();
            }
        }
    }

    private void insert(Connection connection, List<CheckedFlight> flights) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_FLIGHT)) {
            boolean any = false;
            for (CheckedFlight flight : flights) {
                if (flight.fault() != null) {
                    continue;
                }
                FlightRow row = flight.row();
                insert.setString(1, month);
                insert.setLong(2, row.flightId());
                insert.setObject(3, row.departure());
                insert.setInt(4, row.delay());
                insert.setInt(5, row.distance());
                insert.setString(6, row.origin());
                insert.setString(7, row.destination());
                insert.addBatch();
                any = true;
            }
            if (any) {
                insert.executeBatch();
            }
        } catch (SQLException e) {
            throw isDuplicate(e) ? duplicate(flights, e) : e;
        }
    }

    private void insertRejected(Connection connection, List<CheckedFlight> flights) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_REJECTED)) {
            boolean any = false;
            for (CheckedFlight flight : flights) {
                Fault fault = flight.fault();
                if (fault == null) {
                    continue;
                }
                String text = flight.row().text();
                insert.setString(1, month);
                insert.setLong(2, flight.row().line());
                insert.setString(3, fault.name());
                insert.setString(4, text.substring(0, Math.min(text.length(), LONGEST_ROW_TEXT)));
                insert.addBatch();
                any = true;
            }
            if (any) {
                insert.executeBatch();
            }
        }
    }

    private static boolean isDuplicate(SQLException e) {
        String state = e.getSQLState();
        return state != null && state.startsWith("23");
    }

    private SQLException duplicate(List<CheckedFlight> flights, SQLException cause) {
        return new SQLException(
                "lines " + flights.get(0).row().line() + " to "
                        + flights.get(flights.size() - 1).row().line() + " of the flights of " + month
                        + ": expected each flight_id once, found one for the second time (" + cause.getMessage() + ")",
                cause.getSQLState(),
                cause);
    }
}
