package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.jobs.Tables;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.StepFailure;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A chunk is there whole or not at all: its rows, its counts and its checkpoint. Chunks of 10 of 50 items. */
@ExtendWith(ArquillianExtension.class)
abstract class ChunkAtomicity {

    @Inject
    private JobLauncher launcher;

    @Inject
    private Supplier<Recorded> recorded;

    @Inject
    private Tables tables;

    /** The name of the data source of the repository and of the writers. */
    abstract String dataSource();

    private LaunchRequest job(String job, String run) {
        return LaunchRequest.of(job).with("run", run).withNonIdentifying("dataSource", dataSource());
    }

    private String run(String name) {
        return dataSource() + "-" + name;
    }

    @Test
    void anExceptionAfterTheWritersSqlLeavesNothingOfItsChunk() {
        String run = run("throws");
        JobExecution failed = launcher.run(
                job("chunks", run).withNonIdentifying("trouble", "throw").withNonIdentifying("troubleAt", "25"));

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(tables.items(run, "work")).isEqualTo(upTo(20));
        assertThat(counts(failed)).containsExactly(List.of("FAILED", "30", "20", "2"));
        assertThat(recorded.get().failures(failed.getExecutionId()))
                .containsExactly(new StepFailure(
                        "work",
                        "item writer numberWriter (writeItems) of step work: java.lang.IllegalStateException:"
                                + " trouble after the SQL of item 25"));
        assertResumes("chunks", run, 30);
    }

    @Test
    void aFailureInTheRepositorysOwnUpdateFailsTheStepAndLosesNothing() {
        assertAFailingUpdateFailsTheStep("chunks");
    }

    @Test
    void aFailureInTheRepositorysOwnUpdateIsNotSkipped() {
        assertAFailingUpdateFailsTheStep("skipping-chunks");
    }

    @Test
    void aFailureInTheRepositorysOwnUpdateIsNotRetried() {
        assertAFailingUpdateFailsTheStep("retrying-chunks");
    }

    private void assertAFailingUpdateFailsTheStep(String job) {
        String run = run("constraint-" + job);
        tables.execute("alter table BATCH_STEP_EXECUTION add constraint NO_THIRD_CHUNK"
                + " check (not (STEP_NAME = 'work' and STATUS = 'STARTED' and WRITE_COUNT = 30))");
        JobExecution failed;
        try {
            failed = launcher.run(job(job, run));
        } finally {
            tables.execute("alter table BATCH_STEP_EXECUTION drop constraint NO_THIRD_CHUNK");
        }

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(tables.items(run, "work")).isEqualTo(upTo(20));
        assertThat(counts(failed)).containsExactly(List.of("FAILED", "30", "20", "2"));
        assertResumes(job, run, 30);
    }

    @Test
    void aVersionRaisedByAnotherConnectionFencesTheStep() {
        assertARaisedVersionFencesTheStep("chunks");
    }

    @Test
    void aFencedChunkIsNotSkipped() {
        assertARaisedVersionFencesTheStep("skipping-chunks");
    }

    @Test
    void aFencedChunkIsNotRetried() {
        assertARaisedVersionFencesTheStep("retrying-chunks");
    }

    @Test
    void noOtherStepFollowsAFencedOne() {
        assertARaisedVersionFencesTheStep("routed-chunks");
    }

