package dev.reprise.internal.store;

import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.job.StepSoFar;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What earlier executions have left of an instance's steps, for a restart. Every method uses the handle of its caller. */
public final class StepsBefore {

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

    private static final String LAST_OF_STEP = StepStates.COLUMNS + """
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

    private static final String COUNT_STARTS = """
            select count(*)
              from BATCH_JOB_EXECUTION e
              join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_INSTANCE_ID = :instance and s.STEP_NAME = :name""";

    private final Checkpoints checkpoints;

    public StepsBefore(Checkpoints checkpoints) {
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
    public record Attempted(
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

        public boolean isComplete() {
            return "COMPLETED".equals(status);
        }

        public StepSoFar soFar() {
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
    public record PartitionState(
            int number, boolean complete, @Nullable String checkpoint) {}

    /**
     * The plan of a partitioned step.
     *
     * @param stepExecutionId the step execution that began it; 0 if none is recorded
     * @param partitions how many it has; 0 if the step did not come to know, and so not to run any
     */
    public record Plan(long stepExecutionId, int partitions) {

        public boolean hasRunNothing() {
            return stepExecutionId > 0 && partitions == 0;
        }
    }

    public List<StoredStep> ofExecution(Handle handle, long executionId) {
        return handle.createQuery(OF_EXECUTION)
                .bind("execution", executionId)
                .map((row, context) -> StoredStep.of(row, List.of(StoredStep.USER_DATA)))
                .list();
    }

    /** The last execution of a step in an instance that is not begun anew. */
    public Optional<StoredStep> original(Handle handle, String stepName, long instanceId, long upToExecutionId) {
        return handle.createQuery(LAST_OF_STEP)
                .bind("instance", instanceId)
                .bind("execution", upToExecutionId)
                .bind("name", stepName)
                .map((row, context) ->
                        StoredStep.of(row, List.of(StoredStep.READER, StoredStep.WRITER, StoredStep.USER_DATA)))
                .findOne();
    }

    /** The last execution of each step that has begun in an instance up to an execution. */
    public List<Attempted> attempted(Handle handle, long instanceId, long upToExecutionId) {
        return handle.createQuery(LAST_OF_EACH_STEP)
                .bind("instance", instanceId)
                .bind("execution", upToExecutionId)
                .map((row, context) -> new Attempted(
                        row.getLong("STEP_EXECUTION_ID"),
                        row.getString("STEP_NAME"),
                        row.getString("STATUS"),
                        StepStates.exitStatus(row),
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
    public List<PartitionState> partitionStates(Handle handle, Plan plan, long stepExecutionId) {
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

    public Plan plan(Handle handle, long stepExecutionId) {
        return handle.createQuery(PLAN)
                .bind("step", stepExecutionId)
                .map((row, context) -> new Plan(row.getLong(1), row.getInt(2)))
                .findOne()
                .orElse(new Plan(0, 0));
    }

    /** The newest state of each partition of the plan, COMPLETED if it ever was. */
    public List<StoredStep.Partition> partitions(
            Handle handle, Plan plan, long stepExecutionId, boolean notCompletedOnly) {
        int[] last = {-1};
        return handle
                .createQuery(PARTITIONS)
                .bind("step", stepExecutionId)
                .bind("plan", plan.stepExecutionId())
                .map((row, context) -> StoredStep.Partition.of(row))
                .stream()
                .filter(partition -> {
                    boolean newest = partition.number() != last[0];
                    last[0] = partition.number();
                    return newest && !(notCompletedOnly && partition.status() == BatchStatus.COMPLETED);
                })
                .toList();
    }

    public int countStarts(Handle handle, String stepName, long instanceId) {
        return handle.createQuery(COUNT_STARTS)
                .bind("instance", instanceId)
                .bind("name", stepName)
                .mapTo(Integer.class)
                .one();
    }

    private @Nullable Supplier<String> shownWhenAsked(byte @Nullable [] checkpoint) {
        return checkpoint == null ? null : () -> checkpoints.shown(checkpoint);
    }

    private @Nullable String shown(byte @Nullable [] checkpoint) {
        return checkpoint == null ? null : checkpoints.shown(checkpoint);
    }
}
