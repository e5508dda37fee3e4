package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.engine.TestNode.Chunk;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.runtime.BatchStatus;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §6: a node compares what it owns with what it runs, and stops reach it. */
class OwnershipTest {

    private static final String[] MONTH = {"month", "2001-01"};

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void stopsHereWhatWasStoppedOnAnotherNode(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        TestNode other = node.other("node-2");
        other.repository.stopJobExecution(other.load(execution.getExecutionId(), job));
        assertThat(execution.isStopRequested()).isFalse();

        node.repository.thisNode().tend();

        await().until(execution::isStopRequested);
    }

    @ParameterizedTest
    @EnumSource
    void endsWhatWaitsForAThreadWhenItIsStopped(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl queued = node.start(job, MONTH);

        queued.stop();

        assertThat(node.status(queued.getExecutionId())).isEqualTo("STOPPED");
        assertThat(node.owner(queued.getExecutionId())).isEmpty();
        assertThat(node.repository.awaitEnd(queued.getExecutionId(), Duration.ZERO))
                .isTrue();
        assertThatCode(() -> node.repository.stopJobExecution(queued))
                .as("the engine asks for it too")
                .doesNotThrowAnyException();
        assertThat(queued.getBatchStatus())
                .as("what keeps the engine from running it when it comes to it")
                .isEqualTo(BatchStatus.STOPPING);
        node.end(queued, BatchStatus.STOPPED);
        assertThat(node.status(queued.getExecutionId())).isEqualTo("STOPPED");
    }

    @ParameterizedTest
    @EnumSource
    void saysOfWhatEndedThatItDoesNotRun(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        node.end(execution, BatchStatus.COMPLETED);

        assertThat(catchThrowableOfType(
                        JobExecutionNotRunningException.class, () -> node.repository.stopJobExecution(execution)))
                .hasMessageEndingWith("does not run: it is COMPLETED.");
    }

    /** The engine has decided how the job ends, and says so next. */
    @ParameterizedTest
    @EnumSource
    void neverRecordsAnEndAsStopping(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        execution.setBatchStatus(BatchStatus.COMPLETED);
        execution.stop();
        assertThat(execution.getBatchStatus()).isEqualTo(BatchStatus.STOPPING);

        node.repository.updateJobExecution(execution, true, false);

        assertThat(node.status(execution.getExecutionId())).isEqualTo("STOPPED");
        assertThat(execution.getBatchStatus()).isEqualTo(BatchStatus.STOPPED);
    }

    /** A batchlet whose stop never returns keeps nobody else from being stopped. */
    @ParameterizedTest
    @EnumSource
    void stopsEachOnAThreadOfItsOwn(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl stubborn = node.run(job, "number", "1");
        JobExecutionImpl other = node.run(job, "number", "2");
        CountDownLatch never = new CountDownLatch(1);
        stubborn.registerJobStopNotifier(id -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        node.repository.thisNode().suspend();

        await().until(() -> stubborn.isStopRequested() && other.isStopRequested());
        node.end(other, BatchStatus.STOPPED);
        assertThat(node.status(other.getExecutionId())).isEqualTo("STOPPED");
        never.countDown();
    }

    /** The engine sets the job FAILED for a moment when a failure is routed to another step. */
    @ParameterizedTest
    @EnumSource
    void stopsAlsoWhatSeemsToHaveFailed(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        execution.setBatchStatus(BatchStatus.FAILED);

        node.repository.thisNode().suspend();

        await().until(execution::isStopRequested);
    }

    /** The stop comes while the database refuses the end. */
    @ParameterizedTest
    @EnumSource
    void recordsTheEndThatTheEngineDecided(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.impatient(database);
        JobExecutionImpl execution = node.run(job, MONTH);
        database.execute("alter table BATCH_JOB_EXECUTION add constraint NO_JOB_ENDS check (END_TIME is null)");
        node.end(execution, BatchStatus.COMPLETED);
        database.execute("alter table BATCH_JOB_EXECUTION drop constraint NO_JOB_ENDS");

        execution.stop();
        node.repository.thisNode().tend();

        assertThat(node.status(execution.getExecutionId())).isEqualTo("COMPLETED");
    }

    @ParameterizedTest
    @EnumSource
    void neverHidesAFailureBehindALateStop(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        StepExecutionImpl step = node.step(execution, "load");
        step.setException(new IllegalStateException("broken"));
        node.end(step, BatchStatus.FAILED);
        execution.setBatchStatus(BatchStatus.FAILED);
        execution.stop();

        node.repository.updateJobExecution(execution, true, false);

        assertThat(node.status(execution.getExecutionId())).isEqualTo("FAILED");
    }

    @ParameterizedTest
    @EnumSource
    void stopsAndForgetsWhatAnotherNodeTookOver(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        StepExecutionImpl step = node.step(execution, "load");
        node.commit(execution, step, new Chunk(10, 0, "10"));
        TestNode other = node.other("node-2");
        node.leaseExpires();
        other.repository.thisNode().takeOverFromTheDead();
        String closed = node.stepRow(step);
        assertThat(closed).startsWith("FAILED|");

        node.repository.thisNode().tend();

        await("its threads end").until(execution::isStopRequested);
        node.end(step, BatchStatus.COMPLETED);
        node.end(execution, BatchStatus.COMPLETED);
        assertThat(node.stepRow(step)).isEqualTo(closed);
        assertThat(node.status(execution.getExecutionId())).isEqualTo("FAILED");
        assertThat(node.repository.awaitEnd(execution.getExecutionId(), Duration.ZERO))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void recordsNothingMoreAfterItWasLost(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        StepExecutionImpl step = node.step(execution, "load");

        node.repository.thisNode().lost(node.identity, "could not report for 30 s");

        await().until(execution::isStopRequested);
        node.end(step, BatchStatus.STOPPED);
        node.end(execution, BatchStatus.STOPPED);
        assertThat(node.status(execution.getExecutionId()))
                .as("who takes it over says how it ended")
                .isEqualTo("STARTED");
        assertThat(node.owner(execution.getExecutionId())).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void closesWhatNoThreadRuns(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, MONTH);
        StepExecutionImpl step = node.step(execution, "load");
        TestNode amnesia = node.with("");

        amnesia.repository.thisNode().tend();
        assertThat(node.status(execution.getExecutionId()))
                .as("somebody who begins or ends is seen so for a moment")
                .isEqualTo("STARTED");
        amnesia.repository.thisNode().tend();

        assertThat(node.status(execution.getExecutionId())).isEqualTo("FAILED");
        assertThat(node.stepRow(step)).startsWith("FAILED|");
        assertThat(node.owner(execution.getExecutionId())).isEmpty();
        assertThat(node.database.row(
                        "select EXIT_MESSAGE from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?",
                        execution.getExecutionId()))
                .startsWith("No thread of node node-1 (incarnation 1) ran this; closed by the node itself.");
    }

    @ParameterizedTest
    @EnumSource
    void saysHowLongTheQueueIs(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        node.step(node.run(job, "number", "1"), "load");
        node.start(job, "number", "2");
        node.start(job, "number", "3");

        assertThat(node.repository
                        .launching()
                        .explain(job, TestNode.parameters("number", "3"))
                        .message())
                .contains(
                        "on node node-1). It waits for a thread there: place 2 of the queue, while 1 execution runs.");
        assertThat(node.repository
                        .launching()
                        .explain(job, TestNode.parameters("number", "1"))
                        .message())
                .endsWith("on node node-1). Wait for it, or stop it first.");
    }
}
