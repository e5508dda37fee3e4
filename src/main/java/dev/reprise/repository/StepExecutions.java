package dev.reprise.repository;

import dev.reprise.job.StepSoFar;
import dev.reprise.repository.RunningStep.Kept;
import jakarta.batch.runtime.BatchStatus;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * The SQL of step executions and partitions. Every method uses the handle or connection of its caller, and so its
 * transaction.
 */
final class StepExecutions {

    /** What Spring Batch writes while a step runs. */
    private static final String RUNNING_EXIT_CODE = "EXECUTING";

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
               set VERSION = VERSION + 1, LAST_UPDATED = localtimestamp,
                   COMMIT_COUNT = :commits, READ_COUNT = :read, FILTER_COUNT = :filtered, WRITE_COUNT = :written,
                   READ_SKIP_COUNT = :readSkips, WRITE_SKIP_COUNT = :writeSkips,
                   PROCESS_SKIP_COUNT = :processSkips, ROLLBACK_COUNT = :rollbacks,
                   REPRISE_READER_CHECKPOINT = :reader, REPRISE_WRITER_CHECKPOINT = :writer,
                   REPRISE_USER_DATA = :userData
             where STEP_EXECUTION_ID = :id and VERSION = :version and STATUS = :status""");

    private static final String RUNNING = """
            select VERSION, COMMIT_COUNT from BATCH_STEP_EXECUTION
             where STEP_EXECUTION_ID = :id and END_TIME is null and STATUS in ('STARTED', 'STOPPING')""";

    private static final String RUNNING_LOCKED = RUNNING + " for update";

    private static final String HAS_ENDED = """
            select count(*) from BATCH_STEP_EXECUTION
             where STEP_EXECUTION_ID = :id and VERSION = :version + 1 and END_TIME is not null
               and STATUS = :status and EXIT_CODE = :exitCode and EXIT_MESSAGE = :exitMessage""";

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

    private static final String STACK_TRACE = """
            select x.STACK_TRACE
              from BATCH_STEP_EXECUTION s
              join REPRISE_EXCEPTION x on x.STEP_EXECUTION_ID = s.STEP_EXECUTION_ID
             where s.STEP_EXECUTION_ID = :id and s.JOB_EXECUTION_ID = :execution""";

    private static final String FAILURES = """
            select STEP_NAME, EXIT_MESSAGE from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = :execution and STATUS = 'FAILED'
             order by STEP_EXECUTION_ID
             fetch first 100 rows only""";

    private static final String REQUEST_STOP = """
            update BATCH_STEP_EXECUTION set STATUS = 'STOPPING', LAST_UPDATED = localtimestamp
             where JOB_EXECUTION_ID = :execution and STATUS in ('STARTING', 'STARTED')""";

    /** The columns of {@link #stepExecution}, without checkpoints. */
    private static final String COLUMNS = """
            select s.STEP_EXECUTION_ID, s.STEP_NAME, s.START_TIME, s.END_TIME, s.STATUS, s.EXIT_CODE,
                   s.READ_COUNT, s.WRITE_COUNT, s.COMMIT_COUNT, s.ROLLBACK_COUNT,
                   s.READ_SKIP_COUNT, s.PROCESS_SKIP_COUNT, s.FILTER_COUNT, s.WRITE_SKIP_COUNT""";

    /** Partitions that run have not been added to their step's row yet, so whoever reads adds them. */
    private static final String OF_EXECUTION = """
            select s.STEP_EXECUTION_ID, s.STEP_NAME, s.START_TIME, s.END_TIME, s.STATUS, s.EXIT_CODE,
                   coalesce(s.READ_COUNT, 0) + coalesce(p.READ_COUNT, 0) as READ_COUNT,
                   coalesce(s.WRITE_COUNT, 0) + coalesce(p.WRITE_COUNT, 0) as WRITE_COUNT,
                   coalesce(s.COMMIT_COUNT, 0) + coalesce(p.COMMIT_COUNT, 0) as COMMIT_COUNT,
                   coalesce(s.ROLLBACK_COUNT, 0) + coalesce(p.ROLLBACK_COUNT, 0) as ROLLBACK_COUNT,
                   coalesce(s.READ_SKIP_COUNT, 0) + coalesce(p.READ_SKIP_COUNT, 0) as READ_SKIP_COUNT,
                   coalesce(s.PROCESS_SKIP_COUNT, 0) + coalesce(p.PROCESS_SKIP_COUNT, 0) as PROCESS_SKIP_COUNT,
                   coalesce(s.FILTER_COUNT, 0) + coalesce(p.FILTER_COUNT, 0) as FILTER_COUNT,
                   coalesce(s.WRITE_SKIP_COUNT, 0) + coalesce(p.WRITE_SKIP_COUNT, 0) as WRITE_SKIP_COUNT,
                   s.REPRISE_USER_DATA
              from BATCH_STEP_EXECUTION s
              left join (select REPRISE_PARTITION_OF,
                                sum(READ_COUNT) as READ_COUNT, sum(WRITE_COUNT) as WRITE_COUNT,
                                sum(COMMIT_COUNT) as COMMIT_COUNT, sum(ROLLBACK_COUNT) as ROLLBACK_COUNT,
                                sum(READ_SKIP_COUNT) as READ_SKIP_COUNT, sum(PROCESS_SKIP_COUNT) as PROCESS_SKIP_COUNT,
                                sum(FILTER_COUNT) as FILTER_COUNT, sum(WRITE_SKIP_COUNT) as WRITE_SKIP_COUNT
                           from BATCH_STEP_EXECUTION
                          where JOB_EXECUTION_ID = :execution and REPRISE_PARTITION is not null
                            and STATUS in ('STARTING', 'STARTED', 'STOPPING')
                          group by REPRISE_PARTITION_OF) p on p.REPRISE_PARTITION_OF = s.STEP_EXECUTION_ID
             where s.JOB_EXECUTION_ID = :execution and s.REPRISE_PARTITION is null
             order by s.STEP_EXECUTION_ID""";

    private static final String STATES = COLUMNS + """
                 , s.EXIT_MESSAGE, s.REPRISE_PARTITION, s.REPRISE_PARTITION_OF
              from BATCH_STEP_EXECUTION s
             where s.JOB_EXECUTION_ID = :execution
             order by s.STEP_EXECUTION_ID""";

    private static final String STATES_WITHOUT_PARTITIONS = COLUMNS + """
                 , s.EXIT_MESSAGE, s.JOB_EXECUTION_ID
              from BATCH_STEP_EXECUTION s
             where s.JOB_EXECUTION_ID in (<executions>) and s.REPRISE_PARTITION is null
             order by s.STEP_EXECUTION_ID""";

    private static final String STATES_OF_ALL = COLUMNS + """
                 , s.EXIT_MESSAGE, s.JOB_EXECUTION_ID
              from BATCH_STEP_EXECUTION s
             where s.JOB_EXECUTION_ID in (<executions>)
             order by s.STEP_EXECUTION_ID""";

    private static final String LAST_OF_STEP = COLUMNS + """
                 , s.REPRISE_USER_DATA, s.REPRISE_READER_CHECKPOINT, s.REPRISE_WRITER_CHECKPOINT
              from BATCH_JOB_EXECUTION e
              join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_INSTANCE_ID = :instance and e.JOB_EXECUTION_ID <= :execution and s.STEP_NAME = :name
               and s.REPRISE_DISCARDED is null
             order by s.STEP_EXECUTION_ID desc
             fetch first 1 row only""";

    private static final String LAST_OF_EACH_STEP = """
            select s.STEP_EXECUTION_ID, s.STEP_NAME, s.STATUS, s.EXIT_CODE, s.COMMIT_COUNT, s.REPRISE_READER_CHECKPOINT,
                   case when s.REPRISE_WRITER_CHECKPOINT is null then 0 else 1 end as WRITER,
                   case when s.REPRISE_USER_DATA is null then 0 else 1 end as USERDATA, s.REPRISE_DISCARDED,
                   (select count(*)
                      from BATCH_JOB_EXECUTION g
                      join BATCH_STEP_EXECUTION t on t.JOB_EXECUTION_ID = g.JOB_EXECUTION_ID
                     where g.JOB_INSTANCE_ID = :instance and g.JOB_EXECUTION_ID <= :execution
                       and t.STEP_NAME = s.STEP_NAME) as STARTS,
                   q.PARTITIONS, q.READERS, q.WRITERS, q.USERS
              from BATCH_JOB_EXECUTION e
              join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
              left join (select t.STEP_NAME, count(*) as PARTITIONS, count(p.REPRISE_READER_CHECKPOINT) as READERS,
                                count(p.REPRISE_WRITER_CHECKPOINT) as WRITERS, count(p.REPRISE_USER_DATA) as USERS
                           from BATCH_JOB_EXECUTION g
                           join BATCH_STEP_EXECUTION t on t.JOB_EXECUTION_ID = g.JOB_EXECUTION_ID
                           join BATCH_STEP_EXECUTION p on p.JOB_EXECUTION_ID = t.JOB_EXECUTION_ID
                                                      and p.REPRISE_PARTITION_OF = t.STEP_EXECUTION_ID
                          where g.JOB_INSTANCE_ID = :instance and g.JOB_EXECUTION_ID <= :execution
                            and t.REPRISE_DISCARDED is null
                          group by t.STEP_NAME) q on q.STEP_NAME = s.STEP_NAME
             where e.JOB_INSTANCE_ID = :instance and e.JOB_EXECUTION_ID <= :execution and s.REPRISE_PARTITION is null
               and s.STEP_EXECUTION_ID =
                   (select max(t.STEP_EXECUTION_ID)
                      from BATCH_JOB_EXECUTION f
                      join BATCH_STEP_EXECUTION t on t.JOB_EXECUTION_ID = f.JOB_EXECUTION_ID
                     where f.JOB_INSTANCE_ID = :instance and f.JOB_EXECUTION_ID <= :execution
                       and t.STEP_NAME = s.STEP_NAME)
             order by s.STEP_EXECUTION_ID""";

    /** The step execution that began the plan which the step is at; none after it was complete. */
    private static final String PLAN = """
            select s.STEP_EXECUTION_ID, s.REPRISE_PARTITIONS
              from BATCH_STEP_EXECUTION o
              join BATCH_JOB_EXECUTION oe on oe.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID
              join BATCH_JOB_EXECUTION e on e.JOB_INSTANCE_ID = oe.JOB_INSTANCE_ID
              join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                                         and s.STEP_NAME = o.STEP_NAME and s.STEP_EXECUTION_ID <= o.STEP_EXECUTION_ID
             where o.STEP_EXECUTION_ID = :step and s.REPRISE_PARTITIONS is not null
               and not exists (select 1
                                 from BATCH_JOB_EXECUTION f
                                 join BATCH_STEP_EXECUTION c on c.JOB_EXECUTION_ID = f.JOB_EXECUTION_ID
                                where f.JOB_INSTANCE_ID = oe.JOB_INSTANCE_ID and c.STEP_NAME = o.STEP_NAME
                                  and c.STATUS = 'COMPLETED' and c.STEP_EXECUTION_ID >= s.STEP_EXECUTION_ID)
             order by s.STEP_EXECUTION_ID desc
             fetch first 1 row only""";

    private static final String BEGIN_PLAN = """
            update BATCH_STEP_EXECUTION set REPRISE_PARTITIONS = :partitions
             where STEP_EXECUTION_ID = :id and VERSION = :version""";

    /**
     * The partitions of a step since its plan began and since it was last complete: a step that runs again from the
     * beginning (an overriding plan, allow-start-if-complete) has new ones.
     */
    private static final String PARTITIONS = """
            select s.REPRISE_PARTITION, s.STATUS, s.EXIT_CODE, s.REPRISE_USER_DATA,
                   s.REPRISE_READER_CHECKPOINT, s.REPRISE_WRITER_CHECKPOINT
              from BATCH_STEP_EXECUTION o
              join BATCH_JOB_EXECUTION oe on oe.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID
              join BATCH_JOB_EXECUTION e on e.JOB_INSTANCE_ID = oe.JOB_INSTANCE_ID
              join BATCH_STEP_EXECUTION p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                                         and p.STEP_NAME = o.STEP_NAME and p.STEP_EXECUTION_ID <= o.STEP_EXECUTION_ID
              join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = p.JOB_EXECUTION_ID
                                         and s.REPRISE_PARTITION_OF = p.STEP_EXECUTION_ID
             where o.STEP_EXECUTION_ID = :step and p.STEP_EXECUTION_ID >= :plan
               and not exists (select 1
                                 from BATCH_JOB_EXECUTION f
                                 join BATCH_STEP_EXECUTION c on c.JOB_EXECUTION_ID = f.JOB_EXECUTION_ID
                                where f.JOB_INSTANCE_ID = oe.JOB_INSTANCE_ID and c.STEP_NAME = o.STEP_NAME
                                  and c.STATUS = 'COMPLETED' and c.STEP_EXECUTION_ID >= p.STEP_EXECUTION_ID)
             order by s.REPRISE_PARTITION, case when s.STATUS = 'COMPLETED' then 0 else 1 end,
                      s.STEP_EXECUTION_ID desc""";

    private static final String DISCARD = """
            update BATCH_STEP_EXECUTION set REPRISE_DISCARDED = 1
             where STEP_NAME = :name and REPRISE_PARTITION is null
               and JOB_EXECUTION_ID in (select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION
                                         where JOB_INSTANCE_ID = :instance)""";

    private static final String COUNT_STARTS = """
            select count(*)
              from BATCH_JOB_EXECUTION e
              join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_INSTANCE_ID = :instance and s.STEP_NAME = :name""";

    private final Dialect dialect;
    private final Tables tables;
    private final Checkpoints checkpoints;

    StepExecutions(Dialect dialect, Tables tables, Checkpoints checkpoints) {
        this.dialect = dialect;
        this.tables = tables;
        this.checkpoints = checkpoints;
    }

    /**
     * The last execution of a step in an instance.
     *
     * @param starts how often the step has started in the instance
     * @param partitions how many of its partitions have ever begun
     * @param readerCheckpointOfPartition whether there is a checkpoint of the reader of one of them
     * @param discarded whether the step begins anew when it comes
     * @param checkpoint of its reader, as people read it, which takes reading it; null if there is none
     */
    record Attempted(
            long id,
            String name,
            @Nullable String status,
            @Nullable String exitStatus,
            int starts,
            long commits,
            int partitions,
            boolean readerCheckpointOfPartition,
            boolean writerCheckpoint,
            boolean userData,
            boolean discarded,
            @Nullable Supplier<String> checkpoint) {

        boolean isComplete() {
            return "COMPLETED".equals(status);
        }

        StepSoFar soFar() {
            return new StepSoFar(
                    isComplete(),
                    exitStatus,
                    starts,
                    commits,
                    partitions,
                    readerCheckpointOfPartition || checkpoint != null,
                    writerCheckpoint,
                    userData);
        }
    }

    /**
     * A partition of a plan, the newest of its number first.
     *
     * @param checkpoint of its reader, as people read it; null if there is none
     */
    record PartitionState(
            int number, boolean complete, @Nullable String checkpoint) {}

    static String partitionName(String step, int partition) {
        return step + ":partition" + partition;
    }

    /**
     * The row of a step or partition that starts now.
     *
     * @param partitionOf the row of its step, if it is a partition
     */
    record NewStep(
            LiveExecution job,
            AbstractStepExecution execution,
            @Nullable RunningStep partitionOf) {

        String name() {
            return execution instanceof PartitionExecutionImpl partition
                    ? partitionName(execution.getStepName(), partition.getPartitionId())
                    : execution.getStepName();
        }

        /** What {@link #INSERT} asks for: it inherits a checkpoint. */
        Map<String, @Nullable Object> bindings() {
            Map<String, @Nullable Object> bindings = new HashMap<>(job.node().bindings());
            bindings.put("execution", job.execution().getExecutionId());
            bindings.put("name", name());
            bindings.put(
                    "partition",
                    execution instanceof PartitionExecutionImpl partition
                            ? Integer.valueOf(partition.getPartitionId())
                            : null);
            bindings.put("partitionOf", partitionOf == null ? null : Long.valueOf(partitionOf.id()));
            bindings.put("reader", execution.getReaderCheckpointInfoSerialized());
            bindings.put("writer", execution.getWriterCheckpointInfoSerialized());
            bindings.put("userData", KeptValue.keepUserData(execution));
            return bindings;
        }

        RunningStep inserted(ResultSet row) throws SQLException {
            return new RunningStep(row.getLong(1), name(), partitionOf, execution, row.getInt(2) == 1);
        }

        NotRecordedError notOurs() {
            return new NotRecordedError("Step " + name() + " of job execution "
                    + job.execution().getExecutionId() + " does not start: another node owns the execution now.");
        }
    }

    /**
     * Inserts the row of a step or partition that starts now, with the checkpoint it inherits.
     *
     * @throws NotRecordedError if this node does not own the execution any more
     */
    RunningStep insert(Handle handle, NewStep step) {
        return insert(handle, step, () -> {});
    }

    /**
     * {@link #insert(Handle, NewStep)} and something else, for which the owner's row is locked too.
     *
     * @param before done before the row is inserted
     */
    RunningStep insert(Handle handle, NewStep step, Runnable before) {
        handle.createQuery(LOCK_OWNER)
                .bind("execution", step.job().execution().getExecutionId())
                .bindMap(step.job().node().bindings())
                .mapTo(Long.class)
                .findOne();
        before.run();
        return handle.createQuery(dialect.inserting(INSERT, INSERTED))
                .define("nextId", dialect.nextStepExecutionId())
                .bindMap(step.bindings())
                .map((row, context) -> step.inserted(row))
                .findOne()
                .orElseThrow(step::notOurs);
    }

    /** What an update of a running step found. */
    enum Saved {
        DONE,
        STOP_REQUESTED,
        FENCED
    }

    /** When the end of a step or partition was recorded. */
    enum Ended {
        NOW,
        /** At an earlier try, whose answer was lost, with all that goes with it. */
        BEFORE,
        /** Its row is not this node's to write any more. */
        NOT_OURS
    }

    /** Records a chunk in the transaction of the connection, the chunk's: one statement, unless somebody wants a stop. */
    Saved commitChunk(Connection connection, RunningStep step, StepCounts counts, Map<String, byte @Nullable []> kept) {
        Map<String, @Nullable Object> values = new HashMap<>(bindings(counts));
        values.putAll(kept);
        return save(connection, COMMIT_CHUNK, step, values);
    }

    /**
     * Takes a chunk back that was recorded outside of its transaction, which was rolled back meanwhile; does nothing if it
     * was not recorded.
     */
    boolean takeBack(Handle handle, RunningStep step, StepCounts chunk) {
        handle.createQuery(LOCK).bind("id", step.id()).mapTo(Long.class).findOne();
        StepCounts before = step.committed();
        Map<String, @Nullable Object> values = new HashMap<>(bindings(before));
        values.putAll(step.kept());
        values.put("id", step.id());
        values.put("version", step.version());
        values.put("chunk", chunk.commits());
        return tables.qualified(TAKE_BACK).update(handle.getConnection(), values) == 1;
    }

    /** Records the user data of a step that has no chunks. */
    Saved saveUserData(Handle handle, RunningStep step) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put(Kept.USER_DATA.parameter(), Kept.USER_DATA.of(step.execution()));
        Saved saved = save(handle.getConnection(), SAVE_USER_DATA, step, values);
        return saved == Saved.FENCED ? savedBefore(handle, step) : saved;
    }

    /** Whether the row is as {@link #saveUserData} would leave it, because it has and nobody was told. */
    private static Saved savedBefore(Handle handle, RunningStep step) {
        byte[] userData = KeptValue.keepUserData(step.execution());
        return handle.createQuery(USER_DATA)
                .bind("id", step.id())
                .bind("version", step.version() + 1)
                .map((row, context) -> !Arrays.equals(row.getBytes(2), userData)
                        ? Saved.FENCED
                        : row.getString(1).equals("STARTED") ? Saved.DONE : Saved.STOP_REQUESTED)
                .findOne()
                .orElse(Saved.FENCED);
    }

    private Saved save(Connection connection, Sql named, RunningStep step, Map<String, @Nullable Object> values) {
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
     * Records the end of a step or partition.
     *
     * @param trace the stack trace of its exception, or nothing
     */
    Ended end(Handle handle, RunningStep step, String trace) {
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
        RunningStep whole = step.partitionOf();
        if (whole == null) {
            return Ended.NOW;
        }
        Update addition = handle.createUpdate(ADD_PARTITION_TO_STEP)
                .bind("id", whole.id())
                .bind("version", whole.version());
        addition.bindMap(bindings(step.atTheEnd()));
        return addition.execute() == 1 ? Ended.NOW : Ended.NOT_OURS;
    }

    private boolean update(Handle handle, RunningStep step, String trace) {
        return handle.createUpdate(step.isPartitioned() ? END_PARTITIONED : END)
                        .bindMap(endBindings(step, trace))
                        .execute()
                == 1;
    }

    /** Whether the row is as its end would leave it: then it was recorded before, with all that goes with it. */
    boolean hasEnded(Handle handle, RunningStep step, String trace) {
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
    private static boolean knowsItself(Handle handle, RunningStep step) {
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
    static boolean isCommitted(Handle handle, RunningStep step) {
        return handle.createQuery(RUNNING)
                .bind("id", step.id())
                .map((row, context) -> step.wasCommitted(row.getLong(1), row.getLong(2)))
                .findOne()
                .orElse(false);
    }

    /**
     * The row of a step or partition that this node has inserted without being told.
     *
     * @throws NotRecordedError if this node does not own the execution any more
     */
    Optional<RunningStep> inserted(Handle handle, NewStep step) {
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
                .map((row, context) -> step.inserted(row))
                .findOne();
    }

    /** What {@link #END} asks for. */
    static Map<String, @Nullable Object> endBindings(RunningStep step, String trace) {
        AbstractStepExecution execution = step.execution();
        String exitStatus = execution.getExitStatus();
        Map<String, @Nullable Object> bindings =
                step.isPartitioned() ? new HashMap<>() : new HashMap<>(bindings(step.atTheEnd()));
        bindings.put("status", execution.getBatchStatus().name());
        bindings.put("exitCode", Text.fit(exitStatus == null ? "" : exitStatus, Text.TEXT_COLUMN));
        bindings.put("exitMessage", Text.fit(trace, Text.TEXT_COLUMN));
        bindings.put("userData", KeptValue.keepUserData(execution));
        bindings.put("id", step.id());
        bindings.put("version", step.version());
        return bindings;
    }

    private static Map<String, Long> bindings(StepCounts counts) {
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

    void requestStop(Handle handle, long executionId) {
        handle.createUpdate(REQUEST_STOP).bind("execution", executionId).execute();
    }

    Optional<String> stackTrace(Handle handle, long executionId, long stepExecutionId) {
        return handle.createQuery(STACK_TRACE)
                .bind("execution", executionId)
                .bind("id", stepExecutionId)
                .mapTo(String.class)
                .findOne();
    }

    List<StepFailure> failures(Handle handle, long executionId) {
        return handle.createQuery(FAILURES)
                .bind("execution", executionId)
                .map((row, context) -> {
                    String trace = row.getString(2);
                    return new StepFailure(
                            row.getString(1),
                            trace == null ? "" : trace.lines().findFirst().orElse(""));
                })
                .list();
    }

    List<StepExecutionImpl> ofExecution(Handle handle, long executionId) {
        return handle.createQuery(OF_EXECUTION)
                .bind("execution", executionId)
                .map((row, context) -> stepExecution(row, row.getString("STATUS"), null, null))
                .list();
    }

    /** The steps in the order of their start, each with its partitions by number. */
    List<StepState> states(Handle handle, long executionId) {
        Map<Long, StepState> steps = new LinkedHashMap<>();
        Map<Long, SortedMap<Integer, StepState>> partitions = new HashMap<>();
        handle.createQuery(STATES)
                .bind("execution", executionId)
                .map((row, context) -> {
                    StepState state = state(row);
                    Long partitionOf = row.getObject("REPRISE_PARTITION_OF", Long.class);
                    if (partitionOf == null) {
                        steps.put(state.id(), state);
                    } else {
                        partitions
                                .computeIfAbsent(partitionOf, step -> new TreeMap<>())
                                .put(row.getInt("REPRISE_PARTITION"), state);
                    }
                    return state;
                })
                .list();
        return steps.values().stream()
                .map(step -> whole(step, partitions.getOrDefault(step.id(), Collections.emptySortedMap())))
                .toList();
    }

    /** Of several executions, by execution; a partitioned step that runs counts what its ended partitions did. */
    Map<Long, List<StepState>> statesWithoutPartitions(Handle handle, Collection<Long> executionIds) {
        return states(handle, STATES_WITHOUT_PARTITIONS, executionIds);
    }

    /** Of several executions, by execution, the partitions as if they were steps. */
    Map<Long, List<StepState>> states(Handle handle, Collection<Long> executionIds) {
        return states(handle, STATES_OF_ALL, executionIds);
    }

    private static Map<Long, List<StepState>> states(Handle handle, String query, Collection<Long> executionIds) {
        Map<Long, List<StepState>> states = new HashMap<>();
        handle.createQuery(query)
                .bindList("executions", List.copyOf(executionIds))
                .map((row, context) -> states.computeIfAbsent(row.getLong("JOB_EXECUTION_ID"), id -> new ArrayList<>())
                        .add(state(row)))
                .list();
        return states;
    }

    /** Partitions that run have not been added to their step's row yet. */
    private static StepState whole(StepState step, SortedMap<Integer, StepState> partitions) {
        StepCounts counts = partitions.values().stream()
                .filter(partition -> partition.ended() == null)
                .map(StepState::counts)
                .reduce(step.counts(), StepCounts::plus);
        return new StepState(
                step.id(),
                step.name(),
                step.status(),
                step.exitStatus(),
                step.started(),
                step.ended(),
                counts,
                step.failure(),
                List.copyOf(partitions.values()));
    }

    private static StepState state(ResultSet row) throws SQLException {
        String trace = row.getString("EXIT_MESSAGE");
        Date started = date(row, "START_TIME");
        Date ended = date(row, "END_TIME");
        return new StepState(
                row.getLong("STEP_EXECUTION_ID"),
                row.getString("STEP_NAME"),
                Status.of(row.getString("STATUS")),
                exitStatus(row),
                started == null ? null : started.toInstant(),
                ended == null ? null : ended.toInstant(),
                new StepCounts(
                        row.getLong("READ_COUNT"),
                        row.getLong("WRITE_COUNT"),
                        row.getLong("FILTER_COUNT"),
                        row.getLong("COMMIT_COUNT"),
                        row.getLong("ROLLBACK_COUNT"),
                        row.getLong("READ_SKIP_COUNT"),
                        row.getLong("PROCESS_SKIP_COUNT"),
                        row.getLong("WRITE_SKIP_COUNT")),
                trace == null ? "" : trace.lines().findFirst().orElse(""),
                List.of());
    }

    private static @Nullable String exitStatus(ResultSet row) throws SQLException {
        String exitCode = row.getString("EXIT_CODE");
        return exitCode == null || exitCode.equals(RUNNING_EXIT_CODE) ? null : exitCode;
    }

    /**
     * The last step execution of that name in the instance, as the engine needs it for a restart: one that is not
     * COMPLETED is handed over as STARTED, so that the engine asks for all partitions; one that is COMPLETED without
     * its checkpoints, so that allow-start-if-complete begins at the beginning.
     */
    Optional<StepExecutionImpl> original(Handle handle, String stepName, long instanceId, long upToExecutionId) {
        return handle.createQuery(LAST_OF_STEP)
                .bind("instance", instanceId)
                .bind("execution", upToExecutionId)
                .bind("name", stepName)
                .map((row, context) -> {
                    boolean complete = "COMPLETED".equals(row.getString("STATUS"));
                    return stepExecution(
                            row,
                            complete ? "COMPLETED" : "STARTED",
                            complete ? null : checkpoint(row, "REPRISE_READER_CHECKPOINT", "reader", stepName),
                            complete ? null : checkpoint(row, "REPRISE_WRITER_CHECKPOINT", "writer", stepName));
                })
                .findOne();
    }

    /**
     * Hands the {@link #original} over as FAILED if all its partitions have begun: the engine then runs those again that
     * are not complete, whatever the plan is by now, as the TCK of Jakarta Batch has it (decision 015).
     */
    void overlookItsPlan(Handle handle, StepExecutionImpl original) {
        if (original.getBatchStatus() == BatchStatus.COMPLETED) {
            return;
        }
        long id = original.getStepExecutionId();
        Plan plan = plan(handle, id);
        if (plan.partitions() > 0
                && partitions(handle, plan, id, original.getStepName(), false).size() >= plan.partitions()) {
            original.setBatchStatus(BatchStatus.FAILED);
        }
    }

    /** The last execution of each step that has begun in an instance up to an execution. */
    List<Attempted> attempted(Handle handle, long instanceId, long upToExecutionId) {
        return handle.createQuery(LAST_OF_EACH_STEP)
                .bind("instance", instanceId)
                .bind("execution", upToExecutionId)
                .map((row, context) -> new Attempted(
                        row.getLong("STEP_EXECUTION_ID"),
                        row.getString("STEP_NAME"),
                        row.getString("STATUS"),
                        exitStatus(row),
                        row.getInt("STARTS"),
                        row.getLong("COMMIT_COUNT"),
                        row.getInt("PARTITIONS"),
                        row.getInt("READERS") > 0,
                        row.getInt("WRITERS") > 0 || row.getInt("WRITER") == 1,
                        row.getInt("USERS") > 0 || row.getInt("USERDATA") == 1,
                        row.getInt("REPRISE_DISCARDED") == 1,
                        shownWhenAsked(row.getBytes("REPRISE_READER_CHECKPOINT"))))
                .list();
    }

    /** The partitions of a plan by number, of each its state that counts first. */
    List<PartitionState> partitionStates(Handle handle, Plan plan, long stepExecutionId) {
        return handle.createQuery(PARTITIONS)
                .bind("step", stepExecutionId)
                .bind("plan", plan.stepExecutionId())
                .map((row, context) -> {
                    int number = row.getInt("REPRISE_PARTITION");
                    return new PartitionState(
                            number,
                            "COMPLETED".equals(row.getString("STATUS")),
                            shown(row.getBytes("REPRISE_READER_CHECKPOINT")));
                })
                .list();
    }

    /** What a step has left in an instance is not gone on with: it begins anew. */
    static void discard(Handle handle, long instanceId, String step) {
        handle.createUpdate(DISCARD)
                .bind("instance", instanceId)
                .bind("name", step)
                .execute();
    }

    /**
     * The plan of a partitioned step.
     *
     * @param stepExecutionId the step execution that began it; 0 if none is recorded
     * @param partitions how many it has; 0 if the step did not come to know, and so not to run any
     */
    record Plan(long stepExecutionId, int partitions) {

        boolean hasRunNothing() {
            return stepExecutionId > 0 && partitions == 0;
        }
    }

    Plan plan(Handle handle, long stepExecutionId) {
        return handle.createQuery(PLAN)
                .bind("step", stepExecutionId)
                .map((row, context) -> new Plan(row.getLong(1), row.getInt(2)))
                .findOne()
                .orElse(new Plan(0, 0));
    }

    /**
     * Says that a step begins its partitions, first or anew.
     *
     * @param partitions how many; 0 if that is not known yet
     * @throws NotRecordedError if its row is not this node's to write any more
     */
    void beginPlan(Handle handle, RunningStep step, int partitions) {
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

    /** The newest state of each partition of the plan, COMPLETED if it ever was. */
    List<PartitionExecutionImpl> partitions(
            Handle handle, Plan plan, long stepExecutionId, String stepName, boolean notCompletedOnly) {
        int[] last = {-1};
        return handle
                .createQuery(PARTITIONS)
                .bind("step", stepExecutionId)
                .bind("plan", plan.stepExecutionId())
                .map((row, context) -> partition(row, stepExecutionId, stepName))
                .stream()
                .filter(partition -> {
                    boolean newest = partition.getPartitionId() != last[0];
                    last[0] = partition.getPartitionId();
                    return newest && !(notCompletedOnly && partition.getBatchStatus() == BatchStatus.COMPLETED);
                })
                .toList();
    }

    int countStarts(Handle handle, String stepName, long instanceId) {
        return handle.createQuery(COUNT_STARTS)
                .bind("instance", instanceId)
                .bind("name", stepName)
                .mapTo(Integer.class)
                .one();
    }

    private PartitionExecutionImpl partition(ResultSet row, long stepExecutionId, String stepName) throws SQLException {
        int number = row.getInt("REPRISE_PARTITION");
        String name = partitionName(stepName, number);
        return new PartitionExecutionImpl(
                number,
                stepExecutionId,
                stepName,
                Status.of(row.getString("STATUS")),
                row.getString("EXIT_CODE"),
                checkpoint(row, "REPRISE_USER_DATA", "user data", name),
                checkpoint(row, "REPRISE_READER_CHECKPOINT", "reader", name),
                checkpoint(row, "REPRISE_WRITER_CHECKPOINT", "writer", name));
    }

    private StepExecutionImpl stepExecution(
            ResultSet row, @Nullable String status, @Nullable Serializable reader, @Nullable Serializable writer)
            throws SQLException {
        return new StepExecutionImpl(
                row.getLong("STEP_EXECUTION_ID"),
                row.getString("STEP_NAME"),
                date(row, "START_TIME"),
                date(row, "END_TIME"),
                Status.of(status).name(),
                exitStatus(row),
                checkpoint(row, "REPRISE_USER_DATA", "user data", row.getString("STEP_NAME")),
                row.getLong("READ_COUNT"),
                row.getLong("WRITE_COUNT"),
                row.getLong("COMMIT_COUNT"),
                row.getLong("ROLLBACK_COUNT"),
                row.getLong("READ_SKIP_COUNT"),
                row.getLong("PROCESS_SKIP_COUNT"),
                row.getLong("FILTER_COUNT"),
                row.getLong("WRITE_SKIP_COUNT"),
                reader,
                writer);
    }

    private @Nullable Serializable checkpoint(ResultSet row, String column, String what, String step)
            throws SQLException {
        String name = column.toLowerCase(Locale.ROOT).contains("checkpoint") ? "the " + what + " checkpoint" : what;
        return checkpoints.checked(row.getBytes(column), name + " of step " + step);
    }

    private @Nullable Supplier<String> shownWhenAsked(byte @Nullable [] checkpoint) {
        return checkpoint == null ? null : () -> checkpoints.shown(checkpoint);
    }

    private @Nullable String shown(byte @Nullable [] checkpoint) {
        return checkpoint == null ? null : checkpoints.shown(checkpoint);
    }

    /** The tables' times are the database's, in the zone that this JVM and Spring Batch's have in common. */
    static @Nullable Date date(ResultSet row, String column) throws SQLException {
        LocalDateTime time = row.getObject(column, LocalDateTime.class);
        return time == null
                ? null
                : Date.from(time.atZone(ZoneId.systemDefault()).toInstant());
    }
}
