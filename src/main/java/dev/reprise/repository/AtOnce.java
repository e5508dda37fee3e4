package dev.reprise.repository;

import static dev.reprise.repository.Dialect.POSTGRESQL;

import dev.reprise.identity.JobIdentity;
import dev.reprise.repository.Dialect.Acquired;
import dev.reprise.repository.JobExecutions.Launch;
import dev.reprise.repository.StepExecutions.NewStep;
import jakarta.batch.runtime.BatchStatus;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The moments that every execution has, each in one round trip to PostgreSQL, its commit included (decision 024). The
 * statements of one text travel together: to the server they are one transaction, in which each sees what was committed
 * before it began, not before the first one did. Every method wants a handle that is in no transaction.
 */
final class AtOnce {

    /** What is set for a transaction is gone in the next one. */
    private static final Sql SAME_TRANSACTION = Sql.of("""
            select set_config('reprise.at_once', cast(txid_current() as text), true);
            select current_setting('reprise.at_once', true) = cast(txid_current() as text)""");

    /** What PostgreSQL answers to a text of several statements that reaches it as one. */
    private static final String SYNTAX_ERROR = "42601";

    private static final String DRAW_ID = "select nextval('BATCH_JOB_EXECUTION_SEQ')";

    /** The instance, whether it is there or not. No row: somebody inserted it after this statement's snapshot. */
    static final String WITH_INSTANCE = """
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

    private static final String TAKE_BY_KEY = WITH_INSTANCE + """
            insert into REPRISE_OWNER
                (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
            select JOB_INSTANCE_ID, currval('BATCH_JOB_EXECUTION_SEQ'),
                   :application, :node, :incarnation, current_timestamp
              from INSTANCE
            on conflict (JOB_INSTANCE_ID) do nothing""";

    /** In a condition: as a call it would be made anew for each row of the table, and no index found by it. */
    private static final String DRAWN = "(select currval('BATCH_JOB_EXECUTION_SEQ'))";

    private static final String TAKE_INSTANCE = """
            insert into REPRISE_OWNER
                (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, NODE_ID, INCARNATION, ACQUIRED_AT)
            values (:instance, currval('BATCH_JOB_EXECUTION_SEQ'),
                    :application, :node, :incarnation, current_timestamp)
            on conflict (JOB_INSTANCE_ID) do nothing""";

    /** The row of the owner goes again where the guard of the execution's row forbids that. */
    private static final String INSERT_OR_GIVE_UP = """
            with EXECUTION as (
            <insert>
                returning JOB_EXECUTION_ID, JOB_INSTANCE_ID),
            PARAMETERS as (
                insert into BATCH_JOB_EXECUTION_PARAMS
                    (JOB_EXECUTION_ID, PARAMETER_NAME, PARAMETER_TYPE, PARAMETER_VALUE, IDENTIFYING)
                select EXECUTION.JOB_EXECUTION_ID, P.NAME, 'java.lang.String', P.VALUE, P.IDENTIFYING
                  from EXECUTION,
                       unnest(cast(:names as varchar[]), cast(:values as varchar[]), cast(:identifying as varchar[]))
                           as P (NAME, VALUE, IDENTIFYING)),
            GIVEN_UP as (
                delete from REPRISE_OWNER
                 where JOB_EXECUTION_ID = <execution>
                   and not exists (select 1 from EXECUTION))
            select JOB_INSTANCE_ID, JOB_EXECUTION_ID from EXECUTION""";

    /** Of one that is this node's, and only if its step is, too. The owner's row is locked first, as everywhere. */
    private static final String END_WITH_STEP = "with OWNER as materialized (" + StepExecutions.LOCK_OWNER + """
            ),
            STEP as (
            <endStep>
                   and exists (select 1 from OWNER)
                returning STEP_EXECUTION_ID),
            JOB as (
            <endJob>
                   and exists (select 1 from STEP))
            delete from REPRISE_OWNER
             where JOB_EXECUTION_ID = :execution and exists (select 1 from STEP)""";

    private static final Sql START_INSTANCE = launch(TAKE_BY_KEY, JobExecutions.INSERT_FIRST);

    private static final Sql RESTART_INSTANCE = launch(TAKE_INSTANCE, JobExecutions.INSERT_NEXT);

    private static final String INSERT_STEP = POSTGRESQL
            .inserting(StepExecutions.INSERT, StepExecutions.INSERTED)
            .replace("<nextId>", POSTGRESQL.nextStepExecutionId());

    private static final Sql ADD_STEP = Sql.of(String.join(";\n", StepExecutions.LOCK_OWNER, INSERT_STEP));

    private static final Sql START_WITH_STEP =
            Sql.of(String.join(";\n", StepExecutions.LOCK_OWNER, JobExecutions.START, INSERT_STEP));

    private static final Sql END =
            Sql.of(END_WITH_STEP.replace("<endStep>", StepExecutions.END).replace("<endJob>", JobExecutions.END));

    private AtOnce() {}

    private static Sql launch(String take, String insert) {
        return Sql.of(String.join(";\n", DRAW_ID, take, INSERT_OR_GIVE_UP.replace("<insert>", insert))
                .replace("<execution>", DRAWN));
    }

    /** Whether the way to the database keeps the statements of one text together; a pooler between may not. */
    static boolean isPossible(Handle handle) {
        try {
            return answer(handle, SAME_TRANSACTION, Map.of(), row -> row.getBoolean(1))
                    .orElse(false);
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof SQLException refused && SYNTAX_ERROR.equals(refused.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Starts the first execution of an identity.
     *
     * @return empty if somebody else has the instance, or what it is forbids it: look and decide anew
     */
    static Optional<Acquired> start(Handle handle, JobIdentity identity, Launch launch, JobExecutions executions) {
        Map<String, @Nullable Object> values = bindings(launch, OptionalLong.empty(), executions);
        values.put("key", identity.key());
        return answer(handle, START_INSTANCE, values, AtOnce::acquired);
    }

    /**
     * Starts the next execution of an instance.
     *
     * @param original the execution that is restarted
     * @return empty as of {@link #start}
     */
    static Optional<Acquired> restart(
            Handle handle, long instanceId, long original, Launch launch, JobExecutions executions) {
        Map<String, @Nullable Object> values = bindings(launch, OptionalLong.of(original), executions);
        values.put("instance", instanceId);
        return answer(handle, RESTART_INSTANCE, values, AtOnce::acquired);
    }

    private static Map<String, @Nullable Object> bindings(
            Launch launch, OptionalLong original, JobExecutions executions) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        List<String> identifying = new ArrayList<>();
        launch.parameters().byName().forEach((name, parameter) -> {
            names.add(name);
            values.add(executions.stored(launch.jobName(), name, parameter));
            identifying.add(parameter.identifying() ? "Y" : "N");
        });
        Map<String, @Nullable Object> bindings = launch.bindings(original);
        bindings.putAll(launch.node().bindings());
        bindings.put("names", names.toArray(new String[0]));
        bindings.put("values", values.toArray(new String[0]));
        bindings.put("identifying", identifying.toArray(new String[0]));
        return bindings;
    }

    private static Acquired acquired(ResultSet row) throws SQLException {
        return new Acquired(row.getLong(1), row.getLong(2));
    }

    /**
     * Inserts the row of a step that starts now.
     *
     * @param first whether the job starts with it
     * @throws NotRecordedError if this node does not own the execution any more
     */
    static RunningStep addStep(Handle handle, NewStep step, boolean first) {
        return answer(handle, first ? START_WITH_STEP : ADD_STEP, step.bindings(), step::inserted)
                .orElseThrow(step::notOurs);
    }

    /**
     * Records that a job is COMPLETED with its last step, and gives up that this node owns it.
     *
     * @return false if the execution or the step is not this node's any more; nothing is recorded then
     */
    static boolean complete(Handle handle, LiveExecution running, RunningStep last) {
        Map<String, @Nullable Object> values = StepExecutions.endBindings(last, "");
        values.putAll(JobExecutions.endBindings(running.execution(), BatchStatus.COMPLETED, "", null));
        values.putAll(running.node().bindings());
        return here(handle, END).update(handle.getConnection(), values) == 1;
    }

    private static Sql here(Handle handle, Sql sql) {
        return handle.getConfig(Tables.Place.class).tables().qualified(sql);
    }

    private interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** The row that the last statement of a text answers, if it does. */
    private static <T> Optional<T> answer(Handle handle, Sql sql, Map<String, @Nullable Object> values, Row<T> mapper) {
        try (PreparedStatement sent = here(handle, sql).sent(handle.getConnection(), values)) {
            ResultSet last = sent.getResultSet();
            while (sent.getMoreResults(Statement.KEEP_CURRENT_RESULT) || sent.getUpdateCount() != -1) {
                last = sent.getResultSet();
            }
            return last != null && last.next() ? Optional.of(mapper.of(last)) : Optional.empty();
        } catch (SQLException e) {
            throw Sql.failed(e);
        }
    }
}
