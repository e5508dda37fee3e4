package dev.reprise.internal.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.runtime.BatchStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of a job or step that the database refuses for longer than it is tried is kept, and recorded later. */
class UnrecordedEndTest {

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void isRecordedAsItWasOnceTheDatabaseTakesIt(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.impatient(database);
        JobExecutionImpl execution = node.run(job, "name", "kept");
        StepExecutionImpl step = node.step(execution, "load");
        database.execute("alter table BATCH_STEP_EXECUTION add constraint NO_STEP_ENDS check (END_TIME is null)");
        database.execute("alter table BATCH_JOB_EXECUTION add constraint NO_JOB_ENDS check (END_TIME is null)");

        node.end(step, BatchStatus.COMPLETED);
        node.end(execution, BatchStatus.COMPLETED);

        assertThat(database.row("select STATUS from BATCH_JOB_EXECUTION")).isEqualTo("STARTED");
        assertThat(node.repository.awaitEnd(execution.getExecutionId(), Duration.ZERO))
                .as("it has not ended for anybody who waits")
                .isFalse();
        assertThat(catchThrowableOfType(LaunchRefusedException.class, () -> node.start(job, "name", "kept"))
                        .refusal()
                        .kind())
                .isEqualTo(Kind.ALREADY_RUNNING);

        database.execute("alter table BATCH_STEP_EXECUTION drop constraint NO_STEP_ENDS");
        database.execute("alter table BATCH_JOB_EXECUTION drop constraint NO_JOB_ENDS");
        node.repository.thisNode().tend();

        assertThat(node.repository.awaitEnd(execution.getExecutionId(), Duration.ZERO))
                .isTrue();
        assertThat(database.row("select STATUS from BATCH_JOB_EXECUTION")).isEqualTo("COMPLETED");
        assertThat(database.row("select STATUS from BATCH_STEP_EXECUTION"))
                .as("as it ended, not as failed")
                .isEqualTo("COMPLETED");
        assertThat(database.row("select count(*) from REPRISE_OWNER")).isEqualTo("0");
        assertThat(catchThrowableOfType(LaunchRefusedException.class, () -> node.start(job, "name", "kept"))
                        .refusal()
                        .kind())
                .isEqualTo(Kind.ALREADY_COMPLETE);
    }

    /** A database that is stopped in a commit: the transaction manager says of the chunk that it is committed. */
    @ParameterizedTest
    @EnumSource
    void ofAStepWhoseLastCommitWasBrokenOffIsItsOwn(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.on(database);
        JobExecutionImpl execution = node.run(job, "name", "broken off");
        StepExecutionImpl step = node.step(execution, "load");
        node.commit(execution, step, new TestNode.Chunk(10, 0, "10"));
        node.commit(execution, step, new TestNode.Chunk(20, 0, "20"));
        database.execute("update BATCH_STEP_EXECUTION"
                + " set VERSION = VERSION - 1, COMMIT_COUNT = 1, READ_COUNT = 10, WRITE_COUNT = 10");

        node.end(step, BatchStatus.FAILED);
        node.end(execution, BatchStatus.FAILED);

        assertThat(database.row("select STATUS, WRITE_COUNT, COMMIT_COUNT from BATCH_STEP_EXECUTION"))
                .isEqualTo("FAILED|10|1");
        assertThat(database.row("select count(*) from BATCH_STEP_EXECUTION where EXIT_MESSAGE like '%not recorded%'"))
                .isEqualTo("0");
    }

    /** The engine says of the job that it is FAILED before it has the end of the step recorded. */
    @ParameterizedTest
    @EnumSource
    void ofAStepIsSeenByWhoeverSeesItsJobFailed(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job, "name", "failing");
        StepExecutionImpl step = node.step(execution, "load");
        step.setPersistentUserData("user data");
        step.setBatchStatus(BatchStatus.FAILED);
        execution.setBatchStatus(BatchStatus.FAILED);
        assertThat(node.stepRow(step)).startsWith("STARTED|");

