package dev.reprise.bench.scale;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.Latencies;
import dev.reprise.internal.database.Schema;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.state.DueRestart;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Nodes that report every five seconds and own some executions, until some of them die at once: how long the others take to
 * have closed each of their executions once, and to have claimed its restart once. In one process, over fewer connections
 * than nodes. Not thread-safe.
 */
public final class NodeSimulation implements AutoCloseable {

    private static final int CONNECTIONS = 32;
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private final AgroalDataSource dataSource;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(CONNECTIONS);
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<ScheduledFuture<?>> beats = new ArrayList<>();

    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger unreported = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final Map<Long, Integer> claims = new ConcurrentHashMap<>();
    private Latencies latencies = new Latencies();

    /** Makes the tables in an empty database. */
    public NodeSimulation(String url, String user, String password) throws SQLException {
        dataSource = Pool.open(url, user, password, CONNECTIONS);
        Schema.migrate(dataSource);
    }

    /** Lets nodes join, begin executions, and report from now on. */
    public void start(int count, int executionsOfEach) throws InterruptedException, ExecutionException, SQLException {
        NodeRegistry registry = new NodeRegistry(dataSource, Pool.transactions());
        ExecutorService starters = Executors.newFixedThreadPool(8);
        try {
            List<Future<SimulatedNode>> starting = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                starting.add(starters.submit(() -> {
                    SimulatedNode node = SimulatedNode.join(dataSource, registry, number);
                    for (int owned = 0; owned < executionsOfEach; owned++) {
                        node.own();
                    }
                    return node;
                }));
            }
            for (Future<SimulatedNode> node : starting) {
                nodes.add(node.get());
            }
        } finally {
            starters.shutdown();
        }
        // All sessions here have one name: whoever dies would take the sessions of the living along. And those who
        // began first have been silent since.
        execute("update REPRISE_NODE set SESSION_NAME = 'session of ' || NODE_ID, HEARTBEAT_AT = current_timestamp");
        execute("analyze");
        long interval = SimulatedNode.HEARTBEAT.toMillis();
        for (SimulatedNode node : nodes) {
            beats.add(clock.scheduleAtFixedRate(
                    () -> beat(node), ThreadLocalRandom.current().nextLong(interval), interval, TimeUnit.MILLISECONDS));
        }
    }

    private void beat(SimulatedNode node) {
        long begin = System.nanoTime();
        try {
            SimulatedNode.Beat beat = node.beat();
            if (!beat.reported()) {
                unreported.incrementAndGet();
            }
            closed.addAndGet(beat.closed());
            for (DueRestart claimed : beat.claimed()) {
                claims.merge(claimed.executionId(), 1, Integer::sum);
            }
        } catch (SQLException | RuntimeException e) {
            if (failed.incrementAndGet() == 1) {
                e.printStackTrace();
            }
        }
        synchronized (this) {
            latencies.add(System.nanoTime() - begin);
        }
    }

    /** Forgets how long beats have taken. */
    public synchronized void forget() {
        latencies = new Latencies();
    }

    /** How long beats have taken since {@link #forget}, and how many there were. */
    public synchronized Answer describe() {
        return latencies
                .describe()
                .put("beats", latencies.count())
                .put("failed", failed.get())
                .put("unreported", unreported.get());
    }

    /** That many nodes fall silent at once; returns when nothing is owned by them any more, with times in seconds. */
    public Answer kill(int count) throws SQLException, InterruptedException {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            beats.get(i).cancel(false);
            names.add("'node-" + i + "'");
        }
        String owned = "select count(*) from REPRISE_OWNER where NODE_ID in (" + String.join(",", names) + ")";
        long begin = System.nanoTime();
        long before = number(owned);
        double first = Double.NaN;
        long left = before;
        while (left > 0 || claims.size() < before) {
            Thread.sleep(100);
            left = number(owned);
            if (left < before && Double.isNaN(first)) {
                first = since(begin);
            }
            if (since(begin) > LONGEST.toSeconds()) {
                throw new IllegalStateException(left + " of " + before + " executions were not taken over within "
                        + LONGEST.toSeconds() + " s, " + claims.size() + " were claimed");
            }
        }
        double last = since(begin);
        // Whoever would do it twice has had the time to.
        Thread.sleep(2 * SimulatedNode.HEARTBEAT.toMillis());
        return describe()
                .put("executions", before)
                .put("closed", closed.get())
                .put(
                        "claims",
                        claims.values().stream().mapToInt(Integer::intValue).sum())
                .put("first", first)
                .put("last", last);
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        clock.shutdown();
        try {
            if (!clock.awaitTermination(30, TimeUnit.SECONDS)) {
                clock.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        dataSource.close();
    }
}
