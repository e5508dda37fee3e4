package dev.reprise.repository;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What the databases do differently: taking an instance for oneself, and ending what another process holds. */
enum Dialect {
    H2 {
        private static final String FIND_INSTANCE = """
                select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE where JOB_NAME = :job and JOB_KEY = :key""";

        private static final String INSERT_INSTANCE = """
                select JOB_INSTANCE_ID from final table (
                    insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY, REPRISE_APPLICATION)
                    values (next value for BATCH_JOB_INSTANCE_SEQ, 0, :job, :key, :application))""";

        private static final String INSERT_OWNER = """
                select JOB_EXECUTION_ID from final table (
                    insert into REPRISE_OWNER
                        (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
                    values (:instance, next value for BATCH_JOB_EXECUTION_SEQ,
                            :application, :node, :incarnation, current_timestamp))""";

        @Override
        Acquired acquire(Handle handle, String job, String key, NodeIdentity node) {
            Optional<Long> found = handle.createQuery(FIND_INSTANCE)
                    .bind("job", job)
                    .bind("key", key)
                    .mapTo(Long.class)
                    .findOne();
            long instance = found.isPresent()
                    ? found.get()
                    : handle.createQuery(INSERT_INSTANCE)
                            .bind("job", job)
                            .bind("key", key)
                            .bind("application", node.application())
                            .mapTo(Long.class)
                            .one();
            return acquire(handle, instance, node);
        }

        @Override
        Acquired acquire(Handle handle, long instance, NodeIdentity node) {
            long execution = handle.createQuery(INSERT_OWNER)
                    .bind("instance", instance)
                    .bindMap(node.bindings())
                    .mapTo(Long.class)
                    .one();
            return new Acquired(instance, execution);
        }

        @Override
        String nextStepExecutionId() {
            return "next value for BATCH_STEP_EXECUTION_SEQ";
        }

        @Override
        String inserting(String insert, String columns) {
            return "select " + columns + " from final table (\n" + insert + ")";
        }

        @Override
        String leftOver() {
            return """
                    select o.JOB_INSTANCE_ID, o.JOB_EXECUTION_ID, o.APPLICATION, o.NODE_ID, o.INCARNATION, 0 as ALIVE
                      from unnest(cast(:applications as varchar array), cast(:names as varchar array),
                                  cast(:living as bigint array)) as SUSPECT (APPLICATION, NAME, LIVING)
                      join REPRISE_OWNER o on o.APPLICATION = SUSPECT.APPLICATION and o.NODE_ID = SUSPECT.NAME
                       and o.INCARNATION < SUSPECT.LIVING""";
        }

        @Override
        String sessionName() {
            return "cast(null as varchar)";
        }

        /** An H2 file has one process, whose sessions end with it. */
        @Override
        int endSessions(Handle handle, NodeIdentity dead, Duration lease) {
            return 0;
        }

        /** The URL of the data source says how long. */
        @Override
        void limitWaitForLocks(Handle handle) {}

        @Override
        List<String> lockHolders(Handle handle) {
            return List.of();
        }

        @Override
        List<LockWaits.Wait> lockWaits(Handle handle, Duration atLeast) {
            return List.of();
        }

        private static final String OWN_ALL = """
                insert into REPRISE_OWNER
                    (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
                select i.JOB_INSTANCE_ID, -i.JOB_INSTANCE_ID, :application, :node, :incarnation, current_timestamp
                  from BATCH_JOB_INSTANCE i
                 where i.JOB_INSTANCE_ID = any(:instances)
                   and not exists (select 1 from REPRISE_OWNER o where o.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID)""";

        private static final String OWNED = """
                select JOB_INSTANCE_ID from REPRISE_OWNER
                 where JOB_INSTANCE_ID = any(:instances) and JOB_EXECUTION_ID < 0""";

        private static final String GIVE_UP_ALL = """
                delete from REPRISE_OWNER where JOB_INSTANCE_ID = any(:instances) and JOB_EXECUTION_ID < 0""";

        /** As a launch does: a foreign key of H2 keeps nobody from deleting what another transaction refers to. */
        @Override
        List<Long> keepLaunchesOff(Handle handle, Long[] instances, NodeIdentity node) {
            handle.registerArrayType(Long.class, "bigint")
                    .createUpdate(OWN_ALL)
                    .bind("instances", instances)
                    .bindMap(node.bindings())
                    .execute();
            return handle.createQuery(OWNED)
                    .bind("instances", instances)
                    .mapTo(Long.class)
                    .list();
        }

        @Override
        void letLaunchesIn(Handle handle, Long[] instances) {
            handle.createUpdate(GIVE_UP_ALL).bind("instances", instances).execute();
        }
    },

