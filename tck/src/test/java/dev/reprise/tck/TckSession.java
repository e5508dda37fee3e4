package dev.reprise.tck;

import dev.reprise.server.TestSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Prepares a run as the project's container tests do, and makes the tables that the TCK's jobs read and write. */
public final class TckSession implements LauncherSessionListener {

    private static final String DATABASE = System.getProperty("reprise.it.database", "");

    private final TestSession server = new TestSession();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        server.launcherSessionOpened(session);
        if (DATABASE.isEmpty()) {
            return;
        }
        try (InputStream tables = TckSession.class.getResourceAsStream("/order-db.sql");
                Connection connection = connect();
                Statement statement = connection.createStatement()) {
            if (tables == null) {
                throw new IllegalStateException("no order-db.sql");
            }
            statement.execute(new String(tables.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException("The TCK's tables cannot be made", e);
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        server.launcherSessionClosed(session);
    }

    /** The database of the server's data source; an H2 file is to be had only while the server does not run. */
    private static Connection connect() throws SQLException {
        return DATABASE.equals("postgresql")
                ? DriverManager.getConnection(
                        System.getenv("REPRISE_DB_URL"),
                        System.getenv("REPRISE_DB_USER"),
                        System.getenv("REPRISE_DB_PASSWORD"))
                : DriverManager.getConnection(
                        "jdbc:h2:file:" + System.getProperty("reprise.it.data") + "/reprise", "sa", "");
    }
}
