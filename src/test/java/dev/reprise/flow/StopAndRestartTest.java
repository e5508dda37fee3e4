package dev.reprise.flow;

import static dev.reprise.flow.ScriptedArtifacts.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §5: {@code stop restart} decides where the restart begins. */
@ExtendWith(ExpectedFailures.class)
class StopAndRestartTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    /** Waits for a person after the first step, and begins with the third then. */
    private static final Job JOB = new JobBuilder("approval")
            .step(step("prepare")
                    .stopOn("COMPLETED")
                    .restartFrom("publish")
                    .exitStatus()
                    .build())
            .step(step("remind").next("publish").build())
            .step(step("publish").next("report").build())
            .step(step("report").build())
            .build();

    @Test
    void beginsThereAndPassesOverWhatNeverRan() {
        TestBatch.SCRIPTED.play(Map.of());
        BATCH.define(JOB);

        JobRun stopped = BATCH.run("approval");
        JobRun restarted = BATCH.run("approval");

        assertThat(stopped.status()).isEqualTo(BatchStatus.STOPPED);
        assertThat(stopped.stepNames()).containsExactly("prepare");
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.stepNames()).containsExactly("publish", "report");
    }

    @Test
    void skipsThatStepIfItIsComplete() {
        TestBatch.SCRIPTED.play(Map.of());
        BATCH.define(new JobBuilder("approval")
                .step(step("prepare").next("publish").build())
                .step(step("publish")
                        .stopOn("COMPLETED")
                        .restartFrom("prepare")
                        .exitStatus()
                        .build())
                .build());

        JobRun stopped = BATCH.run("approval");
        JobRun restarted = BATCH.run("approval");

        assertThat(stopped.stepNames()).containsExactly("prepare", "publish");
        assertThat(restarted.status()).isEqualTo(BatchStatus.STOPPED);
        assertThat(restarted.stepNames()).isEmpty();
    }

    /** Where the execution before did not end by the stop, Jakarta Batch begins at the first element: the stop is met again. */
    @Test
    void meetsTheStopAgainAfterARestartThatFailed() {
        TestBatch.SCRIPTED.play(Map.of("publish", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(JOB);

        BATCH.run("approval");
        JobRun failed = BATCH.run("approval");
        JobRun stoppedAgain = BATCH.run("approval");
        JobRun last = BATCH.run("approval");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.stepNames()).containsExactly("publish");
        assertThat(stoppedAgain.status()).isEqualTo(BatchStatus.STOPPED);
        assertThat(stoppedAgain.stepNames()).isEmpty();
        assertThat(last.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(last.stepNames()).containsExactly("publish", "report");
    }
}
