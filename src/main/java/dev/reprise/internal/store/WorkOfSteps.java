package dev.reprise.internal.store;

import dev.reprise.state.Status;
import dev.reprise.state.StepCounts;
import jakarta.batch.runtime.BatchStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What the node of a partitioned step does with the rows of {@link Work}: it hears of ends, lets the next partitions be taken,
 * and stops what waits. Every method uses the handle of its caller, and can be done twice.
 */
public final class WorkOfSteps {

    /** Each by its id, as {@link WorkOfTheDead} finds its. */
    private static final String ENDED = """
            select s.STEP_EXECUTION_ID, s.REPRISE_PARTITION_OF, s.REPRISE_PARTITION, s.STATUS, s.EXIT_CODE, s.READ_COUNT,
                   s.WRITE_COUNT, s.FILTER_COUNT, s.COMMIT_COUNT, s.ROLLBACK_COUNT, s.READ_SKIP_COUNT, s.PROCESS_SKIP_COUNT,
                   s.WRITE_SKIP_COUNT, s.REPRISE_NODE, coalesce(x.STACK_TRACE, s.EXIT_MESSAGE) as TRACE
              from REPRISE_WORK w
              cross join lateral (
                   select * from BATCH_STEP_EXECUTION
                    where STEP_EXECUTION_ID = w.STEP_EXECUTION_ID fetch first 1 row only) s
              left join REPRISE_EXCEPTION x on x.STEP_EXECUTION_ID = w.STEP_EXECUTION_ID
             where w.PARTITION_OF = any (cast(:steps as bigint[])) and w.STATE = 'DONE'
             order by s.END_TIME, s.STEP_EXECUTION_ID
             fetch first 1000 rows only""";

    private static final String FORGET = """
            delete from REPRISE_WORK where STEP_EXECUTION_ID = any (cast(:ids as bigint[])) and STATE = 'DONE'""";

    private static final String NEXT = """
            update REPRISE_WORK set STATE = 'READY', QUEUED_AT = current_timestamp
             where STEP_EXECUTION_ID = any (array(
                   select STEP_EXECUTION_ID from REPRISE_WORK
                    where PARTITION_OF = :step and STATE = 'PLANNED'
                    order by STEP_EXECUTION_ID
                    limit (select greatest(0, :most - count(*)) from REPRISE_WORK
                            where PARTITION_OF = :step and STATE in ('READY', 'TAKEN'))))
            returning (select count(*) from REPRISE_WORK where PARTITION_OF = :step and STATE = 'READY')""";

    /** What waits has ended. What somebody else is changing is left to the next time, as below: nobody waits in a circle. */
    private static final String STOP_WAITING = """
            with WAITED as materialized (
                select w.STEP_EXECUTION_ID
                  from REPRISE_WORK w
                  join BATCH_STEP_EXECUTION s on s.STEP_EXECUTION_ID = w.STEP_EXECUTION_ID
                 where w.PARTITION_OF = :step and w.STATE in ('PLANNED', 'READY') and s.STATUS in ('STARTING', 'STOPPING')
                   for update skip locked),
            STOPPED as (
                update REPRISE_WORK set STATE = 'DONE'
                 where STEP_EXECUTION_ID = any (array(select STEP_EXECUTION_ID from WAITED))
                returning STEP_EXECUTION_ID)
            update BATCH_STEP_EXECUTION s
               set VERSION = VERSION + 1, STATUS = 'STOPPED', EXIT_CODE = 'STOPPED', END_TIME = localtimestamp,
                   LAST_UPDATED = localtimestamp
              from STOPPED
             where s.STEP_EXECUTION_ID = STOPPED.STEP_EXECUTION_ID""";

    /** What runs ends at its next chunk. */
    private static final String STOP_TAKEN = """
            with RUNNING as materialized (
                select s.STEP_EXECUTION_ID
                  from REPRISE_WORK w
                  join BATCH_STEP_EXECUTION s on s.STEP_EXECUTION_ID = w.STEP_EXECUTION_ID
                 where w.PARTITION_OF = :step and w.STATE = 'TAKEN' and s.STATUS = 'STARTED'
                   for update of s skip locked)
            update BATCH_STEP_EXECUTION s set STATUS = 'STOPPING', LAST_UPDATED = localtimestamp
              from RUNNING
             where s.STEP_EXECUTION_ID = RUNNING.STEP_EXECUTION_ID""";

