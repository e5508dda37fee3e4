package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import dev.reprise.state.NodeIdentity;
import jakarta.transaction.TransactionManager;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code REPRISE_NODE}: which processes run an application, and when each last reported, by the clock of the
 * database (contract.md §6). Thread-safe.
 */
public final class NodeRegistry {

    /** A name whose process has missed two reports is free. */
    private static final String FIND = """
            select INCARNATION, PROCESS, cast(HEARTBEAT_AT as varchar(40)) as REPORTED,
                   case when HEARTBEAT_AT > current_timestamp
                                            - 2 * coalesce(HEARTBEAT_MILLIS, 0) * interval '0.001' second
                        then 1 else 0 end as TAKEN
              from REPRISE_NODE
             where APPLICATION = :application and NODE_ID = :node
               for update""";

    /** Where somebody has deleted the node's row. */
    private static final String NEWEST_OWNER = """
            select coalesce(max(INCARNATION), 0) from REPRISE_OWNER
             where APPLICATION = :application and NODE_ID = :node""";

    private static final String INSERT = """
            insert into REPRISE_NODE
                (APPLICATION, NODE_ID, INCARNATION, STARTED_AT, HEARTBEAT_AT, PROCESS, HEARTBEAT_MILLIS, SESSION_NAME,
                 PROCESS_STARTED_AT)
            values (:application, :node, :incarnation, current_timestamp, current_timestamp, :process, :heartbeat, <session>,
                    current_timestamp - cast(:uptime as bigint) * interval '0.001' second)""";

    private static final String NEXT_INCARNATION = """
            update REPRISE_NODE
               set INCARNATION = :incarnation, STARTED_AT = current_timestamp,
                   LAST_SEEN_AT = coalesce(HEARTBEAT_AT, LAST_SEEN_AT), HEARTBEAT_AT = current_timestamp,
                   PROCESS = :process, HEARTBEAT_MILLIS = :heartbeat, SESSION_NAME = <session>,
                   PROCESS_STARTED_AT = current_timestamp - cast(:uptime as bigint) * interval '0.001' second
             where APPLICATION = :application and NODE_ID = :node""";

    private static final String HEARTBEAT = """
            update REPRISE_NODE set HEARTBEAT_AT = current_timestamp
             where APPLICATION = ? and NODE_ID = ? and INCARNATION = ?""";

    /** Whether there is something to do, of others' requests, of partitions or of schedules: comes with the report, and costs no round trip. */
    private static final String ASKED = """
            case when exists (select 1 from REPRISE_REQUEST r
                               where r.TO_APPLICATION = APPLICATION and r.TAKEN_BY is null and r.EXPIRES_AT > current_timestamp)
                   or exists (select 1 from REPRISE_REQUEST r where r.EXPIRES_AT <\s""" + Requests.FORGOTTEN_AT + """
            )
                   or exists (select 1 from (select APPLICATION as WHOSE from REPRISE_WORK) w where w.WHOSE = APPLICATION)
                   or exists (select 1 from (select APPLICATION as WHOSE from REPRISE_OWNER where NODE_ID = '') o
                               where o.WHOSE = APPLICATION)
                   or exists (select 1 from (select APPLICATION as WHOSE, LOOK_AT from REPRISE_SCHEDULE) s
                               where s.WHOSE = APPLICATION and s.LOOK_AT <= current_timestamp)
                 then 1 else 0 end as ASKED""";

    private static final String SAME_SESSIONS = """
            select other.NODE_ID
              from REPRISE_NODE self
              join REPRISE_NODE other on other.SESSION_NAME = self.SESSION_NAME and other.NODE_ID <> self.NODE_ID
             where self.APPLICATION = :application and self.NODE_ID = :node and other.HEARTBEAT_AT is not null
             order by other.NODE_ID
             fetch first 1 row only""";

    private static final String SAY_LEASE = """
            update REPRISE_NODE
               set LEASE_MILLIS = :lease, TAKES_REQUESTS = case when :asked then INCARNATION else 0 end
             where APPLICATION = :application and NODE_ID = :node and INCARNATION = :incarnation""";

