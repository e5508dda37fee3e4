package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.Text;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Ends in the tables what nobody runs any more. Every method uses the handle of its caller. */
public final class Closing {

    /**
     * An execution that was closed for somebody.
     *
     * @param status that it has now
     * @param interrupted the steps that were running
     * @param restartsInARow how many restarts by recovery led to it
     */
    public record Closed(String jobName, String status, List<String> interrupted, int restartsInARow) {}

    private static final String LOCK = """
            select JOB_EXECUTION_ID from REPRISE_OWNER
             where JOB_INSTANCE_ID = :instance""" + Owners.AND_MINE + " for update";

    private static final String JOB = """
            select REPRISE_JOB_NAME, STATUS, coalesce(REPRISE_RECOVERIES, 0) as RECOVERIES
              from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = :execution""";

    /** Waits for chunks that are being committed, and keeps further ones out. */
    private static final String LOCK_STEPS = """
            select STEP_NAME, REPRISE_PARTITION from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = :execution and STATUS in ('STARTING', 'STARTED', 'STOPPING')
             order by STEP_EXECUTION_ID
               for update""";

    /** Of steps that end with it, and of those that ended before all of their partitions did. */
    private static final String SUM_PARTITIONS = """
            update BATCH_STEP_EXECUTION s
               set (READ_COUNT, WRITE_COUNT, FILTER_COUNT, COMMIT_COUNT,
                    ROLLBACK_COUNT, READ_SKIP_COUNT, PROCESS_SKIP_COUNT, WRITE_SKIP_COUNT) =
                   (select sum(p.READ_COUNT), sum(p.WRITE_COUNT), sum(p.FILTER_COUNT), sum(p.COMMIT_COUNT),
                           sum(p.ROLLBACK_COUNT), sum(p.READ_SKIP_COUNT), sum(p.PROCESS_SKIP_COUNT),
                           sum(p.WRITE_SKIP_COUNT)
                      from BATCH_STEP_EXECUTION p
                     where p.JOB_EXECUTION_ID = :execution and p.REPRISE_PARTITION_OF = s.STEP_EXECUTION_ID)
             where s.JOB_EXECUTION_ID = :execution
               and exists (select 1 from BATCH_STEP_EXECUTION p
                            where p.JOB_EXECUTION_ID = :execution and p.REPRISE_PARTITION_OF = s.STEP_EXECUTION_ID
                              and (s.STATUS in ('STARTING', 'STARTED', 'STOPPING')
                                   or p.STATUS in ('STARTING', 'STARTED', 'STOPPING')))""";

    private static final String CLOSE_STEPS = """
            update BATCH_STEP_EXECUTION
               set STATUS = :status, EXIT_CODE = :status, EXIT_MESSAGE = :message,
                   END_TIME = localtimestamp, LAST_UPDATED = localtimestamp, VERSION = VERSION + 1
             where JOB_EXECUTION_ID = :execution and STATUS in ('STARTING', 'STARTED', 'STOPPING')""";

    private static final String CLOSE_JOB = """
            update BATCH_JOB_EXECUTION
               set STATUS = :status, EXIT_CODE = :status, EXIT_MESSAGE = :message,
                   END_TIME = localtimestamp, LAST_UPDATED = localtimestamp, VERSION = VERSION + 1
             where JOB_EXECUTION_ID = :execution""";

    private static final String MESSAGE = """
            update BATCH_JOB_EXECUTION set EXIT_MESSAGE = :message where JOB_EXECUTION_ID = :execution""";

    private Closing() {}

    /**
     * Ends an execution for the node that owns it, with its running steps and partitions, in the transaction of the
     * handle.
     *
     * @return empty if it is not that owner's any more
     */
    public static Optional<Closed> execution(Handle handle, Owner dead, String message) {
        boolean stillTheirs = handle.createQuery(LOCK)
                .bind("instance", dead.instanceId())
                .bindMap(NodeColumns.of(dead.node()))
                .mapTo(Long.class)
                .findOne()
                .isPresent();
        if (!stillTheirs) {
            return Optional.empty();
        }
        Closed before = handle.createQuery(JOB)
                .bind("execution", dead.executionId())
                .map((row, context) ->
                        new Closed(row.getString(1), String.valueOf(row.getString(2)), List.of(), row.getInt(3)))
                .one();
        String status = before.status().equals("STOPPING") ? "STOPPED" : "FAILED";
        List<String> interrupted = steps(handle, dead.executionId(), status, message);
        handle.createUpdate(CLOSE_JOB)
                .bind("execution", dead.executionId())
                .bind("status", status)
                .bind("message", message)
                .execute();
        Owners.giveUp(handle, dead.executionId(), dead.node());
        return Optional.of(new Closed(before.jobName(), status, interrupted, before.restartsInARow()));
    }

    /** How many restarts by recovery led to an execution. */
    public static int restartsInARow(Handle handle, long executionId) {
        return handle.createQuery(JOB)
                .bind("execution", executionId)
                .map((row, context) -> row.getInt(3))
                .one();
    }

    /** Replaces what is said of an execution that has ended. */
    public static void say(Handle handle, long executionId, String message) {
        handle.createUpdate(MESSAGE)
                .bind("execution", executionId)
                .bind("message", Text.fit(message, Text.TEXT_COLUMN))
                .execute();
    }

    /**
     * Ends the steps and partitions of an execution that are still running in the tables, and raises their versions.
     *
     * @return the names of these steps, without partitions
     */
    public static List<String> steps(Handle handle, long executionId, String status, String message) {
        List<String> running = handle
                .createQuery(LOCK_STEPS)
                .bind("execution", executionId)
                .map((row, context) ->
                        row.getObject(2) == null ? Optional.of(row.getString(1)) : Optional.<String>empty())
                .stream()
                .flatMap(Optional::stream)
                .toList();
        handle.createUpdate(SUM_PARTITIONS).bind("execution", executionId).execute();
        handle.createUpdate(CLOSE_STEPS)
                .bind("execution", executionId)
                .bind("status", status)
                .bind("message", message)
                .execute();
        WorkOfSteps.end(handle, executionId);
        return running;
    }
}