    /** By the indexed id, and not for what has no such partitions. */
    private static final String OF_EXECUTION = "delete from REPRISE_WORK where JOB_EXECUTION_ID = :execution";

    /** Of a step that ran on many nodes: nobody has added up what its partitions did. */
    private static final String SET_COUNTS = """
            update BATCH_STEP_EXECUTION
               set VERSION = VERSION + 1, LAST_UPDATED = localtimestamp,
                   COMMIT_COUNT = :commits, READ_COUNT = :read, FILTER_COUNT = :filtered, WRITE_COUNT = :written,
                   READ_SKIP_COUNT = :readSkips, WRITE_SKIP_COUNT = :writeSkips,
                   PROCESS_SKIP_COUNT = :processSkips, ROLLBACK_COUNT = :rollbacks
             where STEP_EXECUTION_ID = :id and VERSION = :version""";

    private static final String HAS_COUNTS = """
            select count(*) from BATCH_STEP_EXECUTION
             where STEP_EXECUTION_ID = :id and VERSION = :version + 1 and END_TIME is null
               and COMMIT_COUNT = :commits and READ_COUNT = :read and WRITE_COUNT = :written""";

    private WorkOfSteps() {}

    /**
     * A partition that has ended, on whichever node.
     *
     * @param trace the stack trace of what it failed with, or nothing
     */
    public record Ended(
            long id,
            long partitionOf,
            int number,
            BatchStatus status,
            @Nullable String exitStatus,
            StepCounts counts,
            @Nullable String node,
            String trace) {

        static Ended of(ResultSet row) throws SQLException {
            String trace = row.getString("TRACE");
            return new Ended(
                    row.getLong("STEP_EXECUTION_ID"),
                    row.getLong("REPRISE_PARTITION_OF"),
                    row.getInt("REPRISE_PARTITION"),
                    Status.of(row.getString("STATUS")),
                    StepStates.exitStatus(row),
                    StepStates.counts(row),
                    row.getString("REPRISE_NODE"),
                    trace == null ? "" : trace);
        }
    }

    /** Partitions of these steps whose ends nobody has forgotten yet, in the order in which they ended; not all at once. */
    public static List<Ended> ended(Handle handle, Collection<Long> steps) {
        return Work.arrays(handle)
                .createQuery(ENDED)
                .bind("steps", steps.toArray(Long[]::new))
                .map((row, context) -> Ended.of(row))
                .list();
    }

    /** Their steps know of these ends. */
    public static void forget(Handle handle, Collection<Long> partitions) {
        Work.arrays(handle)
                .createUpdate(FORGET)
                .bind("ids", partitions.toArray(Long[]::new))
                .execute();
    }

    /**
     * Lets partitions be taken that are only planned, so that no more wait or run than may.
     *
     * @return whether somebody may wait for them: where more were there already than have come now, nobody does
     */
    public static boolean next(Handle handle, long step, int most) {
        List<Long> waitedBefore = handle.createQuery(NEXT)
                .bind("step", step)
                .bind("most", Math.min(most, WorkPlan.MOST_READY))
                .mapTo(Long.class)
                .list();
        return !waitedBefore.isEmpty() && waitedBefore.get(0) <= waitedBefore.size();
    }

    /** Stops the partitions of a step: all, if it is done again until they have ended. */
    public static void stop(Handle handle, long step) {
        handle.createUpdate(STOP_WAITING).bind("step", step).execute();
        handle.createUpdate(STOP_TAKEN).bind("step", step).execute();
    }

    /**
     * Says what the partitions of a step did.
     *
     * @return false if its row is not this node's to write any more
     */
    public static boolean count(Handle handle, StepRow step, StepCounts counts) {
        int rows = handle.createUpdate(SET_COUNTS)
                .bind("id", step.id())
                .bind("version", step.version())
                .bindMap(RunningSteps.bindings(counts))
                .execute();
        return rows == 1
                || handle.createQuery(HAS_COUNTS)
                                .bind("id", step.id())
                                .bind("version", step.version())
                                .bindMap(RunningSteps.bindings(counts))
                                .mapTo(Integer.class)
                                .one()
                        == 1;
    }

    /** No partition of the execution may be taken any more. */
    static void end(Handle handle, long executionId) {
        handle.createUpdate(OF_EXECUTION).bind("execution", executionId).execute();
        CollectedData.end(handle, executionId);
    }
}