    /** Live ones alone, by their own lease: what a dead one had need not fit. */
    private static final String UNFIT = """
            select other.NODE_ID, other.HEARTBEAT_MILLIS, other.LEASE_MILLIS
              from REPRISE_NODE self
              join REPRISE_NODE other on other.APPLICATION = self.APPLICATION and other.NODE_ID <> self.NODE_ID
             where self.APPLICATION = :application and self.NODE_ID = :node
               and other.HEARTBEAT_AT > current_timestamp
                                        - coalesce(other.LEASE_MILLIS, self.LEASE_MILLIS) * interval '0.001' second
               and (other.HEARTBEAT_MILLIS * :beats > self.LEASE_MILLIS
                    or self.HEARTBEAT_MILLIS * :beats > other.LEASE_MILLIS)
             order by other.NODE_ID
             fetch first 10 rows only""";

    /** How many reports a lease is long at the least. */
    private static final int BEATS = 3;

    private static final String LEAVE = """
            update REPRISE_NODE set HEARTBEAT_AT = null, LAST_SEEN_AT = HEARTBEAT_AT
             where APPLICATION = :application and NODE_ID = :node and INCARNATION = :incarnation""";

    private final Database database;
    private final String heartbeat;

    /** What came of a report. */
    public enum Report {
        /** A newer incarnation has the name. */
        REPLACED,
        /** It has arrived. */
        ALIVE,
        /** It has arrived, and somebody asks something of a node of the application, or left that. */
        ASKED
    }

    public NodeRegistry(DataSource dataSource, TransactionManager transactions) {
        this(dataSource, null, transactions);
    }

    /**
     * @param schema that the tables are in; null for that of the data source's connections
     */
    public NodeRegistry(DataSource dataSource, @Nullable String schema, TransactionManager transactions) {
        this.database = new Database(dataSource, schema, transactions, Duration.ZERO);
        this.heartbeat = database.tables().qualified(database.dialect().changing(HEARTBEAT, ASKED));
    }

    /**
     * What became of a wish to enter.
     *
     * @param incarnation of the row: of who has entered now, or of the process in the way
     * @param entered whether the name is the asking process' now
     * @param lastReport of the process in the way, as the database writes a time
     * @param process in the way, as people find it
     */
    public record Entry(
            long incarnation,
            boolean entered,
            @Nullable String lastReport,
            @Nullable String process) {}

