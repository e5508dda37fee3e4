package dev.reprise.internal.database;

import dev.reprise.state.NodeIdentity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** PostgreSQL, of 14 or later. */
public final class PostgreSql implements Dialect {

    static final String PRODUCT = "PostgreSQL";

    /** The instance, whether it is there or not. No row: somebody inserted it after this statement's snapshot. */
    public static final String WITH_INSTANCE = """
            with NEW_INSTANCE as (
                insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY, REPRISE_APPLICATION)
                values (nextval('BATCH_JOB_INSTANCE_SEQ'), 0, :job, :key, :application)
                on conflict (JOB_NAME, JOB_KEY) do nothing
                returning JOB_INSTANCE_ID),
            INSTANCE as (
                select JOB_INSTANCE_ID from NEW_INSTANCE
                union all
                select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
                 where not exists (select 1 from NEW_INSTANCE) and JOB_NAME = :job and JOB_KEY = :key)
            """;

    /** What is set for a transaction is gone in the next one. */
    private static final Sql SAME_TRANSACTION = Sql.of("""
            select set_config('reprise.at_once', cast(txid_current() as text), true);
            select current_setting('reprise.at_once', true) = cast(txid_current() as text)""");

    /** What PostgreSQL answers to a text of several statements that reaches it as one. */
    private static final String SYNTAX_ERROR = "42601";

    /** One round trip. A row without an execution: the instance has an owner. */
    private static final String ACQUIRE_BY_KEY = WITH_INSTANCE + """
            , NEW_OWNER as (
                insert into REPRISE_OWNER
                    (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
                select JOB_INSTANCE_ID, nextval('BATCH_JOB_EXECUTION_SEQ'),
                       :application, :node, :incarnation, current_timestamp
                  from INSTANCE
                on conflict (JOB_INSTANCE_ID) do nothing
                returning JOB_INSTANCE_ID, JOB_EXECUTION_ID)
            select INSTANCE.JOB_INSTANCE_ID, NEW_OWNER.JOB_EXECUTION_ID
              from INSTANCE left join NEW_OWNER on NEW_OWNER.JOB_INSTANCE_ID = INSTANCE.JOB_INSTANCE_ID""";

    private static final String INSERT_OWNER = """
            insert into REPRISE_OWNER
                (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
            values (:instance, nextval('BATCH_JOB_EXECUTION_SEQ'),
                    :application, :node, :incarnation, current_timestamp)
            on conflict (JOB_INSTANCE_ID) do nothing
            returning JOB_EXECUTION_ID""";

    /**
     * What is in a transaction that began before the dead node's lease ended, or, if it has come back, before it did:
     * a process that was only paused keeps its sessions. Not what a later process of the same name has connected,
     * whichever application of its server. Several applications of one server share its sessions: as long as one of
     * them lives that lived then, the server does.
     */
    private static final String END_SESSIONS = """
            with DEAD as (
                select SESSION_NAME,
                       case when INCARNATION = :incarnation then coalesce(HEARTBEAT_AT, LAST_SEEN_AT)
                            else LAST_SEEN_AT end as LAST_SEEN_AT,
                       case when INCARNATION = :incarnation
                            then coalesce(HEARTBEAT_AT, LAST_SEEN_AT)
                                 + coalesce(LEASE_MILLIS, cast(:lease as bigint)) * interval '0.001' second
                            else STARTED_AT end as ENDED_AT
                  from REPRISE_NODE
                 where APPLICATION = :application and NODE_ID = :node)
            select coalesce(sum(case when pg_terminate_backend(session.pid) then 1 else 0 end), 0)
              from DEAD
              join pg_stat_activity session on session.application_name = DEAD.SESSION_NAME
             where session.datname = current_database() and session.pid <> pg_backend_pid()
               and session.xact_start < DEAD.ENDED_AT
               and not exists (
                   select 1 from REPRISE_NODE later
                    where later.SESSION_NAME = DEAD.SESSION_NAME
                      and later.PROCESS_STARTED_AT > DEAD.LAST_SEEN_AT
                      and later.PROCESS_STARTED_AT <= session.backend_start)
               and not exists (
                   select 1 from REPRISE_NODE living
                    where living.SESSION_NAME = DEAD.SESSION_NAME and living.STARTED_AT <= DEAD.LAST_SEEN_AT
                      and living.HEARTBEAT_AT > current_timestamp - cast(:lease as bigint) * interval '0.001' second)""";

