package dev.reprise.sample.flights;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Step {@code alert}: puts the ten least punctual airports into FLIGHT_ALERT and into the log. */
@Dependent
@Named
class AlertBatchlet extends AbstractBatchlet {

    static final int AIRPORTS = 10;

    private static final Logger LOGGER = System.getLogger(AlertBatchlet.class.getName());

    private static final String DELETE = "delete from FLIGHT_ALERT where FLIGHT_MONTH = ?";

    private static final String INSERT = """
            insert into FLIGHT_ALERT
                   (FLIGHT_MONTH, RANKING, AIRPORT, FLIGHTS, ON_TIME_FLIGHTS, TOTAL_DELAY, P90_DELAY)
            values (?, ?, ?, ?, ?, ?, ?)""";

    private final FlightTables tables;
    private final String month;

    @Inject
    AlertBatchlet(FlightTables tables, @BatchProperty(name = "month") String month) {
        this.tables = tables;
        this.month = month;
    }

    @Override
    public @Nullable String process() throws SQLException {
        try (Connection connection = tables.dataSource().getConnection()) {
            List<DelaySummary> worst = FlightMonth.airports(connection, month).stream()
                    .limit(AIRPORTS)
                    .toList();
            replace(connection, worst);
            int ranking = 0;
            for (DelaySummary airport : worst) {
                LOGGER.log(
                        Level.WARNING,
                        "Least punctual in " + month + ", no. " + ++ranking + ": " + airport.origin() + ", on time "
                                + airport.onTime());
            }
        }
        return null;
    }

    private void replace(Connection connection, List<DelaySummary> worst) throws SQLException {
        // A batchlet runs outside of the container's transactions.
        connection.setAutoCommit(false);
        try (PreparedStatement delete = connection.prepareStatement(DELETE);
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            delete.setString(1, month);
            delete.executeUpdate();
            int ranking = 0;
            for (DelaySummary airport : worst) {
                insert.setString(1, month);
                insert.setInt(2, ++ranking);
                insert.setString(3, airport.origin());
                insert.setLong(4, airport.flights());
                insert.setLong(5, airport.onTime().part());
                insert.setLong(6, airport.totalDelay());
                insert.setInt(7, airport.p90Delay());
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
