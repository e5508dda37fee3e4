package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.engine.TestNode.Chunk;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric.MetricType;
import jakarta.batch.runtime.StepExecution;
import jakarta.transaction.Status;
import java.util.List;
import org.jberet.job.model.Job;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §4 and §6: a chunk and its record commit together, and only the owner's do. */
class ChunkSaveTest {

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void isRolledBackWithItsChunkAndTheNextOneCounts(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        assertThat(node.stepRow(step)).isEqualTo("STARTED|EXECUTING|0|0|0|0|0|0");

        node.commit(execution, step, new Chunk(10, 1, "10"));
        String afterOne = "STARTED|EXECUTING|10|9|1|1|0|1";
        assertThat(node.stepRow(step)).isEqualTo(afterOne);

        node.failToCommit(execution, step, new Chunk(10, 2, "20"));
        assertThat(node.stepRow(step)).isEqualTo(afterOne);
        assertThat(checkpoint(node, execution)).isEqualTo("10");

        node.commit(execution, step, new Chunk(10, 3, "20"));
        assertThat(node.stepRow(step)).isEqualTo("STARTED|EXECUTING|30|16|4|2|1|2");
        assertThat(checkpoint(node, execution)).isEqualTo("20");

        node.end(step, BatchStatus.COMPLETED);
        node.end(execution, BatchStatus.COMPLETED);
        assertThat(node.stepRow(step)).isEqualTo("COMPLETED|COMPLETED|30|16|4|2|1|3");
    }

    @ParameterizedTest
    @EnumSource
    void countsWhatCommittedChunksWroteAndFilteredWhateverWasRolledBack(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");

        node.failToWrite(step, new Chunk(10, 5, "10"));
        node.commit(execution, step, new Chunk(10, 2, "10"));
        assertThat(node.stepRow(step)).isEqualTo("STARTED|EXECUTING|20|8|2|1|1|1");
        node.failToWrite(step, new Chunk(10, 3, "20"));
        node.failToCommit(execution, step, new Chunk(10, 4, "20"));
        node.commit(execution, step, new Chunk(10, 1, "20"));
        assertThat(node.stepRow(step)).isEqualTo("STARTED|EXECUTING|50|17|3|2|3|2");
        node.skipWrite(step, new Chunk(10, 4, "30"));
        node.commit(execution, step, new Chunk(10, 0, "40"));
        node.failToWrite(step, new Chunk(5, 5, "50"));
        node.end(step, BatchStatus.FAILED);

        assertThat(node.stepRow(step)).isEqualTo("FAILED|FAILED|75|27|3|3|4|4");
        assertThat(node.database.row(
                        "select READ_SKIP_COUNT, PROCESS_SKIP_COUNT, WRITE_SKIP_COUNT from BATCH_STEP_EXECUTION"
                                + " where STEP_EXECUTION_ID = ?",
                        step.getStepExecutionId()))
                .isEqualTo("0|0|1");
    }