    private static final String GREATEST_OF_EACH = """
            select OF_ONE.ID
              from <each>
             cross join lateral (
            <ofOne>) as OF_ONE (ID)
             order by OF_ONE.ID desc
             fetch first :greatest rows only""";

    /** Row locks are nowhere to be seen; who has changed rows of these tables holds them, the oldest first. */
    private static final String LOCK_HOLDERS = """
            select distinct session.pid, session.application_name, session.client_addr,
                   cast(extract(epoch from current_timestamp - session.xact_start) as bigint) as SECONDS
              from pg_locks held
              join pg_stat_activity session on session.pid = held.pid
             where held.granted and held.mode in ('RowShareLock', 'RowExclusiveLock')
               and held.relation in (to_regclass('BATCH_JOB_EXECUTION'), to_regclass('BATCH_STEP_EXECUTION'),
                                     to_regclass('REPRISE_OWNER'))
               and held.database = (select oid from pg_database where datname = current_database())
               and held.pid <> pg_backend_pid() and session.xact_start < current_timestamp - interval '3 seconds'
             order by SECONDS desc
             fetch first 3 rows only""";

    private static final String LOCK_WAITS = """
            select waiting.pid as WAITING,
                   cast(extract(epoch from current_timestamp - waiting.query_start) as bigint) as WAITED,
                   holder.pid, holder.application_name, holder.client_addr,
                   cast(extract(epoch from current_timestamp - holder.xact_start) as bigint) as SECONDS
              from pg_stat_activity waiting
             cross join lateral unnest(pg_blocking_pids(waiting.pid)) as blocking (pid)
              join pg_stat_activity holder on holder.pid = blocking.pid
             where waiting.datname = current_database() and waiting.application_name = <session>
               and waiting.wait_event_type = 'Lock'
               and waiting.query_start < current_timestamp - cast(:atLeast as bigint) * interval '0.001' second
             order by WAITED desc
             fetch first 10 rows only""";

    private static final String LOCK_ALL = """
            select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
             where JOB_INSTANCE_ID = any(:instances)
             order by JOB_INSTANCE_ID
               for update skip locked""";

    @Override
    @Nullable
    public Acquired acquire(Handle handle, String job, String key, NodeIdentity node) {
        return handle.createQuery(ACQUIRE_BY_KEY)
                .bind("job", job)
                .bind("key", key)
                .bindMap(NodeColumns.of(node))
                .map((row, context) -> {
                    long execution = row.getLong(2);
                    return Optional.ofNullable(row.wasNull() ? null : new Acquired(row.getLong(1), execution));
                })
                .findOne()
                .flatMap(acquired -> acquired)
                .orElse(null);
    }

    @Override
    @Nullable
    public Acquired acquire(Handle handle, long instance, NodeIdentity node) {
        return handle.createQuery(INSERT_OWNER)
                .bind("instance", instance)
                .bindMap(NodeColumns.of(node))
                .map((row, context) -> new Acquired(instance, row.getLong(1)))
                .findOne()
                .orElse(null);
    }

    @Override
    public String nextStepExecutionId() {
        return "nextval('BATCH_STEP_EXECUTION_SEQ')";
    }

    @Override
    public String changing(String change, String columns) {
        return change + "\nreturning " + columns;
    }

    /**
     * One node after the other, by the index: the table looks empty to the statistics, and what all nodes of the
     * application own would look as cheap.
     */
    @Override
    public String leftOver() {
        return """
                select o.*
                  from unnest(cast(:applications as varchar[]), cast(:names as varchar[]),
                              cast(:living as bigint[])) as SUSPECT (APPLICATION, NAME, LIVING)
                 cross join lateral (
                    select JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, 0 as ALIVE
                      from REPRISE_OWNER
                     where APPLICATION = SUSPECT.APPLICATION and NODE_ID = SUSPECT.NAME
                       and INCARNATION < SUSPECT.LIVING
                    offset 0) o""";
    }

