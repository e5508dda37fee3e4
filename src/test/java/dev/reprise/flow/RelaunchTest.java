package dev.reprise.flow;

import static dev.reprise.flow.ScriptedArtifacts.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.JobBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §3 and §5: what the same launch does again, after each way that a transition can end a job. */
@ExtendWith(ExpectedFailures.class)
class RelaunchTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    @Test
    void afterAnEndIsRefusedAlthoughStepsAreLeft() {
        TestBatch.SCRIPTED.play(Map.of("count", List.of("EMPTY")));
        BATCH.define(new JobBuilder("daily")
                .step(step("count")
                        .endOn("EMPTY")
                        .exitStatus("NOTHING TO DO")
                        .next("load")
                        .build())
                .step(step("load").build())
                .build());

        JobRun ended = BATCH.run("daily");

        assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ended.exitStatus()).isEqualTo("NOTHING TO DO");
        assertThat(ended.stepNames()).containsExactly("count");
        assertThat(catchThrowableOfType(LaunchRefusedException.class, () -> BATCH.run("daily"))
                        .refusal()
                        .kind())
                .isEqualTo(Kind.ALREADY_COMPLETE);
    }

    /** Jakarta Batch: a complete step does not run again only because a transition made the job fail after it. */
    @Test
    void afterAFailFailsAgainWithoutRunningTheCompleteStep() {
        TestBatch.SCRIPTED.play(Map.of("check", List.of("BAD")));
        BATCH.define(new JobBuilder("daily")
                .step(step("check").failOn("BAD").exitStatus("REJECTED").build())
                .build());

        JobRun failed = BATCH.run("daily");
        JobRun again = BATCH.run("daily");

        assertThat(failed.step("check").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(List.of(failed.status(), again.status())).containsOnly(BatchStatus.FAILED);
        assertThat(again.exitStatus()).isEqualTo("REJECTED");
        assertThat(again.instanceId()).isEqualTo(failed.instanceId());
        assertThat(again.stepNames()).isEmpty();
    }

    @Test
    void afterAFailRunsAStepThatMayRunAgainAndTakesItsNewExitStatus() {
        TestBatch.SCRIPTED.play(Map.of("check", List.of("BAD", "GOOD")));
        BATCH.define(new JobBuilder("daily")
                .step(step("check")
                        .allowStartIfComplete(true)
                        .failOn("BAD")
                        .exitStatus()
                        .next("load")
                        .build())
                .step(step("load").build())
                .build());

        BATCH.run("daily");
        JobRun again = BATCH.run("daily");

        assertThat(again.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(again.stepNames()).containsExactly("check", "load");
    }

    @Test
    void afterAStopWithoutAPositionStopsAtTheSamePlace() {
        TestBatch.SCRIPTED.play(Map.of());
        BATCH.define(new JobBuilder("daily")
                .step(step("ask")
                        .stopOn("COMPLETED")
                        .exitStatus("WAITING")
                        .next("load")
                        .build())
                .step(step("load").build())
                .build());

        JobRun stopped = BATCH.run("daily");
        JobRun again = BATCH.run("daily");

        assertThat(List.of(stopped.status(), again.status())).containsOnly(BatchStatus.STOPPED);
        assertThat(again.exitStatus()).isEqualTo("WAITING");
        assertThat(stopped.stepNames()).containsExactly("ask");
        assertThat(again.stepNames()).isEmpty();
    }
}
