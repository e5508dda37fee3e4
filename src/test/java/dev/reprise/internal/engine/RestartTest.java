package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.engine.stored.LoadedExecutions;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.Scope;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Set;
import org.jberet.job.model.Job;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §5 and §2.7: what a restart begins with, and what it may change. */
class RestartTest {

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void thatDiesBeforeItsFirstCommitLosesNothing(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job);
        StepExecutionImpl step = node.step(first, "load");
        step.setPersistentUserData("user data");
        node.commit(first, step, new Chunk(10, 0, "10"));
        node.end(step, BatchStatus.FAILED);
        node.end(first, BatchStatus.FAILED);

        JobExecutionImpl last = first;
        for (int crash = 0; crash < 3; crash++) {
            JobExecutionImpl again = node.rerun(last.getExecutionId(), job);
            StepExecutionImpl resumed = node.step(again, "load", last);
            assertThat(resumed.getReaderCheckpointInfo()).isEqualTo("10");
            assertThat(resumed.getPersistentUserData()).isEqualTo("user data");
            assertThat(node.stepRow(resumed)).isEqualTo("STARTED|EXECUTING|0|0|0|0|0|0");
            node = node.other("node-1");
            last = again;
            node.repository.thisNode().takeOverFromTheDead();
        }
        StepExecutionImpl original = node.original("load", last);
        assertThat(original.getReaderCheckpointInfo()).isEqualTo("10");
    }

    /** Two objects of one execution are equal; what is known of the one must not depend on how the other was loaded. */
    @ParameterizedTest
    @EnumSource
    void keepsItsParametersHoweverOthersLookAtTheExecution(TestDatabase.Kind kind) {
        TestDatabase shared = TestDatabase.shared(kind);
        TestNode node = TestNode.on(shared);
        JobExecutionImpl first = node.run(job, "run", "1");
        node.end(first, BatchStatus.STOPPED);
        Database database = new Database(shared.pooled(), TestDatabase.TRANSACTIONS);
        JobExecutions executions = new JobExecutions(Scope.of(node.identity.application(), Set.of()));
        LoadedExecutions loaded = new LoadedExecutions(executions);
        long id = first.getExecutionId();

        JobExecutionImpl original =
                database.inOwnTransaction(handle -> loaded.find(handle, id)).orElseThrow();
        database.inOwnTransaction(
                handle -> executions.previous(handle, first.getJobInstance().getInstanceId(), id + 1));

        assertThat(loaded.known(original))
                .isNotNull()
                .satisfies(known -> assertThat(known.parameters().byName()).containsKey("run"));
    }

    @ParameterizedTest
    @EnumSource
    void ofACompleteStepHandsOverNoCheckpoint(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job);
        StepExecutionImpl step = node.step(first, "load");
        node.commit(first, step, new Chunk(10, 0, "10"));
        node.end(step, BatchStatus.COMPLETED);
        node.end(first, BatchStatus.FAILED);

        StepExecutionImpl original = node.original("load", first);

        assertThat(original.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(original.getReaderCheckpointInfo()).isNull();
        assertThat(original.getExitStatus()).isEqualTo("COMPLETED");
    }

    /** The engine asks for all partitions only of an original that it takes for crashed. */
    @ParameterizedTest
    @EnumSource
    void ofPartitionsTakesTheNewestOfEachAndWhatEverCompletedStaysComplete(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job);
        StepExecutionImpl step = node.step(first, "load");
        PartitionExecutionImpl done = node.partition(step, 0, null);
        PartitionExecutionImpl failed = node.partition(step, 1, null);
        PartitionExecutionImpl late = node.partition(step, 2, null);
        node.commit(first, done, new Chunk(10, 0, "done"));
        node.commit(first, failed, new Chunk(10, 0, "one-a"));
        node.commit(first, late, new Chunk(10, 0, "two-a"));
        node.end(first, done, BatchStatus.COMPLETED);
        node.end(first, failed, BatchStatus.FAILED);
        node.end(first, late, BatchStatus.FAILED);
        node.end(step, BatchStatus.FAILED);
        node.end(first, BatchStatus.FAILED);

        // The second execution comes to partition 1 only, and its node dies.
        JobExecutionImpl second = node.rerun(first.getExecutionId(), job);
        StepExecutionImpl original = node.original("load", first);
        assertThat(original.getBatchStatus()).isEqualTo(BatchStatus.STARTED);
        assertThat(shown(node.partitions(original, false)))
                .containsExactly("0 COMPLETED done", "1 FAILED one-a", "2 FAILED two-a");
        assertThat(shown(node.partitions(original, true))).containsExactly("1 FAILED one-a", "2 FAILED two-a");
        StepExecutionImpl again = node.step(second, "load", first);
        PartitionExecutionImpl resumed = node.partition(again, 1, "one-a");
        node.commit(second, resumed, new Chunk(10, 0, "one-b"));
        // Nobody should begin a complete partition again; if somebody did, it is complete all the same.
        node.database.execute(
                "insert into BATCH_STEP_EXECUTION (STEP_EXECUTION_ID, VERSION, STEP_NAME, JOB_EXECUTION_ID, CREATE_TIME,"
                        + " STATUS, REPRISE_PARTITION, REPRISE_PARTITION_OF)"
                        + " select max(STEP_EXECUTION_ID) + 1000000, 0, 'load:partition0', " + second.getExecutionId()
                        + ", localtimestamp, 'FAILED', 0, " + again.getStepExecutionId()
                        + " from BATCH_STEP_EXECUTION");
        TestNode next = node.other("node-1");
        next.repository.thisNode().takeOverFromTheDead();

        StepExecutionImpl crashed = next.original("load", second);
        assertThat(shown(next.partitions(crashed, false)))
                .containsExactly("0 COMPLETED done", "1 FAILED one-b", "2 FAILED two-a");
        assertThat(next.repository.getStepExecutions(second.getExecutionId(), RestartTest.class.getClassLoader()))
                .hasSize(1);
    }

    /** A step that may run again when it is complete has new partitions then. */
    /** The engine numbers partitions without properties from 0 again when it restarts some of them. */
    @ParameterizedTest
    @EnumSource
    void ofPartitionsKeepsTheirNumbers(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job);
        StepExecutionImpl step = node.step(first, "load");
        node.end(first, node.partition(step, 0, null), BatchStatus.COMPLETED);
        node.end(first, node.partition(step, 1, null), BatchStatus.FAILED);
        node.end(first, node.partition(step, 3, null), BatchStatus.FAILED);
        node.end(step, BatchStatus.FAILED);
        node.end(first, BatchStatus.FAILED);

        JobExecutionImpl second = node.rerun(first.getExecutionId(), job);
        StepExecutionImpl original = node.original("load", first);
        node.partitions(original, false);
        StepExecutionImpl again = node.step(second, "load", first);
        int[] numbers = new int[4];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = node.partition(again, i, null).getPartitionId();
        }

        assertThat(numbers)
                .as("those that failed, then those that never began, of six")
                .containsExactly(1, 3, 2, 4);
    }

    @ParameterizedTest
    @EnumSource
    void ofPartitionsForgetsThoseFromBeforeTheStepWasComplete(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job);
        StepExecutionImpl complete = node.step(first, "load");
        node.end(first, node.partition(complete, 0, null), BatchStatus.COMPLETED);
        node.end(first, node.partition(complete, 1, null), BatchStatus.COMPLETED);
        node.end(complete, BatchStatus.COMPLETED);
        node.end(first, BatchStatus.FAILED);
        JobExecutionImpl second = node.rerun(first.getExecutionId(), job);
        StepExecutionImpl again = node.step(second, "load", first);
        node.end(second, node.partition(again, 0, null), BatchStatus.FAILED);
        node.end(again, BatchStatus.FAILED);
        node.end(second, BatchStatus.FAILED);

        StepExecutionImpl original = node.original("load", second);

        assertThat(shown(node.partitions(original, false))).containsExactly("0 FAILED null");
    }

    @ParameterizedTest
    @EnumSource
    void thatCrashesKeepsThePositionThatAStopHadSet(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job);
        first.setRestartPosition("load");
        node.end(first, BatchStatus.STOPPED);

        JobExecutionImpl second = node.restart(first.getExecutionId(), job);
        TestNode next = node.other("node-1");
        next.repository.thisNode().takeOverFromTheDead();
        assertThat(next.load(second.getExecutionId(), job).getRestartPosition()).isEqualTo("load");

        JobExecutionImpl third = next.rerun(second.getExecutionId(), job);
        next.end(third, BatchStatus.FAILED);
        assertThat(next.load(third.getExecutionId(), job).getRestartPosition()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void cannotChangeWhatIdentifies(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job, "month", "2001-01", "-note", "first");
        node.end(first, BatchStatus.FAILED);

        LaunchRefusedException refused = catchThrowableOfType(
                LaunchRefusedException.class, () -> node.restart(first.getExecutionId(), job, "month", "2001-02"));

        assertThat(refused.refusal().kind()).isEqualTo(Kind.INVALID_PARAMETERS);
        assertThat(refused).hasMessageContaining("'2001-01'").hasMessageContaining("'2001-02'");
        assertThat(node.database.row(
                        "select count(*) from BATCH_JOB_EXECUTION where REPRISE_JOB_NAME = ?", job.getId()))
                .isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource
    void mayChangeWhatDoesNotIdentifyAndAddToIt(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job, "month", "2001-01", "-note", "first", "jberet.restart.mode", "detect");
        assertThat(parameters(node, first)).containsExactly("month|2001-01|Y", "note|first|N");
        assertThat(first.getJobParameters()).containsEntry("jberet.restart.mode", "detect");
        node.end(first, BatchStatus.FAILED);

        JobExecutionImpl second = node.restart(first.getExecutionId(), job, "-note", "second", "added", "x");

        assertThat(parameters(node, second)).containsExactly("added|x|N", "month|2001-01|Y", "note|second|N");
        assertThat(second.getJobParameters()).containsEntry("note", "second").containsEntry("month", "2001-01");
        assertThat(second.getJobParameters()).doesNotContainKeys("jberet.restart.mode", "-note");
        assertThat(second.getJobInstance().getInstanceId())
                .isEqualTo(first.getJobInstance().getInstanceId());
        assertThat(node.database.row(
                        "select REPRISE_SUBMITTER, REPRISE_NODE from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?",
                        second.getExecutionId()))
                .isEqualTo("somebody|node-1");
    }

    /** §2.6: to the letter of Jakarta Batch. */
    @ParameterizedTest
    @EnumSource
    void mayChangeAllParametersWhereTheJobHasNoIdentity(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        Job free = TestNode.jobWithoutIdentity();
        JobExecutionImpl first = node.run(free, "month", "2001-01", "day", "1");
        node.end(first, BatchStatus.FAILED);

        JobExecutionImpl second = node.restart(first.getExecutionId(), free, "month", "2001-02");

        assertThat(second.getJobParameters()).containsEntry("month", "2001-02").containsEntry("day", "1");
        assertThat(second.getJobInstance().getInstanceId())
                .isEqualTo(first.getJobInstance().getInstanceId());
    }

    @ParameterizedTest
    @EnumSource
    void isOnlyOfTheLastExecution(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job);
        node.end(first, BatchStatus.FAILED);
        JobExecutionImpl second = node.rerun(first.getExecutionId(), job);
        node.end(second, BatchStatus.FAILED);

        LaunchRefusedException refused =
                catchThrowableOfType(LaunchRefusedException.class, () -> node.restart(first.getExecutionId(), job));

        assertThat(refused.refusal().kind()).isEqualTo(Kind.NOT_THE_LAST);
        assertThat(refused.refusal().executionId()).isEqualTo(second.getExecutionId());
    }

    @ParameterizedTest
    @EnumSource
    void isRefusedWhereTheJobSaysSoAlsoAfterACrash(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        Job once = TestNode.job(false);
        JobExecutionImpl failed = node.run(once);
        TestNode next = node.other("node-1");

        LaunchRefusedException refused =
                catchThrowableOfType(LaunchRefusedException.class, () -> next.restart(failed.getExecutionId(), once));

        assertThat(refused.refusal().kind()).isEqualTo(Kind.NOT_RESTARTABLE);
        assertThat(next.status(failed.getExecutionId())).isEqualTo("FAILED");
    }

    @ParameterizedTest
    @EnumSource
    void countsHowOftenAStepBeganInTheInstance(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl first = node.run(job, "month", "2001-01");
        node.end(node.step(first, "load"), BatchStatus.FAILED);
        node.end(first, BatchStatus.FAILED);
        JobExecutionImpl second = node.rerun(first.getExecutionId(), job);
        StepExecutionImpl step = node.step(second, "load", first);
        node.partition(step, 0, null);
        node.step(node.run(job, "month", "2001-02"), "load");

        assertThat(node.repository.countStepStartTimes(
                        "load", first.getJobInstance().getInstanceId()))
                .isEqualTo(2);
    }

    private static List<String> parameters(TestNode node, JobExecutionImpl execution) {
        return node.database.rows(
                "select PARAMETER_NAME, PARAMETER_VALUE, IDENTIFYING from BATCH_JOB_EXECUTION_PARAMS"
                        + " where JOB_EXECUTION_ID = ? order by PARAMETER_NAME",
                execution.getExecutionId());
    }

    private static List<String> shown(List<PartitionExecutionImpl> partitions) {
        return partitions.stream()
                .map(partition -> partition.getPartitionId() + " " + partition.getBatchStatus() + " "
                        + ((AbstractStepExecution) partition).getReaderCheckpointInfo())
                .toList();
    }

    /** It is there for a moment while a job ends, and would be seen by whoever asks just then. */
    @ParameterizedTest
    @EnumSource
    void hasNoParameterThatTheEngineAddsAtTheEnd(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, "month", "2001-01");

        execution.addJobParameter(Job.JOB_XML_NAME, "another.xml");

        assertThat(execution.getJobParameters()).containsOnlyKeys("month");
    }
}
