package dev.reprise.flow;

import static dev.reprise.flow.ScriptedArtifacts.step;
import static org.assertj.core.api.Assertions.assertThat;

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

/** contract.md §5: where a job goes after a step that failed. */
@ExtendWith(ExpectedFailures.class)
class ErrorRouteTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    @Test
    void leadsToTheStepForErrorsAndTheJobIsComplete() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS)));
        BATCH.define(new JobBuilder("routed")
                .step(step("load").nextOn("FAILED").to("repair").next("report").build())
                .step(step("report").build())
                .step(step("repair").build())
                .build());

        JobRun run = BATCH.run("routed");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.stepNames()).containsExactly("load", "repair");
        assertThat(run.step("load").status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.step("load").failure()).contains("as the script of load says");
    }

    @Test
    void isNeverTheNextAttribute() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS)));
        BATCH.define(new JobBuilder("unrouted")
                .step(step("load")
                        .nextOn("COMPLETED")
                        .to("report")
                        .next("report")
                        .build())
                .step(step("report").build())
                .build());

        JobRun run = BATCH.run("unrouted");

        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.stepNames()).containsExactly("load");
    }

    @Test
    void mayEndTheJobAsComplete() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS)));
        BATCH.define(new JobBuilder("forgiven")
                .step(step("load").endOn("F*").exitStatus("WITHOUT LOAD").build())
                .build());

        JobRun run = BATCH.run("forgiven");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.exitStatus()).isEqualTo("WITHOUT LOAD");
    }

    /** The failed step is not complete, so a restart runs it; the repair is, so it does not. */
    @Test
    void isTakenAgainOrNotOnARestart() {
        TestBatch.SCRIPTED.play(Map.of(
                "load", List.of(ScriptedJob.THROWS, ScriptedJob.THROWS, ScriptedJob.NOTHING),
                "report", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("routed")
                .step(step("load").nextOn("FAILED").to("repair").next("publish").build())
                .step(step("repair").next("report").build())
                .step(step("report").next("publish").build())
                .step(step("publish").failOn("COMPLETED").exitStatus().build())
                .build());

        JobRun first = BATCH.run("routed");
        JobRun second = BATCH.run("routed");
        JobRun third = BATCH.run("routed");

        assertThat(first.stepNames()).containsExactly("load", "repair", "report");
        assertThat(second.stepNames()).containsExactly("load", "report", "publish");
        assertThat(third.stepNames()).containsExactly("load");
    }
}
