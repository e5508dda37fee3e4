package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §3 rows 4, 5 and 8, and §6: whose execution may be closed by whom. */
class TakeOverTest {

    private static final String[] MONTH = {"month", "2001-01"};

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void leavesTheExecutionOfALiveNodeAlone(TestDatabase.Kind kind) {
        TestNode owner = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl running = owner.run(job, MONTH);
        StepExecutionImpl step = owner.step(running, "load");
        TestNode other = owner.other("node-2");

        Refusal start = refusal(() -> other.start(job, MONTH));
        Refusal restart = refusal(() -> other.restart(running.getExecutionId(), job));

        for (Refusal refusal : List.of(start, restart)) {
            assertThat(refusal.kind()).isEqualTo(Kind.ALREADY_RUNNING);
            assertThat(refusal.executionId()).isEqualTo(running.getExecutionId());
            assertThat(refusal.node()).isEqualTo("node-1");
            assertThat(refusal.message()).contains("execution " + running.getExecutionId(), "node node-1");
        }
        assertThat(owner.stepRow(step)).startsWith("STARTED|");
        assertThat(owner.commit(running, step, new Chunk(10, 0, "10"))).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void closesWhatANodeLeftWhoseLeaseExpired(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        StepExecutionImpl done = dead.step(left, "extract");
        dead.commit(left, done, new Chunk(5, 0, "5"));
        dead.end(done, BatchStatus.COMPLETED);
        StepExecutionImpl step = dead.step(left, "load");
        runTwoPartitions(dead, left, step);
        TestNode other = dead.other("node-2");
        dead.leaseExpires();

        Refusal refusal = refusal(() -> other.start(job, MONTH));

        assertThat(refusal.kind()).isEqualTo(Kind.RESTART_INSTEAD);
        assertThat(refusal.executionId()).isEqualTo(left.getExecutionId());
        assertThat(stepsOf(other, left))
                .containsExactly(
                        "extract|COMPLETED|5|5|0|1|ended",
                        "load|FAILED|30|27|3|2|ended",
                        "load:partition0|COMPLETED|10|9|1|1|ended",
                        "load:partition1|FAILED|20|18|2|1|ended");
        assertThat(other.database.row(
                        "select STATUS, EXIT_CODE, EXIT_MESSAGE from BATCH_JOB_EXECUTION"
                                + " where JOB_EXECUTION_ID = ? and END_TIME is not null",
                        left.getExecutionId()))
                .startsWith("FAILED|FAILED|Node node-1 (incarnation 1) died")
                .contains("closed by node node-2");
        assertThat(other.owner(left.getExecutionId())).isEmpty();
        JobExecutionImpl next = other.rerun(left.getExecutionId(), job);
        assertThat(next.getJobInstance().getInstanceId())
                .isEqualTo(left.getJobInstance().getInstanceId());
    }

    /** As when the end of a partition did not reach the database, and its step's did. */
    @ParameterizedTest
    @EnumSource
    void countsWhatAPartitionHadCommittedWhoseStepHadEnded(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        StepExecutionImpl step = dead.step(left, "load");
        runTwoPartitions(dead, left, step);
        dead.end(step, BatchStatus.FAILED);
        TestNode other = dead.other("node-2");
        dead.leaseExpires();

        assertThat(refusal(() -> other.start(job, MONTH)).kind()).isEqualTo(Kind.RESTART_INSTEAD);

        assertThat(stepsOf(other, left))
                .containsExactly(
                        "load|FAILED|30|27|3|2|ended",
                        "load:partition0|COMPLETED|10|9|1|1|ended",
                        "load:partition1|FAILED|20|18|2|1|ended");
    }

    @ParameterizedTest
    @EnumSource
    void ofAStoppingExecutionStopsIt(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        StepExecutionImpl step = dead.step(left, "load");
        TestNode other = dead.other("node-2");
        other.repository.stopJobExecution(other.load(left.getExecutionId(), job));
        dead.leaseExpires();

        assertThat(refusal(() -> other.start(job, MONTH)).kind()).isEqualTo(Kind.RESTART_INSTEAD);

        assertThat(other.status(left.getExecutionId())).isEqualTo("STOPPED");
        assertThat(other.stepRow(step)).startsWith("STOPPED|STOPPED|");
    }

    @ParameterizedTest
    @EnumSource
    void ofAnEarlierIncarnationNeedsNoLeaseToExpire(TestDatabase.Kind kind) {
        TestNode before = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = before.run(job, MONTH);
        StepExecutionImpl step = before.step(left, "load");
        TestNode again = before.other("node-1");
        assertThat(again.identity.incarnation()).isEqualTo(2);

        assertThat(again.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(again.status(left.getExecutionId())).isEqualTo("FAILED");
        assertThat(again.stepRow(step)).startsWith("FAILED|FAILED|");
        assertThat(again.repository.thisNode().takeOverFromTheDead()).isZero();
    }

    /** Another node sees it too: the owner's incarnation is not the node's any more. */
    @ParameterizedTest
    @EnumSource
    void ofAnEarlierIncarnationIsForAnyNodeOfTheApplication(TestDatabase.Kind kind) {
        TestNode before = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = before.run(job, MONTH);
        TestNode other = before.other("node-2");
        assertThat(refusal(() -> other.start(job, MONTH)).kind()).isEqualTo(Kind.ALREADY_RUNNING);
        before.other("node-1");

        assertThat(refusal(() -> other.start(job, MONTH)).kind()).isEqualTo(Kind.RESTART_INSTEAD);
        assertThat(other.status(left.getExecutionId())).isEqualTo("FAILED");
    }

    @ParameterizedTest
    @EnumSource
    void isNotForOtherApplications(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        dead.step(left, "load");
        TestNode stranger = TestNode.on(TestDatabase.shared(kind));
        dead.leaseExpires();

        Refusal refusal = refusal(() -> stranger.start(job, MONTH));

        assertThat(refusal.kind()).isEqualTo(Kind.OTHER_APPLICATION);
        assertThat(refusal.message()).contains(dead.identity.application());
        assertThat(stranger.status(left.getExecutionId())).isEqualTo("STARTED");
    }

    @ParameterizedTest
    @EnumSource
    void isNotForExecutionsWithoutAnOwner(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        node.end(execution, BatchStatus.FAILED);
        for (String status : List.of("STARTED", "STARTING", "STOPPING", "UNKNOWN")) {
            node.database.execute(
                    "update BATCH_JOB_EXECUTION set STATUS = ? where JOB_EXECUTION_ID = ?",
                    status,
                    execution.getExecutionId());

            assertThat(refusal(() -> node.start(job, MONTH)).kind()).isEqualTo(Kind.UNKNOWN_STATE);
            assertThat(refusal(() -> node.restart(execution.getExecutionId(), job))
                            .kind())
                    .isEqualTo(Kind.UNKNOWN_STATE);
            assertThat(node.status(execution.getExecutionId())).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isNotDoneByExplaining(TestDatabase.Kind kind) {
        TestNode dead = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl left = dead.run(job, MONTH);
        dead.step(left, "load");
        TestNode other = dead.other("node-2");
        dead.leaseExpires();

        LaunchDecision decision = other.repository.launching().explain(job, TestNode.parameters(MONTH));

        assertThat(decision).isInstanceOf(LaunchDecision.Restart.class);
        assertThat(other.status(left.getExecutionId())).isEqualTo("STARTED");
        assertThat(other.owner(left.getExecutionId())).containsExactly("node-1");
    }

    @ParameterizedTest
    @EnumSource
    void ofAnAbandonedInstanceIsRefused(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        node.end(execution, BatchStatus.FAILED);
        JobExecutionImpl loaded = node.load(execution.getExecutionId(), job);
        loaded.setBatchStatus(BatchStatus.ABANDONED);
        node.repository.updateJobExecution(loaded, false, false);

        assertThat(refusal(() -> node.start(job, MONTH)).kind()).isEqualTo(Kind.ABANDONED);
        assertThat(refusal(() -> node.restart(execution.getExecutionId(), job)).kind())
                .isEqualTo(Kind.ABANDONED);
    }

    /** The first one to its end, the other one through a chunk. */
    private static void runTwoPartitions(TestNode node, JobExecutionImpl execution, StepExecutionImpl step) {
        PartitionExecutionImpl ended = node.partition(step, 0, null);
        PartitionExecutionImpl running = node.partition(step, 1, null);
        node.commit(execution, ended, new Chunk(10, 1, "10"));
        node.end(execution, ended, BatchStatus.COMPLETED);
        node.commit(execution, running, new Chunk(20, 2, "20"));
    }

    private static Refusal refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable launch) {
        return catchThrowableOfType(LaunchRefusedException.class, launch).refusal();
    }

    private static List<String> stepsOf(TestNode node, JobExecutionImpl execution) {
        return node.database.rows("""
                select STEP_NAME, STATUS, READ_COUNT, WRITE_COUNT, FILTER_COUNT, COMMIT_COUNT,
                       case when END_TIME is null then 'runs' else 'ended' end
                  from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ? order by STEP_NAME""", execution.getExecutionId());
    }
}
