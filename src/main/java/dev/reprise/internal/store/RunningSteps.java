package dev.reprise.internal.store;

import dev.reprise.internal.database.Dialect;
import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.database.Sql;
import dev.reprise.internal.database.Tables;
import dev.reprise.state.StepCounts;
import java.sql.Connection;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The rows of steps and partitions that run: how they begin, what of each chunk is recorded, and how they end. Every method
 * uses the handle or connection of its caller, and so its transaction.
 */
public final class RunningSteps {

    /** So that nobody takes the execution over meanwhile, or asks for a stop. */
    static final String LOCK_OWNER = """
            select JOB_EXECUTION_ID from REPRISE_OWNER
             where JOB_EXECUTION_ID = :execution""" + Owners.AND_MINE + " for update";

    /** Only of an execution that this node owns. */
    static final String INSERT = """
            insert into BATCH_STEP_EXECUTION
                (STEP_EXECUTION_ID, VERSION, STEP_NAME, JOB_EXECUTION_ID, CREATE_TIME, START_TIME, LAST_UPDATED,
                 STATUS, COMMIT_COUNT, READ_COUNT, FILTER_COUNT, WRITE_COUNT, READ_SKIP_COUNT, WRITE_SKIP_COUNT,
                 PROCESS_SKIP_COUNT, ROLLBACK_COUNT, EXIT_CODE, EXIT_MESSAGE, REPRISE_PARTITION, REPRISE_PARTITION_OF,
                 REPRISE_READER_CHECKPOINT, REPRISE_WRITER_CHECKPOINT, REPRISE_USER_DATA)
            select <nextId>, 0, :name, e.JOB_EXECUTION_ID, localtimestamp, localtimestamp, localtimestamp,
                   case when e.STATUS = 'STOPPING' then 'STOPPING' else 'STARTED' end,
                   0, 0, 0, 0, 0, 0, 0, 0, 'EXECUTING', '', :partition, :partitionOf, :reader, :writer, :userData
              from REPRISE_OWNER owner
              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = owner.JOB_EXECUTION_ID
             where owner.JOB_EXECUTION_ID = :execution""" + Owners.AND_MINE;

    /** What {@link #INSERT} answers: numbers alone, see {@link AtOnce}. */
    static final String INSERTED = "STEP_EXECUTION_ID, case when STATUS = 'STOPPING' then 1 else 0 end as TO_STOP";

    /** The guard is last, and the count is the answer: 0 rows when the step is fenced, or asked to stop. */
    private static final Sql COMMIT_CHUNK = Sql.of("""
            update BATCH_STEP_EXECUTION
               set VERSION = VERSION + 1, LAST_UPDATED = localtimestamp, REPRISE_COMMITTED_AT = localtimestamp,
                   COMMIT_COUNT = :commits, READ_COUNT = :read, FILTER_COUNT = :filtered, WRITE_COUNT = :written,
                   READ_SKIP_COUNT = :readSkips, WRITE_SKIP_COUNT = :writeSkips,
                   PROCESS_SKIP_COUNT = :processSkips, ROLLBACK_COUNT = :rollbacks,
                   REPRISE_READER_CHECKPOINT = :reader, REPRISE_WRITER_CHECKPOINT = :writer,
                   REPRISE_USER_DATA = :userData
             where STEP_EXECUTION_ID = :id and VERSION = :version and STATUS = :status""");

    /** Of a name there is one at a time in an execution. */
    private static final String INSERTED_BEFORE = "select " + INSERTED + "\n" + """
              from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = :execution and STEP_NAME = :name and VERSION = 0
               and END_TIME is null and STATUS in ('STARTED', 'STOPPING')
             order by STEP_EXECUTION_ID desc
             fetch first 1 row only""";

    private static final String LOCK = """
            select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = :id for update""";

