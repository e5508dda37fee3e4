package dev.reprise.bench.raw;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.DatabaseOfPeer;
import dev.reprise.bench.peer.ImportRun;
import dev.reprise.bench.peer.LaunchLoop;
import dev.reprise.bench.peer.PeerServer;
import dev.reprise.bench.peer.Question;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;

/** A process that does with JDBC alone what the others do with an engine. */
public final class JdbcPeer implements PeerServer.Peer {

    private final DatabaseOfPeer database;

    private JdbcPeer(DatabaseOfPeer database) throws SQLException {
        this.database = database;
        if (Boolean.getBoolean("bench.create")) {
            try (Connection connection = connect()) {
                LaunchRows.createTables(connection);
                JdbcImport.createTables(connection);
            }
        }
    }

    /** Starts it. */
    public static void main(String[] arguments) throws IOException, SQLException {
        PeerServer.start(new JdbcPeer(DatabaseOfPeer.ofThisProcess()));
    }

    @Override
    public Answer answer(Question question) throws Exception {
        return switch (question.workload()) {
            case "launch" -> launch(question);
            case "import" -> {
                ImportRun run = ImportRun.of(question);
                JdbcImport loop = new JdbcImport(this::connect, run);
                loop.forget();
                yield run.measure(this::connect, loop::run);
            }
            case "restart" -> {
                ImportRun run = ImportRun.of(question);
                JdbcImport loop = new JdbcImport(this::connect, run);
                loop.forget();
                yield run.measureRestart(this::connect, () -> failed(loop), loop::run);
            }
            default -> throw new IllegalArgumentException("no workload " + question.workload());
        };
    }

    private static boolean failed(JdbcImport loop) throws Exception {
        try {
            loop.run();
        } catch (IllegalStateException wanted) {
            return true;
        }
        throw new IllegalStateException("the import did not fail");
    }

    /** Each thread has a connection of its own, as a client of its own would. */
    private Answer launch(Question question) throws InterruptedException {
        int commits = question.number("commits");
        ThreadLocal<LaunchRows> rows = new ThreadLocal<>();
        return LaunchLoop.run(
                question.number("clients"),
                Duration.ofMillis(question.number("millis")),
                task -> Executors.defaultThreadFactory().newThread(() -> {
                    try (Connection connection = connect();
                            LaunchRows mine = new LaunchRows(connection, commits)) {
                        rows.set(mine);
                        task.run();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }),
                () -> rows.get().launch());
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), database.password());
    }
}