    POSTGRESQL {
        /** One round trip. A row without an execution: the instance has an owner. */
        private static final String ACQUIRE_BY_KEY = AtOnce.WITH_INSTANCE + """
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

        @Override
        @Nullable
        Acquired acquire(Handle handle, String job, String key, NodeIdentity node) {
            return handle.createQuery(ACQUIRE_BY_KEY)
                    .bind("job", job)
                    .bind("key", key)
                    .bindMap(node.bindings())
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
        Acquired acquire(Handle handle, long instance, NodeIdentity node) {
            return handle.createQuery(INSERT_OWNER)
                    .bind("instance", instance)
                    .bindMap(node.bindings())
                    .map((row, context) -> new Acquired(instance, row.getLong(1)))
                    .findOne()
                    .orElse(null);
        }

        @Override
        String nextStepExecutionId() {
            return "nextval('BATCH_STEP_EXECUTION_SEQ')";
        }

        @Override
        String inserting(String insert, String columns) {
            return insert + "\nreturning " + columns;
        }

        /**
         * One node after the other, by the index: the table looks empty to the statistics, and what all nodes of the
         * application own would look as cheap.
         */
        @Override
        String leftOver() {
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

        @Override
        String sessionName() {
            // What the driver calls every session is the name of none.
            return "nullif(nullif(current_setting('application_name'), ''), 'PostgreSQL JDBC Driver')";
        }

        @Override
        int endSessions(Handle handle, NodeIdentity dead, Duration lease) {
            return handle.createQuery(END_SESSIONS)
                    .bindMap(dead.bindings())
                    .bind("lease", lease.toMillis())
                    .mapTo(Integer.class)
                    .one();
        }

        @Override
        void limitWaitForLocks(Handle handle) {
            handle.execute("set local lock_timeout = '3s'");
        }

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

        @Override
        List<String> lockHolders(Handle handle) {
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

        @Override
        List<LockWaits.Wait> lockWaits(Handle handle, Duration atLeast) {
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

        private static final String LOCK_ALL = """
                select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
                 where JOB_INSTANCE_ID = any(:instances)
                 order by JOB_INSTANCE_ID
                   for update skip locked""";

        /** The row that says who owns an instance refers to it, and so waits for this lock. */
        @Override
        List<Long> keepLaunchesOff(Handle handle, Long[] instances, NodeIdentity node) {
            return handle.registerArrayType(Long.class, "bigint")
                    .createQuery(LOCK_ALL)
                    .bind("instances", instances)
                    .mapTo(Long.class)
                    .list();
        }

        @Override
        void letLaunchesIn(Handle handle, Long[] instances) {
            // With the end of the transaction.
        }
    };

    /** An instance that is ours alone until the transaction ends, and the id of the execution that it is for. */
    record Acquired(long instanceId, long executionId) {}

    /**
     * Finds or inserts the instance and inserts the row that says it is ours. Whoever is second waits for the first to
     * commit.
     *
     * @return null if somebody else has it, or may have it: look and decide anew
     * @throws org.jdbi.v3.core.JdbiException with SQLState class 23 (on H2) for the same reason
     */
    abstract @Nullable Acquired acquire(Handle handle, String job, String key, NodeIdentity node);

    /** The same for an instance that is known to exist. */
    abstract @Nullable Acquired acquire(Handle handle, long instance, NodeIdentity node);

    /** The SQL expression that gives the next id of a step execution. */
    abstract String nextStepExecutionId();

    /** A query that inserts, and gives these columns of what it has inserted. */
    abstract String inserting(String insert, String columns);

    /** A query for what some nodes own as incarnations below a number, as {@link Owners} reads it. */
    abstract String leftOver();

    /** The SQL expression that gives the name by which sessions of this process can be found, or null. */
    abstract String sessionName();

    /**
     * Ends the sessions of a dead node that are in a transaction, and so its transactions.
     *
     * @return how many
     */
    abstract int endSessions(Handle handle, NodeIdentity dead, Duration lease);

    /** Lets the transaction of the handle wait for locks for a few seconds and no longer. */
    abstract void limitWaitForLocks(Handle handle);

    /** Sessions that hold locks in the repository's tables for longer than that, as people find them; a few of the oldest. */
    abstract List<String> lockHolders(Handle handle);

    /** The sessions of this process that wait for a lock for so long at the least, each with one that holds it. */
    abstract List<LockWaits.Wait> lockWaits(Handle handle, Duration atLeast);

    /**
     * Keeps everybody from launching instances until the transaction ends: a launch of one waits.
     *
     * @return those that nobody is launching right now; the others are not kept
     * @throws org.jdbi.v3.core.JdbiException with SQLState class 23 if somebody was launching one: try again
     */
    abstract List<Long> keepLaunchesOff(Handle handle, Long[] instances, NodeIdentity node);

    /** To be called before instances are deleted that launches were kept off from. */
    abstract void letLaunchesIn(Handle handle, Long[] instances);

    static Dialect of(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            return switch (product) {
                case "H2" -> H2;
                case "PostgreSQL" -> POSTGRESQL;
                default ->
                    throw new IllegalStateException("The job repository runs on H2 and PostgreSQL; its data source"
                            + " leads to " + product + ".");
            };
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The job repository's database does not answer: " + e.getMessage() + ". Is it up, and are URL, user"
                            + " and password of the data source right?",
                    e);
        }
    }
}