    /** The inverse of {@link #COMMIT_CHUNK}. */
    private static final Sql TAKE_BACK = Sql.of("""
            update BATCH_STEP_EXECUTION
               set VERSION = VERSION - 1, LAST_UPDATED = localtimestamp,
                   COMMIT_COUNT = :commits, READ_COUNT = :read, FILTER_COUNT = :filtered, WRITE_COUNT = :written,
                   READ_SKIP_COUNT = :readSkips, WRITE_SKIP_COUNT = :writeSkips,
                   PROCESS_SKIP_COUNT = :processSkips, ROLLBACK_COUNT = :rollbacks,
                   REPRISE_READER_CHECKPOINT = :reader, REPRISE_WRITER_CHECKPOINT = :writer,
                   REPRISE_USER_DATA = :userData
             where STEP_EXECUTION_ID = :id and VERSION = :version + 1 and COMMIT_COUNT = :chunk""");

    private static final Sql SAVE_USER_DATA = Sql.of("""
            update BATCH_STEP_EXECUTION
               set VERSION = VERSION + 1, LAST_UPDATED = localtimestamp, REPRISE_USER_DATA = :userData
             where STEP_EXECUTION_ID = :id and VERSION = :version and STATUS = :status""");

    private static final String USER_DATA = """
            select STATUS, REPRISE_USER_DATA from BATCH_STEP_EXECUTION
             where STEP_EXECUTION_ID = :id and VERSION = :version and END_TIME is null
               and STATUS in ('STARTED', 'STOPPING')""";

    private static final String REQUEST_STOP = """
            update BATCH_STEP_EXECUTION set STATUS = 'STOPPING', LAST_UPDATED = localtimestamp
             where JOB_EXECUTION_ID = :execution and STATUS in ('STARTING', 'STARTED')""";

    private static final String BEGIN_PLAN = """
            update BATCH_STEP_EXECUTION set REPRISE_PARTITIONS = :partitions
             where STEP_EXECUTION_ID = :id and VERSION = :version""";

    private static final String DISCARD = """
            update BATCH_STEP_EXECUTION set REPRISE_DISCARDED = 1
             where STEP_NAME = :name and REPRISE_PARTITION is null
               and JOB_EXECUTION_ID in (select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION
                                         where JOB_INSTANCE_ID = :instance)""";

    private final Dialect dialect;
    private final Tables tables;

    public RunningSteps(Dialect dialect, Tables tables) {
        this.dialect = dialect;
        this.tables = tables;
    }

    /**
     * Inserts the row of a step or partition that starts now, with the checkpoint it inherits.
     *
     * @throws NotRecordedError if this node does not own the execution any more
     */
    public NewStep.Inserted insert(Handle handle, NewStep step) {
        return insert(handle, step, () -> {});
    }

    /**
     * {@link #insert(Handle, NewStep)} and something else, for which the owner's row is locked too.
     *
     * @param before done before the row is inserted
     */
    public NewStep.Inserted insert(Handle handle, NewStep step, Runnable before) {
        handle.createQuery(LOCK_OWNER)
                .bind("execution", step.execution())
                .bindMap(NodeColumns.of(step.node()))
                .mapTo(Long.class)
                .findOne();
        before.run();
        return handle.createQuery(dialect.changing(INSERT, INSERTED))
                .define("nextId", dialect.nextStepExecutionId())
                .bindMap(step.bindings())
                .map((row, context) -> NewStep.Inserted.of(row))
                .findOne()
                .orElseThrow(step::notOurs);
    }

    /** What an update of a running step found. */
    public enum Saved {
        DONE,
        STOP_REQUESTED,
        FENCED
    }

    /**
     * Records a chunk in the transaction of the connection, the chunk's: one statement, unless somebody wants a stop or
     * something was collected.
     */
    public Saved commitChunk(
            Connection connection, StepRow step, StepCounts counts, Map<String, byte @Nullable []> kept) {
        Map<String, @Nullable Object> values = new HashMap<>(bindings(counts));
        values.putAll(kept);
        Saved saved = save(connection, COMMIT_CHUNK, step, values);
        if (saved != Saved.FENCED) {
            CollectedData.insert(connection, tables, step);
        }
        return saved;
    }

