package dev.reprise.sample.flights;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/**
 * The sample's tables. The job makes them before it runs ({@link FlightTablesListener}), not the application when it
 * starts: at that moment the job repository's own tables are made, and H2 lets two sessions that create tables at once
 * wait for each other. Several nodes at once are Flyway's business: one migrates, the others wait. Thread-safe.
 */
@ApplicationScoped
class FlightTables {

    private static final String HISTORY = "reprise_flights_history";

    /** The same one as the job repository's: so a chunk's rows and its checkpoint commit together. */
    @Resource(lookup = "java:jboss/datasources/reprise")
    DataSource dataSource;

    private boolean ready;

    FlightTables() {}

    FlightTables(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Makes or updates the tables unless that was done; must be called outside of any transaction. */
    synchronized void makeReady() throws SQLException {
        if (ready) {
            return;
        }
        try {
            Flyway.configure(FlightTables.class.getClassLoader())
                    .dataSource(dataSource)
                    .locations("classpath:dev/reprise/sample/flights/" + folder())
                    .table(HISTORY)
                    // The schema is the job repository's too, so it is not empty and is nobody's to baseline but ours.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
        } catch (RuntimeException e) {
            throw new IllegalStateException(say(e), e);
        }
        ready = true;
    }

    /** In a chunk a connection of this is part of the chunk's transaction. */
    DataSource dataSource() {
        return dataSource;
    }

    private String folder() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            return switch (product) {
                case "H2" -> "h2";
                case "PostgreSQL" -> "postgresql";
                default ->
                    throw new IllegalStateException(
                            "the flight sample has migrations for H2 and PostgreSQL, not for " + product);
            };
        }
    }

    private static String say(Exception e) {
        String message = e.getMessage();
        return e instanceof IllegalStateException && message != null
                ? message
                : "the tables of the flight sample could not be made (Flyway history " + HISTORY + "): "
                        + (message == null ? e.toString() : message.strip());
    }
}
