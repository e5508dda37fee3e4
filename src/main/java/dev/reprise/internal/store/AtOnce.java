package dev.reprise.internal.store;

import dev.reprise.identity.JobIdentity;
import dev.reprise.internal.database.Dialect;
import dev.reprise.internal.database.Dialect.Acquired;
import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.database.PostgreSql;
import dev.reprise.internal.database.Sql;
import dev.reprise.state.NodeIdentity;
import java.sql.ResultSet;
import java.sql.SQLException;
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
public final class AtOnce {

    private static final Dialect POSTGRESQL = new PostgreSql();

    private static final String DRAW_ID = "select nextval('BATCH_JOB_EXECUTION_SEQ')";

    private static final String TAKE_BY_KEY = PostgreSql.WITH_INSTANCE + """
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
    private static final String END_WITH_STEP = "with OWNER as materialized (" + RunningSteps.LOCK_OWNER + """
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

    private static final Sql START_INSTANCE = launch(TAKE_BY_KEY, Launches.INSERT_FIRST);

    private static final Sql RESTART_INSTANCE = launch(TAKE_INSTANCE, Launches.INSERT_NEXT);

    private static final String INSERT_STEP = POSTGRESQL
            .changing(RunningSteps.INSERT, RunningSteps.INSERTED)
            .replace("<nextId>", POSTGRESQL.nextStepExecutionId());

    private static final Sql ADD_STEP = Sql.of(String.join(";\n", RunningSteps.LOCK_OWNER, INSERT_STEP));

    private static final Sql START_WITH_STEP =
            Sql.of(String.join(";\n", RunningSteps.LOCK_OWNER, JobExecutions.START, INSERT_STEP));

    private static final Sql END =
            Sql.of(END_WITH_STEP.replace("<endStep>", StepEnds.END).replace("<endJob>", JobExecutions.END));

    private AtOnce() {}

    private static Sql launch(String take, String insert) {
        return Sql.of(String.join(";\n", DRAW_ID, take, INSERT_OR_GIVE_UP.replace("<insert>", insert))
                .replace("<execution>", DRAWN));
    }

    /**
     * Starts the first execution of an identity.
     *
     * @return empty if somebody else has the instance, or what it is forbids it: look and decide anew
     */
    public static Optional<Acquired> start(
            Handle handle, JobIdentity identity, Launch launch, ExecutionParameters parameters) {
        Map<String, @Nullable Object> values = bindings(launch, OptionalLong.empty(), parameters);
        values.put("key", identity.key());
        return START_INSTANCE.answer(handle, values, AtOnce::acquired);
    }

    /**
     * Starts the next execution of an instance.
     *
     * @param original the execution that is restarted
     * @return empty as of {@link #start}
     */
    public static Optional<Acquired> restart(
            Handle handle, long instanceId, long original, Launch launch, ExecutionParameters parameters) {
        Map<String, @Nullable Object> values = bindings(launch, OptionalLong.of(original), parameters);
        values.put("instance", instanceId);
        return RESTART_INSTANCE.answer(handle, values, AtOnce::acquired);
    }

    private static Map<String, @Nullable Object> bindings(
            Launch launch, OptionalLong original, ExecutionParameters parameters) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        List<String> identifying = new ArrayList<>();
        launch.parameters().byName().forEach((name, parameter) -> {
            names.add(name);
            values.add(parameters.stored(launch.jobName(), name, parameter));
            identifying.add(parameter.identifying() ? "Y" : "N");
        });
        Map<String, @Nullable Object> bindings = launch.bindings(original);
        bindings.putAll(NodeColumns.of(launch.node()));
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
    public static NewStep.Inserted addStep(Handle handle, NewStep step, boolean first) {
        return (first ? START_WITH_STEP : ADD_STEP)
                .answer(handle, step.bindings(), NewStep.Inserted::of)
                .orElseThrow(step::notOurs);
    }

    /**
     * Records that a job is COMPLETED with its last step, and gives up that this node owns it.
     *
     * @return false if the execution or the step is not this node's any more; nothing is recorded then
     */
    public static boolean complete(Handle handle, JobEnd end, NodeIdentity node, StepRow last) {
        Map<String, @Nullable Object> values = StepEnds.endBindings(last, "");
        values.putAll(end.bindings());
        values.putAll(NodeColumns.of(node));
        return END.here(handle).update(handle.getConnection(), values) == 1;
    }
}