    /** One text, however many names there are: each connection keeps what it has prepared. */
    @Override
    public List<Long> greatestOfEach(
            Handle handle, List<String> ofOne, Map<String, List<String>> each, Map<String, ?> bindings, int limit) {
        String names = each.keySet().stream()
                .map("unnest(cast(:%1$s as varchar[])) as EACH_%1$s (NAME)"::formatted)
                .collect(Collectors.joining(" cross join "));
        String queries = ofOne.stream().collect(Collectors.joining(")\nunion all\n(", "(", ")"));
        for (String one : each.keySet()) {
            queries = queries.replaceAll(":" + one + "\\b", "EACH_" + one + ".NAME");
        }
        Query query = handle.registerArrayType(String.class, "varchar")
                .createQuery(GREATEST_OF_EACH)
                .define("each", names)
                .define("ofOne", queries)
                .bindMap(bindings)
                .bind("greatest", limit);
        each.forEach((one, its) -> query.bind(one, its.toArray(String[]::new)));
        return query.mapTo(Long.class).list();
    }

    @Override
    public String sessionName() {
        // What the driver calls every session is the name of none.
        return "nullif(nullif(current_setting('application_name'), ''), 'PostgreSQL JDBC Driver')";
    }

    @Override
    public int endSessions(Handle handle, NodeIdentity dead, Duration lease) {
        return handle.createQuery(END_SESSIONS)
                .bindMap(NodeColumns.of(dead))
                .bind("lease", lease.toMillis())
                .mapTo(Integer.class)
                .one();
    }

    @Override
    public void limitWaitForLocks(Handle handle) {
        handle.execute("set local lock_timeout = '3s'");
    }

    @Override
    public List<String> lockHolders(Handle handle) {
        return handle.createQuery(LOCK_HOLDERS)
                .map((row, context) -> holder(row))
                .list();
    }

    private static String holder(ResultSet row) throws SQLException {
        String address = row.getString("client_addr");
        return "session " + row.getInt("pid") + " (" + Text.line(String.valueOf(row.getString("application_name")))
                + (address == null ? "" : " at " + address) + "), in a transaction for " + row.getLong("SECONDS")
                + " s";
    }

    @Override
    public List<LockWaits.Wait> lockWaits(Handle handle, Duration atLeast) {
        return handle.createQuery(LOCK_WAITS)
                .define("session", sessionName())
                .bind("atLeast", atLeast.toMillis())
                .map((row, context) -> new LockWaits.Wait(
                        row.getInt("WAITING") + " for " + row.getInt("pid"),
                        "A job of this node waits for a lock for " + row.getLong("WAITED")
                                + " s now (its session: " + row.getInt("WAITING") + "), which is held by "
                                + holder(row)))
                .list();
    }

    /** The row that says who owns an instance refers to it, and so waits for this lock. */
    @Override
    public List<Long> keepLaunchesOff(Handle handle, Long[] instances, NodeIdentity node) {
        return handle.registerArrayType(Long.class, "bigint")
                .createQuery(LOCK_ALL)
                .bind("instances", instances)
                .mapTo(Long.class)
                .list();
    }

    @Override
    public void letLaunchesIn(Handle handle, Long[] instances) {
        // With the end of the transaction.
    }

    /** Whether the way to the database keeps the statements of one text together; a pooler between may not. */
    @Override
    public boolean takesSeveralAtOnce(Handle handle) {
        try {
            return SAME_TRANSACTION
                    .answer(handle, Map.of(), row -> row.getBoolean(1))
                    .orElse(false);
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof SQLException refused && SYNTAX_ERROR.equals(refused.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public boolean letsManyTake() {
        return true;
    }

    @Override
    public String product() {
        return PRODUCT;
    }

    @Override
    public String folded(String schema) {
        return schema.toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean notifies() {
        return true;
    }

    @Override
    public DataSource forDdl(DataSource dataSource) {
        return dataSource;
    }

    @Override
    public boolean commitsDdlByItself() {
        return false;
    }
}
