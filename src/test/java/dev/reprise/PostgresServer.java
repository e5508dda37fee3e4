package dev.reprise;

import dev.reprise.server.FreePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.postgresql.ds.PGSimpleDataSource;

/** The PostgreSQL server of the tests: started once for the JVM, when it is first asked for. */
public final class PostgresServer {

    private PostgresServer() {}

    /** A data source whose tables are in a new, empty schema. */
    public static PGSimpleDataSource emptySchema() throws SQLException {
        String schema = "s" + UUID.randomUUID().toString().replace("-", "");
        PGSimpleDataSource dataSource = (PGSimpleDataSource) Started.SERVER.getPostgresDatabase();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create schema " + schema);
        }
        dataSource.setCurrentSchema(schema);
        return dataSource;
    }

    /** The JDBC URL of a new, empty schema, with its user. */
    public static String emptySchemaUrl() {
        try {
            return urlOf(emptySchema());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a driver manager takes it. */
    public static String urlOf(PGSimpleDataSource dataSource) {
        return dataSource.getUrl() + "&user=" + dataSource.getUser();
    }

    private static final class Started {
        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setPort(FreePorts.one())
                        .setPGStartupWait(Patience.GUARD)
                        .setServerConfig("fsync", "off")
                        .setServerConfig("synchronous_commit", "off")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
