package dev.reprise.sample.flights;

import dev.reprise.item.BulkTable;
import dev.reprise.item.BulkWriter;
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

    /** As long as the column. */
    private static final int LONGEST_ROW_TEXT = 1000;

    private static final List<String> TABLES =
            List.of("FLIGHT", "REJECTED_FLIGHT", "SUMMARY_RANGE", "ROUTE_SUMMARY", "AIRPORT_SUMMARY", "FLIGHT_ALERT");

    private final FlightTables tables;
    private final String month;
    private final BulkWriter<FlightRow> flights;
    private final BulkWriter<CheckedFlight> rejected;

    @Inject
    FlightWriter(FlightTables tables, @BatchProperty(name = "month") String month) {
        this.tables = tables;
        this.month = month;
        this.flights = new BulkWriter<>(BulkTable.<FlightRow>named("FLIGHT")
                .column("FLIGHT_MONTH", flight -> month)
                .column("FLIGHT_ID", FlightRow::flightId)
                .column("DEPARTURE", FlightRow::departure)
                .column("DELAY_MINUTES", FlightRow::delay)
                .column("DISTANCE_MILES", FlightRow::distance)
                .column("ORIGIN", FlightRow::origin)
                .column("DESTINATION", FlightRow::destination));
        this.rejected = new BulkWriter<>(BulkTable.<CheckedFlight>named("REJECTED_FLIGHT")
                .column("FLIGHT_MONTH", flight -> month)
                .column("LINE_NUMBER", flight -> flight.row().line())
                .column("REASON", flight -> String.valueOf(flight.fault()))
                .column("ROW_TEXT", flight -> shortened(flight.row().text())));
    }

    @Override
    public void writeItems(List<Object> items) throws SQLException {
        List<CheckedFlight> checked =
                items.stream().map(CheckedFlight.class::cast).toList();
        try (Connection connection = tables.dataSource().getConnection()) {
            if (checked.get(0).row().line() == FlightReader.FIRST_ROW) {
                clearMonth(connection);
            }
            insert(
                    connection,
                    checked.stream()
                            .filter(flight -> flight.fault() == null)
                            .map(CheckedFlight::row)
                            .toList());
            rejected.write(
                    connection,
                    checked.stream().filter(flight -> flight.fault() != null).toList());
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

    private void insert(Connection connection, List<FlightRow> rows) throws SQLException {
        try {
            flights.write(connection, rows);
        } catch (SQLException e) {
            throw isDuplicate(e) ? duplicate(rows, e) : e;
        }
    }

    private static String shortened(String text) {
        if (text.length() <= LONGEST_ROW_TEXT) {
            return text;
        }
        boolean half = Character.isHighSurrogate(text.charAt(LONGEST_ROW_TEXT - 1));
        return text.substring(0, half ? LONGEST_ROW_TEXT - 1 : LONGEST_ROW_TEXT);
    }

    private static boolean isDuplicate(SQLException e) {
        String state = e.getSQLState();
        return state != null && state.startsWith("23");
    }

    private SQLException duplicate(List<FlightRow> rows, SQLException cause) {
        return new SQLException(
                "lines " + rows.get(0).line() + " to "
                        + rows.get(rows.size() - 1).line() + " of the flights of " + month
                        + ": expected each flight_id once, found one for the second time (" + cause.getMessage() + ")",
                cause.getSQLState(),
                cause);
    }
}