    @ParameterizedTest
    @EnumSource
    void saysSoWhenSomebodyAskedForAStopAndStillRecordsTheChunk(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        assertThat(node.commit(execution, step, new Chunk(10, 0, "10"))).isTrue();

        TestNode other = node.other("node-2");
        other.repository.stopJobExecution(other.load(execution.getExecutionId(), job));

        assertThat(node.commit(execution, step, new Chunk(10, 0, "20"))).isFalse();
        assertThat(node.stepRow(step)).isEqualTo("STOPPING|EXECUTING|20|20|0|2|0|2");
        node.end(step, BatchStatus.STOPPED);
        node.end(execution, BatchStatus.STOPPED);
        assertThat(node.status(execution.getExecutionId())).isEqualTo("STOPPED");
        assertThat(checkpoint(node, execution)).isEqualTo("20");
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedWithAnErrorWhenSomebodyElseWroteTheRow(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        node.commit(execution, step, new Chunk(10, 0, "10"));
        raiseVersion(node, step.getStepExecutionId());
        String before = node.stepRow(step);

        assertFenced(node, execution, step);
        assertThat(node.stepRow(step)).isEqualTo(before);
        assertThatThrownBy(() -> node.repository.savePersistentData(execution, step))
                .isInstanceOf(NotRecordedError.class);
        node.end(step, BatchStatus.FAILED);
        assertThat(node.stepRow(step)).isEqualTo(before);

        node.end(execution, BatchStatus.FAILED);
        assertThat(node.status(execution.getExecutionId())).isEqualTo("FAILED");
        assertThat(node.stepRow(step)).isEqualTo("FAILED|FAILED|10|10|0|1|0|3");
        assertThat(node.owner(execution.getExecutionId())).isEmpty();
        assertThat(checkpoint(node, execution)).isEqualTo("10");
    }

    @ParameterizedTest
    @EnumSource
    void ofAPartitionFencesTheWholeStep(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        PartitionExecutionImpl first = node.partition(step, 0, null);
        PartitionExecutionImpl second = node.partition(step, 1, null);
        node.commit(execution, first, new Chunk(10, 0, "10"));
        node.commit(execution, second, new Chunk(10, 0, "10"));
        node.database.execute(
                "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1 where STEP_NAME = 'load:partition1'"
                        + " and JOB_EXECUTION_ID = ?",
                execution.getExecutionId());

        assertFenced(node, execution, second);
        node.end(execution, second, BatchStatus.FAILED);
        assertThatThrownBy(() -> node.repository.savePersistentData(execution, step))
                .isInstanceOf(NotRecordedError.class);
        node.end(step, BatchStatus.FAILED);
        node.end(execution, BatchStatus.FAILED);

        assertThat(stepsOf(node, execution))
                .containsExactly("load|FAILED", "load:partition0|FAILED", "load:partition1|FAILED");
        assertThat(node.owner(execution.getExecutionId())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void recordsNothingMoreOfAnExecutionThatWasTakenOver(TestDatabase.Kind kind) throws Exception {
        TestNode paused = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = paused.run(job);
        StepExecutionImpl step = paused.step(execution, "load");
        PartitionExecutionImpl partition = paused.partition(step, 0, null);
        StepExecutionImpl beside = paused.step(execution, "beside");
        paused.commit(execution, beside, new Chunk(10, 0, "10"));
        TestNode other = paused.other("node-2");
        paused.leaseExpires();
        JobExecutionImpl next = other.rerun(execution.getExecutionId(), job);
        StepExecutionImpl itsStep = other.step(next, "beside", execution);
        assertThat(itsStep.getReaderCheckpointInfo()).isEqualTo("10");
        List<String> before = everythingOf(paused, job);

        assertFenced(paused, execution, beside);
        assertThatThrownBy(() -> paused.step(execution, "after")).isInstanceOf(NotRecordedError.class);
        assertThatThrownBy(() -> paused.partition(step, 1, null)).isInstanceOf(NotRecordedError.class);
        paused.end(execution, partition, BatchStatus.COMPLETED);
        assertThatThrownBy(() -> paused.repository.savePersistentData(execution, beside))
                .isInstanceOf(NotRecordedError.class);
        paused.end(step, BatchStatus.COMPLETED);
        paused.end(beside, BatchStatus.COMPLETED);
        paused.end(execution, BatchStatus.COMPLETED);

        assertThat(everythingOf(paused, job)).isEqualTo(before);
        assertThat(paused.repository.getRunningExecutions(job.getId())).isEmpty();
        other.commit(next, itsStep, new Chunk(10, 0, "20"));
        other.end(itsStep, BatchStatus.COMPLETED);
        other.end(next, BatchStatus.COMPLETED);
        assertThat(other.status(next.getExecutionId())).isEqualTo("COMPLETED");
    }

    /** architecture.md: the sum of ended partitions is stored, the running ones are added when somebody reads. */
    @ParameterizedTest
    @EnumSource
    void countsOfPartitionsAreThoseOfTheStep(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        PartitionExecutionImpl first = node.partition(step, 0, null);
        PartitionExecutionImpl second = node.partition(step, 1, null);
        node.commit(execution, first, new Chunk(10, 1, "10"));
        node.commit(execution, second, new Chunk(10, 2, "10"));
        assertThat(metrics(node, execution)).isEqualTo(List.of(20L, 17L, 3L, 2L));
        node.end(execution, first, BatchStatus.COMPLETED);
        assertThat(metrics(node, execution)).isEqualTo(List.of(20L, 17L, 3L, 2L));
        node.commit(execution, second, new Chunk(10, 0, "20"));
        node.failToWrite(second, new Chunk(5, 5, "30"));
        node.end(execution, second, BatchStatus.FAILED);
        node.end(step, BatchStatus.FAILED);
        assertThat(node.stepRow(step)).startsWith("FAILED|FAILED|35|27|3|3|1|");
        assertThat(metrics(node, execution)).isEqualTo(List.of(35L, 27L, 3L, 3L));
    }

    private static List<Long> metrics(TestNode node, JobExecutionImpl execution) {
        List<StepExecution> steps =
                node.repository.getStepExecutions(execution.getExecutionId(), ChunkSaveTest.class.getClassLoader());
        assertThat(steps).hasSize(1);
        StepExecutionImpl step = (StepExecutionImpl) steps.get(0);
        return List.of(
                step.getStepMetrics().get(MetricType.READ_COUNT),
                step.getStepMetrics().get(MetricType.WRITE_COUNT),
                step.getStepMetrics().get(MetricType.FILTER_COUNT),
                step.getStepMetrics().get(MetricType.COMMIT_COUNT));
    }

    private static void assertFenced(TestNode node, JobExecutionImpl execution, AbstractStepExecution step)
            throws Exception {
        try {
            assertThatThrownBy(() -> node.save(execution, step, new Chunk(10, 0, "fenced")))
                    .isInstanceOf(NotRecordedError.class);
            assertThat(TestDatabase.TRANSACTIONS.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        } finally {
            TestDatabase.TRANSACTIONS.rollback();
        }
    }

    private static void raiseVersion(TestNode node, long stepExecutionId) {
        node.database.execute(
                "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1 where STEP_EXECUTION_ID = ?", stepExecutionId);
    }

    private static List<String> stepsOf(TestNode node, JobExecutionImpl execution) {
        return node.database.rows(
                "select STEP_NAME, STATUS from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ? order by STEP_NAME",
                execution.getExecutionId());
    }

    private static Object checkpoint(TestNode node, JobExecutionImpl execution) {
        return node.original("load", execution).getReaderCheckpointInfo();
    }

    private static List<String> everythingOf(TestNode node, Job job) {
        return node.database.rows("""
                select e.*, s.STEP_NAME, s.VERSION, s.STATUS, s.EXIT_CODE, s.READ_COUNT, s.WRITE_COUNT, s.COMMIT_COUNT,
                       s.LAST_UPDATED, s.END_TIME, o.NODE_ID
                  from BATCH_JOB_EXECUTION e
                  left join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                  left join REPRISE_OWNER o on o.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                 where e.REPRISE_JOB_NAME = ?
                 order by e.JOB_EXECUTION_ID, s.STEP_EXECUTION_ID""", job.getId());
    }
}
