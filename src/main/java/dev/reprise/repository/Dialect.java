package dev.reprise.repository;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What the databases do differently: taking an instance for oneself. */
enum Dialect {
    H2 {
        private static final String FIND_INSTANCE = """
                select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE where JOB_NAME = :job and JOB_KEY = :key""";

        private static final String INSERT_INSTANCE = """
                select JOB_INSTANCE_ID from final table (
                    insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY)
                    values (next value for BATCH_JOB_INSTANCE_SEQ, 0, :job, :key))""";

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
                            .mapTo(Long.class)
                            .one();
            return acquire(handle, instance, node);
        }

        @Override
        Acquired acquire(Handle handle, long instance, NodeIdentity node) {
            long execution = handle.createQuery(INSERT_OWNER)
                    .bind("instance", instance)
                    .bind("application", node.application())
                    .bind("node", node.name())
                    .bind("incarnation", node.incarnation())
                    .mapTo(Long.class)
                    .one();
            return new Acquired(instance, execution);
        }

        @Override
        String nextStepExecutionId() {
            return "next value for BATCH_STEP_EXECUTION_SEQ";
        }
    },

    POSTGRESQL {
        /**
         * One round trip. No row: somebody inserted the instance after this statement's snapshot. A row without an
         * execution: the instance has an owner.
         */
        private static final String ACQUIRE_BY_KEY = """
                with NEW_INSTANCE as (
                    insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY)
                    values (nextval('BATCH_JOB_INSTANCE_SEQ'), 0, :job, :key)
                    on conflict (JOB_NAME, JOB_KEY) do nothing
                    returning JOB_INSTANCE_ID),
                INSTANCE as (
                    select JOB_INSTANCE_ID from NEW_INSTANCE
                    union all
                    select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE where JOB_NAME = :job and JOB_KEY = :key),
                NEW_OWNER as (
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
                    .bind("application", node.application())
                    .bind("node", node.name())
                    .bind("incarnation", node.incarnation())
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
                    .bind("application", node.application())
                    .bind("node", node.name())
                    .bind("incarnation", node.incarnation())
                    .map((row, context) -> new Acquired(instance, row.getLong(1)))
                    .findOne()
                    .orElse(null);
        }

        @Override
        String nextStepExecutionId() {
            return "nextval('BATCH_STEP_EXECUTION_SEQ')";
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