    private void assertARaisedVersionFencesTheStep(String job) {
        String run = run("version-" + job);
        JobExecution fenced = launcher.run(
                job(job, run).withNonIdentifying("trouble", "version").withNonIdentifying("troubleAt", "25"));

        assertThat(fenced.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(tables.items(run, "work")).isEqualTo(upTo(20));
        assertThat(tables.rows(
                        "select STEP_NAME, STATUS, WRITE_COUNT, COMMIT_COUNT from BATCH_STEP_EXECUTION"
                                + " where JOB_EXECUTION_ID = ?",
                        fenced.getExecutionId()))
                .containsExactly(List.of("work", "FAILED", "20", "2"));
        assertThat(tables.column(
                        "select count(*) from REPRISE_OWNER where JOB_EXECUTION_ID = ?", fenced.getExecutionId()))
                .containsExactly("0");
        assertResumes(job, run, 30);
    }

    @Test
    void aTransactionThatTakesTooLongLeavesNothingOfItsChunk() {
        assertATimeOutLosesNothing("chunks", "timeout");
    }

    @Test
    void aTransactionThatTakesTooLongSkipsNothing() {
        assertATimeOutSkipsNothing("timeout");
    }

    @Test
    void aTransactionThatEndsBetweenTheRecordAndTheCommitLeavesNothingOfItsChunk() {
        assertATimeOutLosesNothing("chunks", "timeoutAtCommit");
    }

    @Test
    void aTransactionThatEndsBetweenTheRecordAndTheCommitSkipsNothing() {
        assertATimeOutSkipsNothing("timeoutAtCommit");
    }

    @Test
    void aTransactionOfAPartitionThatTakesTooLongLeavesNothingOfItsChunk() {
        assertATimeOutOfAPartitionLosesNothing("timeout");
    }

    @Test
    void aTransactionOfAPartitionThatEndsBetweenTheRecordAndTheCommitLeavesNothingOfItsChunk() {
        assertATimeOutOfAPartitionLosesNothing("timeoutAtCommit");
    }

    private void assertATimeOutOfAPartitionLosesNothing(String trouble) {
        String run = run(trouble + "-partitioned-chunks");
        JobExecution failed = launcher.run(job("partitioned-chunks", run)
                .withNonIdentifying("timeout", "2")
                .withNonIdentifying("trouble", trouble)
                .withNonIdentifying("troubleAt", "15"));

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(tables.items(run, "work"))
                .isEqualTo(IntStream.concat(IntStream.rangeClosed(1, 10), IntStream.rangeClosed(26, 50))
                        .boxed()
                        .toList());
        assertResumes("partitioned-chunks", run, 15);
    }

    @Test
    void whatABatchletKeepsIsKeptWithoutTheTransactionThatItLeaves() {
        JobExecution failed = launcher.run(LaunchRequest.of("left-open").with("run", run("left-open")));

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(recorded.get().failures(failed.getExecutionId()))
                .singleElement()
                .satisfies(failure ->
                        assertThat(failure.message()).contains("It left a transaction open, which was rolled back."));
        assertThat(BatchRuntime.getJobOperator()
                        .getStepExecutions(failed.getExecutionId())
                        .get(0)
                        .getPersistentUserData())
                .isEqualTo("kept");
    }

    /** Its items may go through again one by one, where the trouble comes again for the last one. */
    private void assertATimeOutSkipsNothing(String trouble) {
        String run = run(trouble + "-skipping-chunks");
        JobExecution first = launcher.run(job("skipping-chunks", run)
                .withNonIdentifying("timeout", "2")
                .withNonIdentifying("trouble", trouble)
                .withNonIdentifying("troubleAt", "25"));

        assertThat(first.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        JobExecution second = launcher.run(
                job("skipping-chunks", run).withNonIdentifying("trouble", "").withNonIdentifying("troubleAt", "0"));
        assertThat(second.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(tables.items(run, "work")).isEqualTo(upTo(50));
    }

    private void assertATimeOutLosesNothing(String job, String trouble) {
        String run = run(trouble + "-" + job);
        JobExecution failed = launcher.run(job(job, run)
                .withNonIdentifying("timeout", "2")
                .withNonIdentifying("trouble", trouble)
                .withNonIdentifying("troubleAt", "25"));

        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(tables.items(run, "work")).isEqualTo(upTo(20));
        assertThat(counts(failed)).containsExactly(List.of("FAILED", "30", "20", "2"));
        assertResumes(job, run, 30);
    }

    /** What is left to do is done by the same launch without the trouble, each item once. */
    private void assertResumes(String job, String run, int left) {
        JobExecution second =
                launcher.run(job(job, run).withNonIdentifying("trouble", "").withNonIdentifying("troubleAt", "0"));

        assertThat(second.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(tables.items(run, "work")).isEqualTo(upTo(50));
        assertThat(tables.column(
                        "select READ_COUNT from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ? and STEP_NAME = 'work'",
                        second.getExecutionId()))
                .containsExactly(String.valueOf(left));
    }

    private List<List<String>> counts(JobExecution execution) {
        return tables.rows(
                "select STATUS, READ_COUNT, WRITE_COUNT, COMMIT_COUNT from BATCH_STEP_EXECUTION"
                        + " where JOB_EXECUTION_ID = ?",
                execution.getExecutionId());
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }
}
