package dev.reprise.server;

import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL of the cluster, which a test may stop for a while; looked at directly, past every proxy. */
public final class ClusterDatabase implements AutoCloseable {

    private static final String PID = "postmaster.pid";

    /** Kept, so that its level is. */
    private static final Logger LOG_OF_STARTER = Logger.getLogger(EmbeddedPostgres.class.getName());

    private final Path data;
    private final int port;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();
    private @Nullable EmbeddedPostgres running;

    ClusterDatabase(Path data) {
        this.data = data;
        this.port = FreePorts.one();
    }

    /** The same at every start. */
    public int port() {
        return port;
    }

    /** Whether it was started and not stopped since. */
    public boolean isRunning() {
        return running != null;
    }

    /** Starts it, with the data that it had when it was stopped. */
    public void start() {
        try {
            running = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setPGStartupWait(Patience.GUARD)
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setServerConfig("max_connections", "200")
                    .setServerConfig("fsync", "off")
                    // Else it forgets, killed, what it has said it had committed.
                    .setServerConfig("synchronous_commit", "on")
                    // Its lock outlives a killed server.
                    .setServerConfig("unix_socket_directories", "")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start", e);
        }
    }

    /**
     * Stops it and waits for the end of all its processes.
     *
     * @param how {@code INT}: as a service manager stops it, what runs is rolled back; {@code QUIT}: at once, it recovers
     *     at its next start; {@code KILL}: its first process is gone, and the others find out
     */
    public void stop(Signal how) {
        ProcessHandle first = postmaster();
        List<ProcessHandle> processes =
                Stream.concat(Stream.of(first), first.descendants()).toList();
        how.send(first);
        await("PostgreSQL has stopped").until(() -> processes.stream().noneMatch(ClusterDatabase::runs));
        // It logs that there is nothing to stop any more.
        LOG_OF_STARTER.setLevel(Level.OFF);
        try {
            Files.deleteIfExists(data.resolve(PID));
            stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            LOG_OF_STARTER.setLevel(null);
        }
    }

    private ProcessHandle postmaster() {
        try {
            long pid = Long.parseLong(Files.readAllLines(data.resolve(PID)).get(0));
            return ProcessHandle.of(pid).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it is more than an entry in the table of processes, of which nobody has asked how it ended. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    /** Stops it at once: every session is broken off. */
    public void stop() {
        EmbeddedPostgres stopping = running;
        running = null;
        idle.clear();
        try {
            if (stopping != null) {
                stopping.close();
                // It may take longer than that waits.
                await("PostgreSQL has stopped").until(() -> !Files.exists(data.resolve(PID)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not stop", e);
        }
    }

    /** The rows of a query, as text. */
    public List<List<String>> rows(String sql, Object... arguments) {
        return with(sql, arguments, query -> {
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet result = query.executeQuery()) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        row.add(String.valueOf(result.getString(i)));
                    }
                    rows.add(row);
                }
            }
            return rows;
        });
    }

    /** The only column of the rows of a query, as text. */
    public List<String> column(String sql, Object... arguments) {
        return rows(sql, arguments).stream().map(row -> row.get(0)).toList();
    }

    /** The only number that a query gives. */
    public long number(String sql, Object... arguments) {
        return Long.parseLong(column(sql, arguments).get(0));
    }

    /** The database's clock, as the tables have it. */
    public LocalDateTime now() {
        return time("select localtimestamp").orElseThrow();
    }

    /** A time from the tables; empty if the query gives no row, or nothing in it. */
    public Optional<LocalDateTime> time(String sql, Object... arguments) {
        return with(sql, arguments, query -> {
            try (ResultSet result = query.executeQuery()) {
                return result.next() ? Optional.ofNullable(result.getObject(1, LocalDateTime.class)) : Optional.empty();
            }
        });
    }

    /** Runs a statement. */
    public void execute(String sql, Object... arguments) {
        with(sql, arguments, PreparedStatement::execute);
    }

    private interface Use<T> {
        T of(PreparedStatement statement) throws SQLException;
    }

    /** A connection is kept only if it was of use. */
    private <T> T with(String sql, Object[] arguments, Use<T> use) {
        try {
            Connection kept = idle.poll();
            Connection connection = kept == null ? connect() : kept;
            boolean works = false;
            try (PreparedStatement statement = prepared(connection, sql, arguments)) {
                T result = use.of(statement);
                works = true;
                return result;
            } finally {
                if (works) {
                    idle.push(connection);
                } else {
                    connection.close();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres?ApplicationName=test&connectTimeout=60",
                "postgres",
                "postgres");
    }

    @Override
    public void close() {
        stop();
    }
}
