package dev.reprise.internal.store;

import dev.reprise.internal.database.Text;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of steps and partitions end, and what has become of one of which nobody was told. Every method uses the handle of
 * its caller, and so its transaction.
 */
public final class StepEnds {

    private static final String RUNNING = """
            select VERSION, COMMIT_COUNT from BATCH_STEP_EXECUTION
             where STEP_EXECUTION_ID = :id and END_TIME is null and STATUS in ('STARTED', 'STOPPING')""";

    private static final String RUNNING_LOCKED = RUNNING + " for update";

    private static final String HAS_ENDED = """
            select count(*) from BATCH_STEP_EXECUTION
             where STEP_EXECUTION_ID = :id and VERSION = :version + 1 and END_TIME is not null
               and STATUS = :status and EXIT_CODE = :exitCode and EXIT_MESSAGE = :exitMessage""";

    static final String END = """
            update BATCH_STEP_EXECUTION
               set VERSION = VERSION + 1, LAST_UPDATED = localtimestamp, END_TIME = localtimestamp,
                   STATUS = :status, EXIT_CODE = :exitCode, EXIT_MESSAGE = :exitMessage,
                   COMMIT_COUNT = :commits, READ_COUNT = :read, FILTER_COUNT = :filtered, WRITE_COUNT = :written,
                   READ_SKIP_COUNT = :readSkips, WRITE_SKIP_COUNT = :writeSkips,
                   PROCESS_SKIP_COUNT = :processSkips, ROLLBACK_COUNT = :rollbacks,
                   REPRISE_USER_DATA = :userData
             where STEP_EXECUTION_ID = :id and VERSION = :version""";

    /** The row of a partitioned step has its counts already, from the ends of its partitions. */
    private static final String END_PARTITIONED = """
            update BATCH_STEP_EXECUTION
               set VERSION = VERSION + 1, LAST_UPDATED = localtimestamp, END_TIME = localtimestamp,
                   STATUS = :status, EXIT_CODE = :exitCode, EXIT_MESSAGE = :exitMessage,
                   REPRISE_USER_DATA = :userData
             where STEP_EXECUTION_ID = :id and VERSION = :version""";

    private static final String ADD_PARTITION_TO_STEP = """
            update BATCH_STEP_EXECUTION
               set VERSION = VERSION + 1, LAST_UPDATED = localtimestamp,
                   COMMIT_COUNT = COMMIT_COUNT + :commits, READ_COUNT = READ_COUNT + :read,
                   FILTER_COUNT = FILTER_COUNT + :filtered, WRITE_COUNT = WRITE_COUNT + :written,
                   READ_SKIP_COUNT = READ_SKIP_COUNT + :readSkips, WRITE_SKIP_COUNT = WRITE_SKIP_COUNT + :writeSkips,
                   PROCESS_SKIP_COUNT = PROCESS_SKIP_COUNT + :processSkips,
                   ROLLBACK_COUNT = ROLLBACK_COUNT + :rollbacks
             where STEP_EXECUTION_ID = :id and VERSION = :version""";

    private static final String INSERT_STACK_TRACE = """
            insert into REPRISE_EXCEPTION (STEP_EXECUTION_ID, STACK_TRACE) values (:id, :trace)""";

    private StepEnds() {}

    /** When the end of a step or partition was recorded. */
    public enum Ended {
        NOW,
        /** At an earlier try, whose answer was lost, with all that goes with it. */
        BEFORE,
        /** Its row is not this node's to write any more. */
        NOT_OURS
    }

    /**
     * Records the end of a step or partition.
     *
     * @param trace the stack trace of its exception, or nothing
     */
    public static Ended end(Handle handle, StepRow step, String trace) {
        Ended ended = endRow(handle, step, trace);
        StepRow whole = step.partitionOf();
        if (whole == null || ended != Ended.NOW) {
            return ended;
        }
        Update addition = handle.createUpdate(ADD_PARTITION_TO_STEP)
                .bind("id", whole.id())
                .bind("version", whole.version());
        addition.bindMap(RunningSteps.bindings(step.atTheEnd()));
        return addition.execute() == 1 ? Ended.NOW : Ended.NOT_OURS;
    }

    /** {@link #end} without that of a partition's step, which may be another node's. */
    static Ended endRow(Handle handle, StepRow step, String trace) {
        if (!update(handle, step, trace)) {
            // Somebody else has written the row, or this node has, and was not told.
            if (!knowsItself(handle, step) || !update(handle, step, trace)) {
                return hasEnded(handle, step, trace) ? Ended.BEFORE : Ended.NOT_OURS;
            }
        }
        if (!trace.isEmpty()) {
            handle.createUpdate(INSERT_STACK_TRACE)
                    .bind("id", step.id())
                    .bind("trace", trace)
                    .execute();
        }
        return Ended.NOW;
    }

    private static boolean update(Handle handle, StepRow step, String trace) {
        return handle.createUpdate(step.isPartitioned() ? END_PARTITIONED : END)
                        .bindMap(endBindings(step, trace))
                        .execute()
                == 1;
    }

    /** Whether the row is as its end would leave it: then it was recorded before, with all that goes with it. */
    public static boolean hasEnded(Handle handle, StepRow step, String trace) {
        return handle.createQuery(HAS_ENDED)
                        .bindMap(endBindings(step, trace))
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    /**
     * Whether the row is as a chunk would leave it of whose commit nothing is known, or as before the last commit, which nobody
     * has seen fail; the step knows it then.
     */
    public static boolean knowsItself(Handle handle, StepRow step) {
        return handle.createQuery(RUNNING_LOCKED)
                .bind("id", step.id())
                .map((row, context) -> step.wasCommitted(row.getLong(1), row.getLong(2))
                        || step.wasNotCommitted(row.getLong(1), row.getLong(2)))
                .findOne()
                .orElse(false);
    }

    /**
     * Whether the row is as a chunk would leave it of whose commit nothing is known; the step knows it then. Without a lock:
     * the caller's own transaction may wait for the row.
     */
    public static boolean isCommitted(Handle handle, StepRow step) {
        return handle.createQuery(RUNNING)
                .bind("id", step.id())
                .map((row, context) -> step.wasCommitted(row.getLong(1), row.getLong(2)))
                .findOne()
                .orElse(false);
    }

    /** What {@link #END} asks for. */
    static Map<String, @Nullable Object> endBindings(StepRow step, String trace) {
        String exitStatus = step.exitStatus();
        Map<String, @Nullable Object> bindings =
                step.isPartitioned() ? new HashMap<>() : new HashMap<>(RunningSteps.bindings(step.atTheEnd()));
        bindings.put("status", step.status().name());
        bindings.put("exitCode", Text.fit(exitStatus == null ? "" : exitStatus, Text.TEXT_COLUMN));
        bindings.put("exitMessage", Text.fit(trace, Text.TEXT_COLUMN));
        bindings.put("userData", step.userData());
        bindings.put("id", step.id());
        bindings.put("version", step.version());
        return bindings;
    }
}