        assertThat(node.repository.getStepExecutions(
                        execution.getExecutionId(), UnrecordedEndTest.class.getClassLoader()))
                .singleElement()
                .satisfies(seen -> {
                    assertThat(seen.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
                    assertThat(seen.getPersistentUserData()).isEqualTo("user data");
                });
    }

    @ParameterizedTest
    @EnumSource
    void ofAnExecutionThatNeverGotAThreadIsAFailure(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.on(database);

        assertThatIllegalStateException()
                .isThrownBy(() -> node.repository
                        .launching()
                        .launch(TestNode.parameters("name", "never ran"), given -> {
                            node.start(job, given);
                            throw new IllegalStateException("no thread");
                        }));

        assertThat(database.row("select STATUS from BATCH_JOB_EXECUTION")).isEqualTo("FAILED");
        assertThat(database.row("select EXIT_MESSAGE from BATCH_JOB_EXECUTION"))
                .contains("The engine could not start it: java.lang.IllegalStateException: no thread");
        assertThat(database.row("select count(*) from REPRISE_OWNER")).isEqualTo("0");
    }

    /** What waits for a thread is not what the next launch of the same thread fails with. */
    @ParameterizedTest
    @EnumSource
    void ofAnotherExecutionDoesNotEndTheOneBefore(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl queued = node.start(job, "name", "queued");

        assertThatIllegalStateException()
                .isThrownBy(() -> node.repository.launching().launch(new Properties(), given -> {
                    throw new IllegalStateException("before anything was recorded");
                }));

        assertThat(node.status(queued.getExecutionId())).isEqualTo("STARTING");
    }

    /** Nor is what others have started meanwhile, on this thread or another. */
    @ParameterizedTest
    @EnumSource
    void ofAnotherExecutionDoesNotEndTheOneAfter(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        List<JobExecutionImpl> started = new ArrayList<>();

        assertThatIllegalStateException()
                .isThrownBy(() -> node.repository
                        .launching()
                        .launch(TestNode.parameters("name", "never ran"), given -> {
                            started.add(node.start(job, given));
                            started.add(node.start(job, "name", "queued"));
                            throw new IllegalStateException("no thread");
                        }));

        assertThat(started)
                .extracting(execution -> node.status(execution.getExecutionId()))
                .containsExactly("FAILED", "STARTING");
    }

    /** Which launch it is stays between who launches and who records. */
    @ParameterizedTest
    @EnumSource
    void hasTheParametersThatWereGivenAndNoOther(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        List<Properties> marked = new ArrayList<>();

        long executionId = node.repository.launching().launch(TestNode.parameters("name", "plain"), given -> {
            marked.add(given);
            return node.start(job, given).getExecutionId();
        });

        assertThat(marked.get(0)).hasSize(2);
        assertThat(requireNonNull((JobExecutionImpl) node.repository.getJobExecution(executionId))
                        .getJobParameters())
                .isEqualTo(TestNode.parameters("name", "plain"));
        // Of a launch that is over it is a parameter like any other.
        assertThat(node.start(job, marked.get(0)).getJobParameters()).hasSize(2);
    }

    /** The engine says so in memory, where the end says otherwise a moment later. */
    @ParameterizedTest
    @EnumSource
    void doesNotUndoThatItWasAbandoned(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(TestNode.jobWithoutIdentity());
        Thread abandons = new Thread(() -> {
            execution.setBatchStatus(BatchStatus.ABANDONED);
            node.repository.updateJobExecution(execution, false, false);
        });
        abandons.start();
        await().until(() -> abandons.getState() == Thread.State.TIMED_WAITING || !abandons.isAlive());

        node.end(execution, BatchStatus.COMPLETED);
        abandons.join();

        assertThat(node.repository.getJobExecution(execution.getExecutionId()))
                .satisfies(found -> assertThat(found.getBatchStatus()).isEqualTo(BatchStatus.ABANDONED));
        assertThat(node.status(execution.getExecutionId())).isEqualTo("ABANDONED");
    }
}
