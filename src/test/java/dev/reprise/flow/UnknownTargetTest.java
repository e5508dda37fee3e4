package dev.reprise.flow;

import static dev.reprise.flow.ScriptedArtifacts.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A transition to what is not there, and the way out: correct the job and launch it again. */
@ExtendWith(ExpectedFailures.class)
class UnknownTargetTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    private static final Job CORRECTED = new JobBuilder("misspelt")
            .step(step("load").next("report").build())
            .step(step("report").build())
            .build();

    @Test
    void failsTheJobWhichGoesOnWhenTheNameIsCorrected() {
        TestBatch.SCRIPTED.play(Map.of());
        BATCH.define(new JobBuilder("misspelt")
                .step(step("load").next("reprot").build())
                .step(step("report").build())
                .build());

        JobRun failed = BATCH.run("misspelt");
        BATCH.define(CORRECTED);
        JobRun restarted = BATCH.run("misspelt");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.step("load").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.instanceId()).isEqualTo(failed.instanceId());
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.stepNames()).containsExactly("report");
    }

    /** Jakarta Batch: what is in a flow goes on in that flow only. */
    @Test
    void isAlsoOneOutsideTheFlow() {
        TestBatch.SCRIPTED.play(Map.of());
        BATCH.define(new JobBuilder("outside")
                .flow(new FlowBuilder("flow")
                        .step(step("load").next("report").build())
                        .build())
                .step(step("report").build())
                .build());

        JobRun failed = BATCH.run("outside");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.stepNames()).containsExactly("load");
    }

    @Test
    void ofAStopRefusesTheRestartAndUsesThePositionUpOnlyIfThatIsAccepted() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of("WAIT")));
        BATCH.define(new JobBuilder("misspelt")
                .step(step("load")
                        .stopOn("WAIT")
                        .restartFrom("reprot")
                        .exitStatus()
                        .build())
                .step(step("report").build())
                .build());

        JobRun stopped = BATCH.run("misspelt");
        Refusal misspelt = refusal();
        BATCH.define(CORRECTED);
        Refusal gone = refusal();
        JobRun restarted =
                BATCH.run(LaunchRequest.of("misspelt").acceptingDefinition(String.valueOf(gone.acceptance())));

        assertThat(stopped.status()).isEqualTo(BatchStatus.STOPPED);
        assertThat(misspelt.kind()).isEqualTo(Kind.INVALID_JOB);
        assertThat(gone.kind()).isEqualTo(Kind.DEFINITION_CHANGED);
        assertThat(gone.faults()).anyMatch(fault -> fault.startsWith("'reprot': the restart is to begin there"));
        assertThat(restarted.instanceId()).isEqualTo(stopped.instanceId());
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.stepNames()).containsExactly("report");
    }

    /** Of the launch, and the preview says the same. */
    private static Refusal refusal() {
        LaunchRequest request = LaunchRequest.of("misspelt");
        Refusal refused = catchThrowableOfType(LaunchRefusedException.class, () -> BATCH.run(request))
                .refusal();
        assertThat(BATCH.launcher().explain(request)).isEqualTo(refused);
        return refused;
    }
}
