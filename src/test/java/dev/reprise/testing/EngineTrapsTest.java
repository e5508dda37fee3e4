package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.Patience;
import dev.reprise.testing.TestProcess.At;
import dev.reprise.testing.TestProcess.Stock;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.JobStartException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric.MetricType;
import jakarta.transaction.TransactionManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * What goes wrong with the engine's own JDBC repository, which is WildFly's, and does not with ours. Each test was seen to
 * fail on it, as its comment tells, with {@code -Dreprise.test.repository=jdbc}; docs/engine-traps.md lists them all.
 */
class EngineTrapsTest {

    private static final String UPDATE_OF_A_STEP = "^\\s*update (BATCH_)?STEP_EXECUTION\\b";
    private static final String UPDATE_OF_A_JOB = "^\\s*update (BATCH_)?JOB_EXECUTION\\b";

    private String name = "";
    private TestProcess process;

    @BeforeEach
    void begin(TestInfo test) {
        name = test.getTestMethod().orElseThrow().getName();
        process = new TestProcess(name, Stock.DATA_SOURCE_OF_THE_JOBS);
    }

    @AfterEach
    void end() {
        process.close();
    }

    // ---- Chunk commit ----------------------------------------------------------------------------------------------

    /**
     * An exception while a chunk is saved counts as a write error of the chunk. Stock: COMPLETED without the chunk,
     * {@code expected: "1-20" but was: "1-20, 31-50"}.
     */
    @Test
    void aChunkThatIsNotRecordedIsNotSkipped() {
        process.once(At.WRITING, 25, () -> process.database().fail(1, UPDATE_OF_A_STEP));

        long failed = process.run("copy-skipping");

        assertThat(process.items()).isEqualTo("1-20");
        assertThat(process.end(failed)).isEqualTo(BatchStatus.FAILED);
        assertARestartCompletes(failed, "1-50");
    }

    /**
     * The same where it may be retried: for as long as the failure lasts, and after another node has taken over. Stock:
     * {@code expected: FAILED but was: COMPLETED}, after three rounds.
     */
    @Test
    void aChunkThatIsNotRecordedIsNotRetried() {
        process.once(At.WRITING, 25, () -> process.database().fail(3, UPDATE_OF_A_STEP));

        long failed = process.run("copy-retrying");

        assertThat(process.end(failed)).isEqualTo(BatchStatus.FAILED);
        assertThat(process.items()).isEqualTo("1-20");
    }

    /**
     * WildFly's repository usually has a data source of its own. If that is a JTA one, no chunk commits on WildFly
     * (ARJUNA012140: two local resources; not to be seen here, because Agroal's do not object); if not, the checkpoint
     * commits before the chunk. Stock: the chunk is lost, {@code expected: "1-50" but was: "1-20, 31-50"}.
     */
    @Test
    void aCheckpointIsCommittedWithItsChunk() throws Exception {
        process.close();
        process = new TestProcess(name, Stock.DATA_SOURCE_WITHOUT_JTA);
        process.once(At.WRITING, 25, process::dieAtNextCommit);
        long died = process.start("copy");
        process.comeBackFromTheDead();

        assertARestartCompletes(died, "1-50");
    }

    /**
     * Without transactions a chunk and its checkpoint commit one after the other. Stock: it starts, {@code Expecting code to
     * raise a throwable}.
     */
    @Test
    void transactionsCannotBeSwitchedOff() {
        assertThatThrownBy(() -> process.start("copy", Map.of("jberet.local-tx", "true")))
                .isInstanceOf(JobStartException.class);
    }

    /**
     * The engine counts a commit after it has saved the chunk. Stock: {@code expected: 2L but was: 1L}.
     */
    @Test
    void theNthCommitStoresN() throws Exception {
        process.once(At.READING, 25, process::die);
        long died = process.start("copy");
        process.comeBackFromTheDead();

        assertThat(process.count(died, MetricType.COMMIT_COUNT)).isEqualTo(2);
    }

    /**
     * The engine's counts are not undone by a rollback. Stock: {@code expected: 50L but was: 60L}.
     */
    @Test
    void writtenIsWhatIsCommitted() {
        process.once(At.AFTER_CHUNK, 3, TestProcess::fail);

        long execution = process.run("copy-retrying");

        assertThat(process.items()).isEqualTo("1-50");
        assertThat(process.count(execution, MetricType.WRITE_COUNT)).isEqualTo(50);
    }