    /**
     * Enters this process under a name unless another one reports under it. What an earlier process of that name ran is
     * dead from now on.
     *
     * @param application the name of the deployment's job repository
     * @param node the name of the node
     * @param heartbeat the interval of the reports that will follow
     * @param before what this process was before, if it was silent and now comes back: that is not in its way
     */
    public Entry enter(String application, String node, Duration heartbeat, @Nullable NodeIdentity before) {
        for (int attempt = 1; ; attempt++) {
            try {
                return database.inOwnTransaction(handle -> enter(handle, application, node, heartbeat, before));
            } catch (RuntimeException e) {
                // Two processes inserted the same name at once: the second one finds the first now.
                if (attempt == 3 || !SqlFailures.isDuplicateKey(e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Enters a process that will never report, as the only node there is: for tests of jobs.
     *
     * @throws IllegalStateException if another process reports under that name
     */
    public NodeIdentity join(String application, String node) {
        Entry entry = enter(application, node, Duration.ZERO, null);
        if (!entry.entered()) {
            throw new IllegalStateException("There is a live node " + node + ": " + entry.process());
        }
        return new NodeIdentity(application, node, entry.incarnation());
    }

    private Entry enter(
            Handle handle, String application, String node, Duration heartbeat, @Nullable NodeIdentity before) {
        Optional<Entry> found = handle.createQuery(FIND)
                .bind("application", application)
                .bind("node", node)
                .map((row, context) -> found(row, before))
                .findOne();
        if (found.isPresent() && !found.get().entered()) {
            return found.get();
        }
        long incarnation = 1
                + found.map(Entry::incarnation)
                        .orElseGet(() -> handle.createQuery(NEWEST_OWNER)
                                .bind("application", application)
                                .bind("node", node)
                                .mapTo(Long.class)
                                .one());
        handle.createUpdate(found.isPresent() ? NEXT_INCARNATION : INSERT)
                .define("session", database.dialect().sessionName())
                .bind("application", application)
                .bind("node", node)
                .bind("incarnation", incarnation)
                .bind("process", thisProcess())
                .bind("heartbeat", heartbeat.toMillis())
                .bind("uptime", ManagementFactory.getRuntimeMXBean().getUptime())
                .execute();
        return new Entry(incarnation, true, null, null);
    }

    private static Entry found(ResultSet row, @Nullable NodeIdentity before) throws SQLException {
        long incarnation = row.getLong("INCARNATION");
        boolean own = before != null && before.incarnation() == incarnation;
        return new Entry(
                incarnation, own || row.getInt("TAKEN") == 0, row.getString("REPORTED"), row.getString("PROCESS"));
    }

    private static String thisProcess() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "an unknown host";
        }
        return Text.fit("process " + ProcessHandle.current().pid() + " on " + host, Text.NODE_COLUMN);
    }

    /**
     * Says that the node is alive, on a connection that the caller keeps for this alone: a full pool must not look
     * like death.
     *
     * @param patience how long the statement may take
     */
    public Report heartbeat(Connection connection, NodeIdentity node, Duration patience) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(heartbeat)) {
            update.setQueryTimeout((int) Math.max(1, patience.toSeconds()));
            update.setString(1, node.application());
            update.setString(2, node.name());
            update.setLong(3, node.incarnation());
            try (ResultSet row = update.executeQuery()) {
                return !row.next() ? Report.REPLACED : row.getInt(1) == 1 ? Report.ASKED : Report.ALIVE;
            }
        }
    }

    /** Another node whose sessions the database cannot tell from this one's: what a dead one of them holds stays held. */
    public Optional<String> anotherWithItsSessions(NodeIdentity node) {
        return database.read(handle -> handle.createQuery(SAME_SESSIONS)
                .bind("application", node.application())
                .bind("node", node.name())
                .mapTo(String.class)
                .findOne());
    }

    /**
     * A live node of the same application whose times do not go with another's: one of the two will take the other for dead
     * while that runs.
     */
    public record Unfit(
            String node, Duration heartbeat, @Nullable Duration lease) {}

    /**
     * Says after how long a silence this node takes another one for dead, and whether it does what others ask.
     *
     * @param asked whether it does; else it is not to be seen by other applications' consoles either
     */
    public void say(NodeIdentity node, Duration lease, boolean asked) {
        database.doInOwnTransaction(handle -> handle.createUpdate(SAY_LEASE)
                .bind("lease", lease.toMillis())
                .bind("asked", asked)
                .bindMap(NodeColumns.of(node))
                .execute());
    }

    /** The live nodes of the application whose lease is shorter than three reports of this one, or the other way round. */
    public List<Unfit> unfit(NodeIdentity node) {
        return database.read(handle -> handle.createQuery(UNFIT)
                .bind("application", node.application())
                .bind("node", node.name())
                .bind("beats", BEATS)
                .map((row, context) -> {
                    Duration heartbeat = Duration.ofMillis(row.getLong("HEARTBEAT_MILLIS"));
                    long lease = row.getLong("LEASE_MILLIS");
                    return new Unfit(
                            row.getString("NODE_ID"), heartbeat, row.wasNull() ? null : Duration.ofMillis(lease));
                })
                .list());
    }

    /** Says that the node is gone, so that nobody waits out its lease. */
    public void leave(NodeIdentity node) {
        database.doInOwnTransaction(handle ->
                handle.createUpdate(LEAVE).bindMap(NodeColumns.of(node)).execute());
    }
}