    /**
     * Takes a chunk back that was recorded outside of its transaction, which was rolled back meanwhile; does nothing if it
     * was not recorded.
     */
    public boolean takeBack(Handle handle, StepRow step, StepCounts chunk) {
        handle.createQuery(LOCK).bind("id", step.id()).mapTo(Long.class).findOne();
        StepCounts before = step.committed();
        Map<String, @Nullable Object> values = new HashMap<>(bindings(before));
        values.putAll(step.kept());
        values.put("id", step.id());
        values.put("version", step.version());
        values.put("chunk", chunk.commits());
        boolean takenBack = tables.qualified(TAKE_BACK).update(handle.getConnection(), values) == 1;
        if (takenBack) {
            CollectedData.takeBack(handle, step);
        }
        return takenBack;
    }

    /** Records the user data of a step that has no chunks. */
    public Saved saveUserData(Handle handle, StepRow step) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("userData", step.userData());
        Saved saved = save(handle.getConnection(), SAVE_USER_DATA, step, values);
        return saved == Saved.FENCED ? savedBefore(handle, step) : saved;
    }

    /** Whether the row is as {@link #saveUserData} would leave it, because it has and nobody was told. */
    private static Saved savedBefore(Handle handle, StepRow step) {
        byte[] userData = step.userData();
        return handle.createQuery(USER_DATA)
                .bind("id", step.id())
                .bind("version", step.version() + 1)
                .map((row, context) -> !Arrays.equals(row.getBytes(2), userData)
                        ? Saved.FENCED
                        : row.getString(1).equals("STARTED") ? Saved.DONE : Saved.STOP_REQUESTED)
                .findOne()
                .orElse(Saved.FENCED);
    }

    private Saved save(Connection connection, Sql named, StepRow step, Map<String, @Nullable Object> values) {
        Sql sql = tables.qualified(named);
        values.put("id", step.id());
        values.put("version", step.version());
        values.put("status", "STARTED");
        if (sql.update(connection, values) == 1) {
            return Saved.DONE;
        }
        values.put("status", "STOPPING");
        return sql.update(connection, values) == 1 ? Saved.STOP_REQUESTED : Saved.FENCED;
    }

    /**
     * The row of a step or partition that this node has inserted without being told.
     *
     * @throws NotRecordedError if this node does not own the execution any more
     */
    public Optional<NewStep.Inserted> inserted(Handle handle, NewStep step) {
        boolean ours = handle.createQuery(LOCK_OWNER)
                .bindMap(step.bindings())
                .mapTo(Long.class)
                .findOne()
                .isPresent();
        if (!ours) {
            throw step.notOurs();
        }
        return handle.createQuery(INSERTED_BEFORE)
                .bindMap(step.bindings())
                .map((row, context) -> NewStep.Inserted.of(row))
                .findOne();
    }

    static Map<String, Long> bindings(StepCounts counts) {
        return Map.of(
                "commits", counts.commits(),
                "read", counts.read(),
                "filtered", counts.filtered(),
                "written", counts.written(),
                "readSkips", counts.readSkips(),
                "writeSkips", counts.writeSkips(),
                "processSkips", counts.processSkips(),
                "rollbacks", counts.rollbacks());
    }

    public void requestStop(Handle handle, long executionId) {
        handle.createUpdate(REQUEST_STOP).bind("execution", executionId).execute();
    }

    /** What a step has left in an instance is not gone on with: it begins anew. */
    static void discard(Handle handle, long instanceId, String step) {
        handle.createUpdate(DISCARD)
                .bind("instance", instanceId)
                .bind("name", step)
                .execute();
    }

    /**
     * Says that a step begins its partitions, first or anew.
     *
     * @param partitions how many; 0 if that is not known yet
     * @throws NotRecordedError if its row is not this node's to write any more
     */
    public void beginPlan(Handle handle, StepRow step, int partitions) {
        int rows = handle.createUpdate(BEGIN_PLAN)
                .bind("partitions", partitions)
                .bind("id", step.id())
                .bind("version", step.version())
                .execute();
        if (rows != 1) {
            throw new NotRecordedError(
                    "The partitions of step " + step.name() + " do not start: its row is not this node's any more.");
        }
    }
}
