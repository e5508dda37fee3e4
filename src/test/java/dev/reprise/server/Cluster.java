package dev.reprise.server;

import static org.awaitility.Awaitility.await;

import dev.reprise.Skip;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Two servers of one application, {@code a} and {@code b}, on one PostgreSQL of their own, each behind a line that can
 * be cut. They start when they are first asked for, once for all tests of the process, and end with its test session.
 *
 * <p>A test may do anything to them: {@link #ready} puts right what the one before has left.
 */
public final class Cluster {

    /** The interval of the nodes' reports. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(1);

    /** After this silence a node is dead: longer than one that lives is silent on a machine that does other things too. */
    public static final Duration LEASE = Duration.ofSeconds(5);

    /** How many executions a node runs at a time; the others wait. */
    public static final int THREADS = 10;

    /** How many partitions of other nodes' steps it runs at a time, or of its own: as many as it has processors. */
    public static final int PROCESSORS = 2;

    /** Every report of every node that has arrived, which the product's table does not keep, and when each item was written. */
    private static final String KEEP_TIMES = """
            create table if not exists TEST_REPORT (NODE_ID varchar(100), AT timestamp);
            create or replace function TEST_KEEP_REPORT() returns trigger language plpgsql as
                'begin insert into TEST_REPORT values (new.NODE_ID, localtimestamp); return new; end';
            alter table TEST_ITEM add column if not exists WRITTEN_AT timestamp default clock_timestamp();
            create or replace trigger TEST_KEEP_REPORT
                after update of HEARTBEAT_AT on REPRISE_NODE for each row
                when (new.HEARTBEAT_AT is not null) execute function TEST_KEEP_REPORT()""";

    private static @Nullable Cluster started;

    /** How often nodes report, and after which silence they are dead. */
    public enum Pace {
        SHORT(HEARTBEAT, LEASE),
        /** What is set if nothing is. */
        DEFAULT(Duration.ofSeconds(5), Duration.ofSeconds(30));

        private final Duration heartbeat;
        private final Duration lease;

        Pace(Duration heartbeat, Duration lease) {
            this.heartbeat = heartbeat;
            this.lease = lease;
        }

        public Duration heartbeat() {
            return heartbeat;
        }

        public Duration lease() {
            return lease;
        }
    }

    /** What their connections come from. */
    public enum Pool {
        /** Of WildFly's subsystem datasources. */
        IRONJACAMAR,
        /** Of its subsystem datasources-agroal. */
        AGROAL
    }

    private Pace pace = Pace.SHORT;
    private Pool pool = Pool.IRONJACAMAR;
    private final ClusterDatabase database;
    private final ClusterNode a;
    private final ClusterNode b;

    private Cluster() {
        database = new ClusterDatabase(folder("database"));
        database.start();
        a = node("a");
        b = node("b");
        set(Pace.SHORT, Pool.IRONJACAMAR);
    }

    /**
     * Both nodes run, are in service, have their database, and nothing is left of an earlier test. They start anew if they have
     * had another lease or other pools.
     */
    public static synchronized Cluster ready(Pace pace, Pool pool) {
        assumeDatabaseServer();
        Cluster cluster = started;
        if (cluster == null) {
            cluster = new Cluster();
            started = cluster;
        }
        cluster.connect();
        if (cluster.pace != pace || cluster.pool != pool) {
            cluster.set(pace, pool);
        }
        cluster.mend();
        return cluster;
    }

    private static void assumeDatabaseServer() {
        Skip.unless(ServerFolder.database().equals("postgresql"), "two servers need a database server");
    }

    /** Ends everything, if it was ever started. */
    static synchronized void closeIfStarted() {
        Cluster cluster = started;
        started = null;
        if (cluster != null) {
            for (ClusterNode node : cluster.nodes()) {
                node.server().close();
                node.line().close();
            }
            cluster.database.close();
        }
    }

    private static Path folder(String name) {
        return ServerFolder.empty(ServerFolder.root().resolve("cluster-" + name));
    }

    private ClusterNode node(String name) {
        TcpProxy line = new TcpProxy(database.port());
        ServerProcess server = new ServerProcess(
                        "cluster-" + name,
                        TestWar.withOperator("many", "ranges", "spread", "scoped", "two-flows", "short", "patient"),
                        Map.of("REPRISE_DB_URL", "jdbc:postgresql://127.0.0.1:" + line.port() + "/postgres"),
                        List.of(
                                "-XX:+UnlockDiagnosticVMOptions",
                                "-XX:-BytecodeVerificationRemote",
                                "-XX:ActiveProcessorCount=" + PROCESSORS,
                                "-Djboss.node.name=" + name,
                                "-Djboss.tx.node.id=" + name,
                                "-Dreprise.node=" + name,
                                "-Dreprise.threads=" + THREADS))
                .slim();
        return new ClusterNode(name, server, line);
    }

    public ClusterNode a() {
        return a;
    }

    public ClusterNode b() {
        return b;
    }

    public List<ClusterNode> nodes() {
        return List.of(a, b);
    }

    /** The one that would take over. */
    public ClusterNode other(ClusterNode node) {
        return node.equals(a) ? b : a;
    }

    public ClusterDatabase database() {
        return database;
    }

    /** What the nodes were started with. */
    public Pace pace() {
        return pace;
    }

    /** What the nodes have their connections from. */
    public Pool pool() {
        return pool;
    }

    /** Those that run leave first: no node joins one with another lease. */
    private void set(Pace wanted, Pool from) {
        pace = wanted;
        pool = from;
        for (ClusterNode node : nodes()) {
            if (node.server().isAlive()) {
                node.server().stop();
            }
            node.server().property("reprise.heartbeat", wanted.heartbeat().toMillis() + "ms");
            node.server().property("reprise.lease", wanted.lease().toMillis() + "ms");
            node.server().agroal(from == Pool.AGROAL);
        }
    }

    private void mend() {
        if (tablesExist() && database.number("select count(*) from REPRISE_OWNER") > 0) {
            reset();
        }
        begin();
        nodes().forEach(this::awaitReady);
        database.execute(KEEP_TIMES);
        database.execute("truncate TEST_ITEM, TEST_REPORT");
    }

    /** After a failure: both nodes die, and every row of every run goes. They start again with {@link #ready}. */
    public void reset() {
        System.out.println("Cluster: an earlier test has left executions; the nodes start anew on empty tables");
        connect();
        nodes().forEach(node -> node.server().close());
        database.execute("truncate BATCH_JOB_INSTANCE, REPRISE_WORK, TEST_ITEM cascade");
    }

    private void connect() {
        if (!database.isRunning()) {
            database.start();
        }
        for (ClusterNode node : nodes()) {
            node.line().restore();
            if (node.server().isAlive()) {
                node.server().resume();
            }
        }
    }

    /** Starts the nodes that do not run, and does not wait for them. */
    public void begin() {
        for (ClusterNode node : nodes()) {
            if (!node.server().isAlive()) {
                node.server().begin();
            }
        }
    }

    /** Waits until a started node is in service and reports. */
    public void awaitReady(ClusterNode node) {
        if (node.server().isAlive() && isSuspended(node)) {
            node.server().management().resume();
        }
        node.server().awaitStarted();
        await("node " + node + " reports").until(() -> reports(node));
    }

    private static boolean isSuspended(ClusterNode node) {
        try {
            return node.server().management().suspendState().startsWith("SUSPEND");
        } catch (RuntimeException notYet) {
            return false;
        }
    }

    /** Whether the others take a node for alive. */
    public boolean reports(ClusterNode node) {
        return database.number(
                        "select count(*) from REPRISE_NODE where NODE_ID = ?"
                                + " and HEARTBEAT_AT > clock_timestamp() - ? * interval '1 millisecond'",
                        node.name(),
                        pace.heartbeat().multipliedBy(2).toMillis())
                == 1;
    }

    /**
     * How many reports of a node have arrived in a time. What is to happen at once is to happen after a few of them,
     * however long those take.
     */
    public long reports(ClusterNode node, LocalDateTime from, LocalDateTime to) {
        return database.number(
                "select count(*) from TEST_REPORT where NODE_ID = ? and AT > ? and AT <= ?", node.name(), from, to);
    }

    private boolean tablesExist() {
        return database.number("select count(*) from pg_tables where tablename = 'reprise_owner'") > 0;
    }
}
