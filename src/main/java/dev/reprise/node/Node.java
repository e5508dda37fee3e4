package dev.reprise.node;

import dev.reprise.repository.NodeIdentity;
import dev.reprise.repository.NodeRegistry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * This process, as the others see it: it reports at intervals, on a connection that it keeps for that alone, because a
 * full pool must not look like death. Thread-safe.
 */
public final class Node implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Node.class.getName());

    private static final int NETWORK_TIMEOUT_MILLIS = 10_000;

    private final DataSource dataSource;
    private final NodeRegistry registry;
    private final NodeIdentity identity;
    private final ScheduledExecutorService timer;

    private @Nullable ScheduledFuture<?> reports;
    private @Nullable Connection connection;
    private boolean silent;
    private boolean closed;
    private Runnable afterReport = () -> {};

    private Node(DataSource dataSource, NodeRegistry registry, NodeIdentity identity) {
        this.dataSource = dataSource;
        this.registry = registry;
        this.identity = identity;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "reprise-heartbeat-" + identity.application());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Enters this process under its name, as a new incarnation, and begins to report.
     *
     * @param heartbeat the interval between two reports
     */
    public static Node join(
            DataSource dataSource, NodeRegistry registry, String application, String name, Duration heartbeat) {
        Node node = new Node(dataSource, registry, registry.join(application, name));
        node.begin(heartbeat);
        return node;
    }

    private synchronized void begin(Duration interval) {
        reports = timer.scheduleAtFixedRate(
                this::report, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is done after each report that reached the database; if it throws, it is tried again after the next. */
    public synchronized void afterEachReport(Runnable action) {
        afterReport = action;
    }

    /** What stands in the rows of what this process runs. */
    public NodeIdentity identity() {
        return identity;
    }

    /** One report; a failed one is tried again at the next interval, on a new connection. */
    private synchronized void report() {
        try {
            Connection current = connection;
            if (closed) {
                return;
            }
            if (current == null) {
                current = dataSource.getConnection();
                // A peer that is gone without a word must not keep the report waiting.
                current.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MILLIS);
                connection = current;
            }
            if (!NodeRegistry.heartbeat(current, identity)) {
                LOG.log(
                        Level.ERROR,
                        "Another process of application {0} has joined under the name of this node, {1}. Its"
                                + " executions will be taken for dead. Give each node a name of its own: reprise.node.",
                        identity.application(),
                        identity.name());
            }
            if (silent) {
                LOG.log(Level.INFO, "Node {0} reports again", identity);
            }
            silent = false;
            afterReport.run();
        } catch (SQLException | RuntimeException | LinkageError e) {
            if (!silent) {
                LOG.log(
                        Level.WARNING,
                        "Node {0} could not report; the others take it for dead when its lease ends: {1}",
                        identity,
                        e.getMessage());
            }
            silent = true;
            disconnect();
        }
    }

    private synchronized void disconnect() {
        Connection current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException e) {
                LOG.log(Level.DEBUG, "closing a broken connection", e);
            }
        }
    }

    /** Stops reporting and says that the node is gone. */
    @Override
    public void close() {
        timer.shutdown();
        synchronized (this) {
            closed = true;
            ScheduledFuture<?> current = reports;
            if (current != null) {
                current.cancel(false);
            }
            disconnect();
        }
        try {
            registry.leave(identity);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "Node {0} could not say that it is gone: {1}", identity, e.getMessage());
        }
    }
}
