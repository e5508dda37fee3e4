package dev.reprise.internal.ownership;

import dev.reprise.internal.database.Connections;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.internal.store.NodeRegistry.Entry;
import dev.reprise.internal.store.NodeRegistry.Report;
import dev.reprise.internal.store.NodeRegistry.Unfit;
import dev.reprise.state.NodeIdentity;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * This process, as the others see it (contract.md §6): it reports at intervals, on a connection that it keeps for that
 * alone, because a full pool must not look like death. If it could not report for a whole lease it gives up what it runs,
 * and comes back as a new incarnation. Thread-safe.
 */
public final class Node implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Node.class.getName());

    private static final Duration LONGEST_REPORT = Duration.ofSeconds(10);

    private final Connections connections;
    private final NodeRegistry registry;
    private final Settings settings;
    private final Duration patience;

    /** One thread reports, which may take its time; another one notices when it does; the third one looks at the others. */
    private final ScheduledExecutorService timer;

    private volatile Duties duties = new Duties() {};
    private volatile NodeIdentity identity;

    /** By this process' monotonic clock, when the last report that arrived was sent. */
    private volatile long reported;

    /** Why it is out, or null. */
    private volatile @Nullable String lost;

    private volatile List<ScheduledFuture<?>> tasks = List.of();

    private volatile Set<Unfit> unfit = Set.of();

    private @Nullable Connection connection;
    private int networkTimeout;
    private boolean silent;
    private boolean asked;
    private boolean displaced;
    private boolean closed;

    /**
     * How a node behaves.
     *
     * @param application the name of the deployment's job repository
     * @param name unique within the application
     * @param heartbeat the interval between two reports
     * @param lease after how long without a report it is dead, by the clock of the database
     * @param asked whether it does what other applications ask
     */
    public record Settings(String application, String name, Duration heartbeat, Duration lease, boolean asked) {

        /** Of a node that does what others ask. */
        public Settings(String application, String name, Duration heartbeat, Duration lease) {
            this(application, name, heartbeat, lease, true);
        }
    }

    /** What is to be done when something becomes of the node. Called on its threads: to return at once. */
    public interface Duties {

        /** A report has arrived. */
        default void reported() {}

        /** A report has arrived, and there is something for this application's nodes to do. */
        default void asked() {}

        /**
         * The node counts as dead: what it runs is others' now.
         *
         * @param before what the node was
         * @param why as people read it
         */
        default void lost(NodeIdentity before, String why) {}
    }

    private Node(DataSource dataSource, NodeRegistry registry, Settings settings, NodeIdentity identity) {
        this.connections = new Connections(dataSource);
        this.registry = registry;
        this.settings = settings;
        this.identity = identity;
        this.reported = System.nanoTime();
        Duration third = settings.lease().dividedBy(3);
        this.patience = third.compareTo(LONGEST_REPORT) < 0 ? third : LONGEST_REPORT;
        this.timer = Executors.newScheduledThreadPool(3, task -> {
            Thread thread = new Thread(task, "reprise-heartbeat-" + settings.application());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Enters this process under its name, as a new incarnation, and begins to report. If another process of that name has
     * reported lately, waits until it has missed two reports.
     *
     * @throws IllegalStateException if that one reports again: two nodes have one name; or if this node would report more
     *     rarely than a live one of the application takes for death, or the other way round
     */
    public static Node join(DataSource dataSource, NodeRegistry registry, Settings settings) {
        NodeIdentity identity = Joining.enter(registry, settings);
        registry.say(identity, settings.lease(), settings.asked());
        for (Unfit other : registry.unfit(identity)) {
            if (Leases.isDeadlyTo(settings, other)) {
                registry.leave(identity);
                throw new IllegalStateException(Leases.differing(settings, other));
            }
        }
        registry.anotherWithItsSessions(identity)
                .ifPresent(other -> LOG.log(
                        Level.WARNING,
                        "The database sessions of node {0} have the name of those of node {1}: if one of the two dies, the"
                                + " locks that it holds cannot be ended. Give each server a name of its own in the"
                                + " connection property ApplicationName of the data source.",
                        identity.name(),
                        other));
        Node node = new Node(dataSource, registry, settings, identity);
        node.begin();
        return node;
    }

    /** Whose times did not go with this node's when they were looked at last. */
    Set<Unfit> unfit() {
        return unfit;
    }

    /** Others may have joined since, or joined with a version that knows of no other's lease. */
    private void compare() {
        try {
            if (lost != null) {
                return;
            }
            Set<Unfit> now = new HashSet<>(registry.unfit(identity));
            for (Unfit other : now) {
                LOG.log(unfit.contains(other) ? Level.DEBUG : Level.ERROR, "{0}", Leases.differing(settings, other));
            }
            unfit = now;
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "the leases of the other nodes are not known", e);
        }
    }

    private void begin() {
        long interval = settings.heartbeat().toMillis();
        compare();
        long lease = settings.lease().toMillis();
        tasks = List.of(
                timer.scheduleWithFixedDelay(this::compare, lease, lease, TimeUnit.MILLISECONDS),
                timer.scheduleWithFixedDelay(this::watch, interval, interval, TimeUnit.MILLISECONDS),
                timer.scheduleAtFixedRate(this::report, interval, interval, TimeUnit.MILLISECONDS));
    }

    /** From now on, these. */
    public void attend(Duties newDuties) {
        duties = newDuties;
    }

    /**
     * What stands in the rows of what this process runs.
     *
     * @throws IllegalStateException while the node counts as dead: it must not begin anything
     */
    public NodeIdentity identity() {
        String why = lost;
        if (why != null) {
            throw new IllegalStateException(
                    "Node " + settings.name() + " " + why + ", so it runs nothing until it can report again.");
        }
        return identity;
    }

    private void watch() {
        Duration silence = Duration.ofNanos(System.nanoTime() - reported);
        if (silence.compareTo(settings.lease()) >= 0) {
            lose("could not report for " + silence.toSeconds() + " s");
        }
    }

    private void lose(String why) {
        synchronized (timer) {
            if (lost != null) {
                return;
            }
            lost = why;
        }
        LOG.log(
                Level.ERROR,
                "Node {0} {1}, and counts as dead: it stops what it runs, and others take it over",
                identity,
                why);
        duties.lost(identity, why);
    }

    /** One report; a failed one is tried again at the next interval, on a new connection. */
    private synchronized void report() {
        if (closed) {
            return;
        }
        try {
            Connection current = connection;
            if (current == null) {
                current = connections.openConnection();
                connection = current; // from here on it is given back, whatever happens
                networkTimeout = current.getNetworkTimeout();
                // A peer that is gone without a word must not keep the report waiting.
                current.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
            }
            long sent = System.nanoTime();
            // The process may have been paused, and this be the first thing that it does.
            watch();
            if (lost != null ? comesBack() : stays(current)) {
                reported = sent;
                if (silent) {
                    LOG.log(Level.INFO, "Node {0} reports again", identity);
                }
                silent = false;
                duties.reported();
                if (asked) {
                    duties.asked();
                }
            }
        } catch (SQLException | RuntimeException | Error e) {
            // Whatever it is: a task that throws is not run again, and the node would never report again.
            if (!silent) {
                LOG.log(
                        Level.WARNING,
                        "Node {0} could not report; it counts as dead if that lasts {1} s: {2}",
                        identity,
                        settings.lease().toSeconds(),
                        e.getMessage());
            }
            silent = true;
            disconnect(e);
        }
    }

    private boolean stays(Connection current) throws SQLException {
        Report report = registry.heartbeat(current, identity, patience);
        asked = report == Report.ASKED;
        if (report != Report.REPLACED) {
            return lost == null;
        }
        lose("found that another process has joined under its name");
        return false;
    }

    private boolean comesBack() {
        asked = false;
        long sent = System.nanoTime();
        Entry entry = registry.enter(settings.application(), settings.name(), settings.heartbeat(), identity);
        if (!entry.entered()) {
            if (!displaced) {
                LOG.log(
                        Level.ERROR,
                        "Node {0} of application {1} is {2} now, which last reported at {3}. Give each node a name of its"
                                + " own: reprise.node. This one runs nothing until the name is free.",
                        settings.name(),
                        settings.application(),
                        entry.process(),
                        entry.lastReport());
            }
            displaced = true;
            return false;
        }
        displaced = false;
        synchronized (timer) {
            identity = new NodeIdentity(settings.application(), settings.name(), entry.incarnation());
            reported = sent;
            lost = null;
        }
        registry.say(identity, settings.lease(), settings.asked());
        silent = true;
        return true;
    }

    private void disconnect(Throwable why) {
        boolean connected = connection != null;
        disconnect();
        if (connected) {
            connections.failed(why);
        }
    }

    private synchronized void disconnect() {
        Connection current = connection;
        connection = null;
        if (current != null) {
            try (current) {
                // The pool would hand it on as it is.
                current.setNetworkTimeout(Runnable::run, networkTimeout);
            } catch (SQLException e) {
                LOG.log(Level.DEBUG, "closing a broken connection", e);
            }
        }
    }

    /** Stops reporting and says that the node is gone. */
    @Override
    public void close() {
        tasks.forEach(task -> task.cancel(false));
        timer.shutdown();
        synchronized (this) {
            closed = true;
            disconnect();
        }
        if (lost != null) {
            return;
        }
        try {
            registry.leave(identity);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "Node {0} could not say that it is gone: {1}", identity, e.getMessage());
        }
    }
}
