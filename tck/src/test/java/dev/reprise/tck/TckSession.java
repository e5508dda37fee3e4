package dev.reprise.tck;

import dev.reprise.server.ArquillianServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Prepares a run as the project's container tests do, with the tables that the TCK's jobs read and write, and keeps
 * what the reports do not tell. Does nothing where {@code reprise.it.database} names no database.
 */
public final class TckSession implements LauncherSessionListener {

    private static final String DATABASE = System.getProperty("reprise.it.database", "");

    private @Nullable ArquillianServer server;

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (!ArquillianServer.isAskedFor()) {
            return;
        }
        server = ArquillianServer.prepare();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(resource("/order-db.sql"));
        } catch (SQLException e) {
            throw new IllegalStateException("The TCK's tables cannot be made", e);
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        ArquillianServer prepared = server;
        if (prepared == null) {
            return;
        }
        try (prepared) {
            keep(Path.of(System.getProperty("tck.report")));
        }
    }

    /** The proof that it was our repository that the run went through, and the server's log, which the next run deletes. */
    private static void keep(Path report) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("select count(*) from BATCH_JOB_EXECUTION")) {
            count.next();
            DatabaseMetaData database = connection.getMetaData();
            Files.write(
                    report.resolve("run.properties"),
                    List.of(
                            "database=" + database.getDatabaseProductName() + " "
                                    + database.getDatabaseProductVersion(),
                            "executions=" + count.getLong(1)));
            Files.copy(
                    Path.of(System.getProperty("reprise.it.base"), "log", "server.log"),
                    report.resolve("server.log"),
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (SQLException e) {
            throw new IllegalStateException("The job executions cannot be counted", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static String resource(String name) {
        try (InputStream in = TckSession.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("There is no " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
