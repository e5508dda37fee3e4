package dev.reprise.bench.raw;

import dev.reprise.bench.peer.Flight;
import dev.reprise.bench.peer.FlightLines;
import dev.reprise.bench.peer.FlightTable;
import dev.reprise.bench.peer.ImportRun;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Imports with a loop: a batch of inserts and one update of the checkpoint in each transaction. Not thread-safe. */
final class JdbcImport {

    private static final String CREATE = """
            create table if not exists CHECKPOINT (
                ID varchar(200) not null primary key,
                POSITION bigint not null,
                COMMITS bigint not null)""";
    private static final String INSERT = "insert into CHECKPOINT values (?, 0, 0)";
    private static final String SELECT = "select POSITION from CHECKPOINT where ID = ?";
    private static final String UPDATE = "update CHECKPOINT set POSITION = ?, COMMITS = COMMITS + 1 where ID = ?";

    private final ImportRun.Connections connections;
    private final ImportRun run;

    JdbcImport(ImportRun.Connections connections, ImportRun run) {
        this.connections = connections;
        this.run = run;
    }

    static void createTables(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(CREATE);
        }
    }

    /** Forgets what an import before this one has reached. */
    void forget() throws SQLException {
        try (Connection connection = connections.open();
                Statement statement = connection.createStatement()) {
            statement.execute("truncate table CHECKPOINT");
        }
    }

    /** Goes on after the last checkpoint, in one thread for each file. */
    @Nullable
    Void run() throws Exception {
        List<Path> files = run.files();
        if (files.size() == 1) {
            load(files.get(0));
            return null;
        }
        ExecutorService threads = Executors.newFixedThreadPool(files.size());
        try {
            List<Future<?>> parts = new ArrayList<>();
            for (Path file : files) {
                parts.add(threads.submit(() -> {
                    load(file);
                    return null;
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } finally {
            threads.shutdown();
        }
        return null;
    }

    private void load(Path file) throws IOException, SQLException {
        String id = file.getFileName().toString();
        try (Connection connection = connections.open();
                PreparedStatement save = connection.prepareStatement(UPDATE)) {
            connection.setAutoCommit(false);
            try (FlightLines lines = new FlightLines(file, checkpoint(connection, id))) {
                List<Flight> chunk = new ArrayList<>(run.chunk());
                Flight flight;
                do {
                    flight = lines.next();
                    if (flight != null) {
                        chunk.add(flight);
                    }
                    if (chunk.size() == run.chunk() || (flight == null && !chunk.isEmpty())) {
                        FlightTable.insert(connection, chunk);
                        save.setLong(1, lines.position());
                        save.setString(2, id);
                        save.executeUpdate();
                        connection.commit();
                        chunk.clear();
                    }
                } while (flight != null);
            }
        }
    }

    private static long checkpoint(Connection connection, String id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(SELECT)) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                if (row.next()) {
                    return row.getLong(1);
                }
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, id);
            insert.executeUpdate();
        }
        connection.commit();
        return 0;
    }
}
