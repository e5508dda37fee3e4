package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.state.NodeIdentity;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Records what partitions a step has that any node may run (contract.md §9): their rows, and those of {@link Work}. Every method
 * uses the handle of its caller, and so its transaction.
 */
public final class WorkPlan {

    /** As many as wait for a node at a time, whatever a step's limit: nobody sorts more of them. */
    static final int MOST_READY = 1000;

    /** All rows of a plan at once, of an execution that is this node's. */
    private static final String PLAN = """
            with OWNED as materialized (
                select e.JOB_EXECUTION_ID, e.REPRISE_JOB_NAME, e.REPRISE_DEFINITION,
                       case when e.STATUS = 'STOPPING' then 'STOPPING' else 'STARTING' end as STATUS
                  from REPRISE_OWNER owner
                  join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = owner.JOB_EXECUTION_ID
                 where owner.JOB_EXECUTION_ID = :execution""" + Owners.AND_MINE + """
            ),
            PLANNED as materialized (
                select nextval('BATCH_STEP_EXECUTION_SEQ') as ID, P.*
                  from OWNED
                 cross join unnest(cast(:numbers as integer[]), cast(:names as varchar[]), cast(:properties as varchar[]),
                                   cast(:reader as varchar[]), cast(:writer as varchar[]), cast(:userData as varchar[]))
                       with ordinality as P (NUMBER, NAME, PROPERTIES, READER, WRITER, USER_DATA, PLACE)),
            PARTITIONS as (
                insert into BATCH_STEP_EXECUTION
                    (STEP_EXECUTION_ID, VERSION, STEP_NAME, JOB_EXECUTION_ID, CREATE_TIME, START_TIME, LAST_UPDATED,
                     STATUS, COMMIT_COUNT, READ_COUNT, FILTER_COUNT, WRITE_COUNT, READ_SKIP_COUNT, WRITE_SKIP_COUNT,
                     PROCESS_SKIP_COUNT, ROLLBACK_COUNT, EXIT_CODE, EXIT_MESSAGE, REPRISE_PARTITION, REPRISE_PARTITION_OF,
                     REPRISE_READER_CHECKPOINT, REPRISE_WRITER_CHECKPOINT, REPRISE_USER_DATA, REPRISE_ATTEMPT)
                select PLANNED.ID, 0, PLANNED.NAME, OWNED.JOB_EXECUTION_ID, localtimestamp, null, localtimestamp,
                       OWNED.STATUS, 0, 0, 0, 0, 0, 0, 0, 0, 'EXECUTING', '', PLANNED.NUMBER, :step,
                       decode(PLANNED.READER, 'base64'), decode(PLANNED.WRITER, 'base64'),
                       decode(PLANNED.USER_DATA, 'base64'), 0
                  from OWNED cross join PLANNED)
            insert into REPRISE_WORK
                (STEP_EXECUTION_ID, PARTITION_OF, JOB_EXECUTION_ID, APPLICATION, JOB_NAME, JOB_DIGEST, STATE,
                 PLAN_PROPERTIES, NODE_GROUP, ATTEMPT, QUEUED_AT)
            select PLANNED.ID, :step, OWNED.JOB_EXECUTION_ID, :application, OWNED.REPRISE_JOB_NAME, OWNED.REPRISE_DEFINITION,
                   case when PLANNED.PLACE <= :ready then 'READY' else 'PLANNED' end,
                   PLANNED.PROPERTIES, :group, 0, current_timestamp
              from OWNED cross join PLANNED
            """;

    private static final String PLANNED_BEFORE = """
            select count(*) from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = :execution and REPRISE_PARTITION_OF = :step""";

    private WorkPlan() {}

    /**
     * A partition to be planned.
     *
     * @param number in the plan
     * @param properties of it in the plan, as they are stored
     * @param inherited what it begins with, by parameter of the statements
     */
    public record Planned(
            int number, String name, @Nullable String properties, Map<String, byte @Nullable []> inherited) {}

    /**
     * How the partitions of a step may be run.
     *
     * @param most at a time
     * @param group of nodes that may run them; null: all
     */
    public record Limits(int most, @Nullable String group) {}

    /**
     * Inserts all partitions of a step.
     *
     * @throws NotRecordedError if this node does not own the execution any more
     */
    public static void insert(
            Handle handle, StepRow step, long executionId, NodeIdentity node, List<Planned> partitions, Limits limits) {
        handle.createQuery(RunningSteps.LOCK_OWNER)
                .bind("execution", executionId)
                .bindMap(NodeColumns.of(node))
                .mapTo(Long.class)
                .findOne();
        int rows = Work.arrays(handle)
                .createUpdate(PLAN)
                .bind("execution", executionId)
                .bindMap(NodeColumns.of(node))
                .bind("step", step.id())
                .bind("ready", Math.min(limits.most(), MOST_READY))
                .bind("group", limits.group())
                .bind("numbers", partitions.stream().map(Planned::number).toArray(Integer[]::new))
                .bind("names", partitions.stream().map(Planned::name).toArray(String[]::new))
                .bind("properties", partitions.stream().map(Planned::properties).toArray(String[]::new))
                .bind("reader", inherited(partitions, "reader"))
                .bind("writer", inherited(partitions, "writer"))
                .bind("userData", inherited(partitions, "userData"))
                .execute();
        if (rows != partitions.size()) {
            throw new NotRecordedError(
                    "The partitions of step " + step.name() + " do not start: another node owns the execution now.");
        }
    }

    /** As texts: the driver knows no array of bytes of which one is null. */
    private static @Nullable String[] inherited(List<Planned> partitions, String what) {
        return partitions.stream()
                .map(partition -> partition.inherited().get(what))
                .map(bytes -> bytes == null ? null : Base64.getEncoder().encodeToString(bytes))
                .toArray(String[]::new);
    }

    /** Whether they are planned, because this node has done that without being told. */
    public static boolean isThere(Handle handle, StepRow step, long executionId, int partitions) {
        return handle.createQuery(PLANNED_BEFORE)
                        .bind("execution", executionId)
                        .bind("step", step.id())
                        .mapTo(Integer.class)
                        .one()
                == partitions;
    }
}