    // ---- Restart ---------------------------------------------------------------------------------------------------

    /**
     * The engine takes an execution for dead if this JVM has not loaded the job. Stock: it runs twice, {@code Expecting code
     * to raise a throwable}.
     */
    @Test
    void whatRunsOnAnotherNodeIsNotRestarted() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        long running = startAndWaitFor(gate);

        try (Engine another = process.anotherNode()) {
            assertThatThrownBy(() -> another.restart(running, new Properties()))
                    .isInstanceOf(JobRestartException.class);
        } finally {
            gate.countDown();
        }
        assertThat(process.end(running)).isEqualTo(BatchStatus.COMPLETED);
    }

    /**
     * Stock: it runs twice, {@code Expecting code to raise a throwable}.
     */
    @Test
    void whatRunsIsNotRestartedByForceEither() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        long running = startAndWaitFor(gate);
        Properties force = new Properties();
        force.setProperty("jberet.restart.mode", "force");

        try {
            assertThatThrownBy(() -> process.operator().restart(running, force))
                    .isInstanceOf(JobRestartException.class);
        } finally {
            gate.countDown();
        }
        assertThat(process.end(running)).isEqualTo(BatchStatus.COMPLETED);
    }

    /**
     * The engine takes an execution for alive if this JVM has loaded the job. Stock: {@code JobRestartException:
     * JBERET000647: Restarting job execution 53, job name task, batch status STARTED, restart mode null, but it seems the
     * original execution is still alive}.
     */
    @Test
    void whatADeadProcessLeftIsRestartedWhateverElseHasRun() throws Exception {
        process.task(job -> process.die());
        long died = process.start("task");
        process.comeBackFromTheDead();
        process.taskIsDone();
        assertThat(process.end(process.start("task", Map.of("another", "run")))).isEqualTo(BatchStatus.COMPLETED);

        assertThat(process.end(process.restart(died))).isEqualTo(BatchStatus.COMPLETED);
    }

    /**
     * Nothing is locked between looking for the newest execution and adding one. Stock: {@code Expected size: 1 but was:
     * 2}.
     */
    @Test
    void ofTwoRestartsAtOnceOneHappens() throws Exception {
        process.task(job -> TestProcess.fail());
        long failed = process.run("task");

        for (int round = 0; round < 5; round++) {
            long last = failed;
            List<Long> restarted = twiceAtOnce(() -> process.restart(last));
            assertThat(restarted).hasSize(1);
            failed = restarted.get(0);
            process.end(failed);
        }
    }

    /**
     * The engine notes {@code restartable="false"} when a job ends in order. Stock: {@code Expecting code to raise a
     * throwable}.
     */
    @Test
    void whatIsNotRestartableIsNotAfterACrashEither() throws Exception {
        process.once(At.READING, 25, process::die);
        long died = process.start("copy-once");
        process.comeBackFromTheDead();

        assertThatThrownBy(() -> process.restart(died)).isInstanceOf(JobRestartException.class);
    }

    /**
     * The engine notes the name of the file when a job ends in order. Stock: it starts, {@code Expecting code to raise a
     * throwable}; if it dies the restart in another process is {@code JobStartException: JBERET000601: Failed to get job xml
     * file for job renamed.xml}.
     */
    @Test
    void aJobThatTheNextProcessWouldNotFindIsNotStarted() {
        assertThatThrownBy(() -> process.start("file-name")).isInstanceOf(JobStartException.class);
    }

    // ---- Checkpoints and partitions --------------------------------------------------------------------------------

    /**
     * The new execution's row has no checkpoint before its first commit. Stock: {@code expected: "1-50" but was: "1-20 twice,
     * 21-50"}.
     */
    @Test
    void aRestartThatDiesBeforeItsFirstCommitLosesNothing() throws Exception {
        process.once(At.READING, 25, TestProcess::fail);
        long failed = process.run("copy");
        process.once(At.READING, 21, process::die);
        long died = process.restart(failed);
        process.comeBackFromTheDead();

        assertARestartCompletes(died, "1-50");
    }

    /**
     * A skip sets the checkpoint in the middle of its chunk, and the end of the step stores it. Stock: COMPLETED,
     * {@code expected: "1-22, 24-50" but was: "1-20, 24-50"}.
     */
    @Test
    void aSkipWhileReadingLosesNothingOfAChunkThatFails() {
        process.always(At.READING, 23, TestProcess.SKIPPABLE);
        process.once(At.WRITING, 25, TestProcess.FATAL);
        long failed = process.run("copy-repairing");
        assertThat(process.items()).isEqualTo("1-20");

        assertARestartCompletes(failed, "1-22, 24-50");
    }

    /**
     * The same. Stock: {@code expected: "1-22, 24-50" but was: "1-20, 24-50"}.
     */
    @Test
    void aSkipWhileProcessingLosesNothingOfAChunkThatFails() {
        process.always(At.PROCESSING, 23, TestProcess.SKIPPABLE);
        process.once(At.WRITING, 25, TestProcess.FATAL);
        long failed = process.run("copy-repairing");
        assertThat(process.items()).isEqualTo("1-20");

        assertARestartCompletes(failed, "1-22, 24-50");
    }

    /**
     * The same. Stock: {@code expected: "1-22, 24-80" but was: "1-20, 24-80"}.
     */
    @Test
    void aSkipInAPartitionLosesNothingOfAChunkThatFails() {
        process.always(At.PROCESSING, 23, TestProcess.SKIPPABLE);
        process.once(At.WRITING, 25, TestProcess.FATAL);
        long failed = process.run("partitions-repairing");
        assertThat(process.items()).isEqualTo("1-20, 41-80");

        assertARestartCompletes(failed, "1-22, 24-80");
    }

    /** Stock: {@code was: "4-50"}; the reader is opened again after the skipped item, and what came before it is lost. */
    @Test
    void aSkipWhileReadingLosesNothingOfAChunkThatIsRetried() {
        process.always(At.READING, 3, TestProcess.SKIPPABLE);
        process.once(At.WRITING, 5, TestProcess::fail);

        assertThat(process.end(process.start("copy-repairing"))).isEqualTo(BatchStatus.COMPLETED);
        assertThat(process.items()).isEqualTo("1-2, 4-50");
    }

    /** As while reading. */
    @Test
    void aSkipWhileProcessingLosesNothingOfAChunkThatIsRetried() {
        process.always(At.PROCESSING, 3, TestProcess.SKIPPABLE);
        process.once(At.WRITING, 5, TestProcess::fail);

        assertThat(process.end(process.start("copy-repairing"))).isEqualTo(BatchStatus.COMPLETED);
        assertThat(process.items()).isEqualTo("1-2, 4-50");
    }

    /** As in a step. */
    @Test
    void aSkipInAPartitionLosesNothingOfAChunkThatIsRetried() {
        process.always(At.PROCESSING, 23, TestProcess.SKIPPABLE);
        process.once(At.WRITING, 25, TestProcess::fail);

        assertThat(process.end(process.start("partitions-repairing"))).isEqualTo(BatchStatus.COMPLETED);
        assertThat(process.items()).isEqualTo("1-22, 24-80");
    }

    /**
     * The engine runs the partitions again that have rows. Stock: none, and COMPLETED, {@code expected: "1-80" but was: ""}.
     */
    @Test
    void aPartitionedStepThatFailedBeforeItsFirstPartitionRunsThemAll() {
        process.once(At.PLANNING, 0, TestProcess::fail);
        long failed = process.run("partitions");

        assertARestartCompletes(failed, "1-80");
    }

    /**
     * The engine looks at the partitions of the last execution of the step only. Stock: those that were complete before run
     * from the beginning, {@code expected: "1-80" but was: "1-30 twice, 31-40, 41-80 twice"}.
     */
    @Test
    void aCompletePartitionDoesNotRunAgainHoweverOftenTheOthersDo() throws Exception {
        process.once(At.READING, 35, TestProcess::fail);
        long failed = process.run("partitions");
        process.once(At.READING, 35, process::die);
        long died = process.restart(failed);
        process.comeBackFromTheDead();

        assertARestartCompletes(died, "1-80");
    }

    /**
     * Partitions are added one at a time, so a crash leaves some without a row. Stock: the one that died twice has no
     * checkpoint, {@code expected: "1-80" but was: "1-20, 21-30 twice, 31-80"}.
     */
    @Test
    void partitionsThatNeverBeganRunHoweverOftenTheOthersDied() throws Exception {
        process.once(At.READING, 35, process::die);
        long first = process.start("partitions");
        process.comeBackFromTheDead();
        process.once(At.READING, 36, process::die);
        long second = process.restart(first);
        process.comeBackFromTheDead();

        assertARestartCompletes(second, "1-80");
    }

    /** Stock: {@code was: "1 twice, 21, 41, 61"}; it hears of an end only when all partitions have begun. */
    @Test
    void aPartitionThatIsDoneIsDoneAlsoIfTheOthersHaveNotBegun() throws Exception {
        process.once(At.WORKING, 21, process::die);
        long died = process.start("partitioned-task");
        process.comeBackFromTheDead();

        assertARestartCompletes(died, "1, 21, 41, 61");
    }

    /**
     * The engine hands a complete step its final checkpoint. Stock: nothing is read, {@code expected: "1-50 twice" but was:
     * "1-50"}.
     */
    @Test
    void aStepThatMayRunAgainReadsFromTheBeginning() {
        process.task(job -> TestProcess.fail());
        long failed = process.run("copy-again");
        process.taskIsDone();

        assertARestartCompletes(failed, "1-50 twice");
    }

    /**
     * Rows of partitions have no counts, and the step's are summed in memory. Stock: {@code expected: 30L but was: 0L}.
     */
    @Test
    void countsOfPartitionsOutliveTheirProcess() throws Exception {
        process.once(At.READING, 35, process::die);
        long died = process.start("partitions");
        process.comeBackFromTheDead();

        assertThat(process.count(died, MetricType.WRITE_COUNT)).isEqualTo(30);
    }

    // ---- What the engine calls -------------------------------------------------------------------------------------

    /**
     * The engine updates a skipped step with the object of the earlier execution. Stock: that row is written, and here fails
     * the job: {@code expected: COMPLETED but was: FAILED}.
     */
    @Test
    void aStepThatIsSkippedIsNotWritten() {
        process.task(job -> TestProcess.fail());
        long failed = process.run("two-steps");
        process.task(job -> {
            process.database().fail(0, UPDATE_OF_A_STEP);
            return "DONE";
        });

        process.database().fail(1, UPDATE_OF_A_STEP);

        assertThat(process.end(process.restart(failed))).isEqualTo(BatchStatus.COMPLETED);
        assertThat(process.database().failures()).isZero();
    }

    /**
     * Stock: the exception goes up to the job, {@code expected: COMPLETED but was: FAILED}.
     */
    @Test
    void anEndOfAStepThatFailsToBeRecordedIsTriedAgain() {
        process.once(At.AFTER_STEP, 0, () -> process.database().fail(1, UPDATE_OF_A_STEP));

        assertThat(process.end(process.start("copy-retrying"))).isEqualTo(BatchStatus.COMPLETED);
        assertThat(process.database().failures()).isEqualTo(1);
    }

    /**
     * An exception there skips the engine's clean-up. Stock: the row stays STARTED for ever, {@code Condition with alias 'the recorded end of
     * execution 48' didn't complete within 5 seconds}.
     */
    @Test
    void anEndOfAJobThatFailsToBeRecordedIsTriedAgain() {
        process.task(job -> {
            process.database().fail(1, UPDATE_OF_A_JOB);
            return "DONE";
        });

        assertThat(process.end(process.start("task"))).isEqualTo(BatchStatus.COMPLETED);
        assertThat(process.database().failures()).isEqualTo(1);
    }

    /**
     * A stop of a running step is told to the step, not to the repository. Stock: {@code expected: STOPPING but was: STARTED}.
     */
    @Test
    void aStopIsSeenByOtherNodes() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        long running = startAndWaitFor(gate);

        process.operator().stop(running);

        try (Engine another = process.anotherNode()) {
            assertThat(another.getJobExecution(running).getBatchStatus()).isEqualTo(BatchStatus.STOPPING);
        } finally {
            gate.countDown();
        }
        assertThat(process.end(running)).isEqualTo(BatchStatus.STOPPED);
    }

    /**
     * A stop is recorded in the caller's transaction. Stock: {@code expected: STOPPING but was: STARTED}.
     */
    @Test
    void aStopOutlivesTheTransactionOfWhoAskedForIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        long running = startAndWaitFor(gate);
        TransactionManager transactions = InProcessBatch.transactionManager();

        try (Engine another = process.anotherNode();
                Engine third = process.anotherNode()) {
            transactions.begin();
            another.stop(running);
            transactions.rollback();
            assertThat(third.getJobExecution(running).getBatchStatus()).isEqualTo(BatchStatus.STOPPING);
        } finally {
            gate.countDown();
        }
        process.end(running);
    }

    /**
     * The engine forgets the position when the restart begins. Stock: the next one begins at the first step, which stops the
     * job again, {@code expected: COMPLETED but was: STOPPED}.
     */
    @Test
    void aRestartThatDiesKeepsThePositionThatAStopHadSet() throws Exception {
        long stopped = process.run("stop-there");
        process.task(job -> process.die());
        long died = process.restart(stopped);
        process.comeBackFromTheDead();
        process.taskIsDone();

        assertThat(process.end(process.restart(died))).isEqualTo(BatchStatus.COMPLETED);
    }

    /**
     * WildFly stops whatever is returned here when a node is suspended or a WAR undeployed. Stock: those of all nodes,
     * {@code Expecting [5L, 44L] not to contain [44L]}.
     */
    @Test
    void aNodeTellsOfItsOwnRunningExecutionsOnly() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        long running = startAndWaitFor(gate);

        try (Engine another = process.anotherNode()) {
            assertThat(process.operator().getRunningExecutions("task")).contains(running);
            assertThat(another.getRunningExecutions("task")).doesNotContain(running);
        } finally {
            gate.countDown();
        }
        process.end(running);
    }

    // ---- Status ----------------------------------------------------------------------------------------------------

    /**
     * Stock: {@code Value too long for column "EXITSTATUS CHARACTER VARYING(512)"}; the row stays STARTED for ever,
     * {@code Condition with alias 'the recorded end of execution 5' didn't complete within 5 seconds}.
     */
    @Test
    void aLongExitStatusOfAJobIsRecorded() {
        process.task(job -> {
            job.setExitStatus("x".repeat(600));
            return "DONE";
        });

        assertThat(process.end(process.start("task"))).isEqualTo(BatchStatus.COMPLETED);
    }

    /**
     * Stock: the same exception fails the job, {@code expected: COMPLETED but was: FAILED}.
     */
    @Test
    void aLongExitStatusOfAStepIsRecorded() {
        process.task(job -> "x".repeat(600));

        assertThat(process.end(process.start("task"))).isEqualTo(BatchStatus.COMPLETED);
    }

    /**
     * An instance is recorded before its first execution. Stock: it stays without one, {@code expected: 8 but was: 9}.
     */
    @Test
    void parametersAreRecordedOrNothingIs() {
        int before = process.instances();

        assertThatThrownBy(() -> process.start("task", Map.of("long", "x".repeat(3001))))
                .isInstanceOf(BatchRuntimeException.class);
        assertThat(process.instances()).isEqualTo(before);
    }

    /**
     * Parameters are stored as lines. Stock: {@code expected: {"note"="a line admin = true", …} but was: {"admin"="true",
     * "note"="a line", …}}.
     */
    @Test
    void aNewlineInAParameterStaysThere() {
        long execution = process.start("task", Map.of("note", "a line\nadmin = true"));
        process.end(execution);
        process.comeBack();

        assertThat(process.operator().getParameters(execution))
                .isEqualTo(Map.of("run", name, "note", "a line\nadmin = true"));
    }

    // ---- Helpers ---------------------------------------------------------------------------------------------------

    private void assertARestartCompletes(long executionId, String items) {
        assertThat(process.end(process.restart(executionId))).isEqualTo(BatchStatus.COMPLETED);
        assertThat(process.items()).isEqualTo(items);
    }

    /** Starts a job whose batchlet runs until the gate opens. */
    private long startAndWaitFor(CountDownLatch gate) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        process.task(job -> {
            begun.countDown();
            return gate.await(Patience.MINUTES, TimeUnit.MINUTES) ? "THROUGH" : "TIMED_OUT";
        });
        long execution = process.start("task");
        assertThat(begun.await(Patience.MINUTES, TimeUnit.MINUTES)).isTrue();
        return execution;
    }

    /** What those return that do not throw. */
    private static List<Long> twiceAtOnce(Callable<Long> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            CyclicBarrier together = new CyclicBarrier(2);
            List<Future<Long>> asked = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                asked.add(threads.submit(() -> {
                    together.await();
                    return work.call();
                }));
            }
            List<Long> done = new ArrayList<>();
            for (Future<Long> answer : asked) {
                try {
                    done.add(answer.get());
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOf(BatchRuntimeException.class);
                }
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }
}
