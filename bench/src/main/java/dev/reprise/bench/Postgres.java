package dev.reprise.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The one PostgreSQL server of a run, on loopback, with a database for each peer. */
final class Postgres implements AutoCloseable {

    private static final String LOG = "postgresql.log";

    /** What differs from the defaults of PostgreSQL; the same for all peers. */
    static final Map<String, String> SETTINGS = new TreeMap<>(Map.ofEntries(
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("shared_buffers", "1GB"),
            Map.entry("max_wal_size", "4GB"),
            Map.entry("checkpoint_timeout", "30min"),
            Map.entry("max_connections", "700"),
            Map.entry("timezone", "UTC"),
            Map.entry("unix_socket_directories", ""),
            // Database, session, transaction: by them a counted run knows whose statement a line is.
            Map.entry("logging_collector", "on"),
            Map.entry("log_filename", LOG),
            Map.entry("log_rotation_age", "0"),
            Map.entry("log_rotation_size", "0"),
            Map.entry("log_line_prefix", StatementLog.PREFIX)));

    private static final String USER = "postgres";

    private final Path folder;
    private final EmbeddedPostgres server;

    private Postgres(Path folder, EmbeddedPostgres server) {
        this.folder = folder;
        this.server = server;
    }

    static Postgres start(Path folder) {
        Folders.empty(folder.resolve("data"));
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("data"))
                .setOverrideWorkingDirectory(folder.resolve("server").toFile())
                .setPGStartupWait(Duration.ofMinutes(1))
                .setErrorRedirector(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("postgres.log").toFile()))
                .setOutputRedirector(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("postgres.log").toFile()));
        SETTINGS.forEach(builder::setServerConfig);
        try {
            return new Postgres(folder, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty database of that name. */
    Database create(String name) {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("drop database if exists " + name + " with (force)");
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return new Database(url(name), USER, USER);
    }

    /** Every statement that the server executes in that database while something runs, read from the server's log. */
    List<StatementLog.Transaction> statementsOf(Database database, Runnable something) {
        return logged("log_statement", "all", "none", something, StatementLog::read, database);
    }

    /** What each statement took that the server executes in that database while something runs. */
    List<StatementTimes.Total> timesOf(Database database, Runnable something) {
        return logged("log_min_duration_statement", "0", "-1", something, StatementTimes::read, database);
    }

    /** Reads what the server's log tells of a database, from a byte of it on. */
    private interface LogReader<T> {
        List<T> read(Path log, long from, String database) throws IOException;
    }

    private <T> List<T> logged(
            String setting, String on, String off, Runnable something, LogReader<T> reader, Database database) {
        Path log = folder.resolve("data/log").resolve(LOG);
        try {
            long begin = Files.size(log);
            set(setting, on);
            try {
                something.run();
            } finally {
                set(setting, off);
            }
            return reader.read(log, begin, database.name());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void set(String setting, String value) {
        execute("alter system set " + setting + " = '" + value + "'");
        execute("select pg_reload_conf()");
        // Sessions read it before their next statement once the signal has reached them.
        Pause.millis(500);
    }

    String version() {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show server_version")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes what the last measurement left to be written, so that the next does not pay for it. */
    void checkpoint() {
        execute("checkpoint");
    }

    /** Bytes of write-ahead log since the server was made. */
    long walBytes() {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")) {
            row.next();
            return row.getBigDecimal(1).longValue();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** CPU time that the server has used since its start, that of sessions which have ended included; zero if unknown. */
    Duration cpu() {
        try {
            long postmaster = Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid"))
                    .get(0)
                    .trim());
            long ticks = CpuTicks.withEndedChildren(postmaster);
            for (ProcessHandle session :
                    ProcessHandle.of(postmaster).orElseThrow().children().toList()) {
                ticks += CpuTicks.of(session.pid());
            }
            return Duration.ofMillis(ticks * CpuTicks.MILLIS);
        } catch (IOException e) {
            return Duration.ZERO;
        }
    }

    void execute(String sql) {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connect(String name) throws SQLException {
        return DriverManager.getConnection(url(name), USER, USER);
    }

    private String url(String name) {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + name;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
