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

/** Jakarta Batch forbids loops; the engine refuses what it sees, and can be told to allow them. */
@ExtendWith(ExpectedFailures.class)
class LoopTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    private static final Job LOOP = new JobBuilder("loop")
            .step(step("fetch").next("load").build())
            .step(step("load").nextOn("MORE").to("fetch").build())
            .build();

    @Test
    void failsTheJobWhenAStepComesAgain() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of("MORE", "DONE")));
        BATCH.define(LOOP);

        JobRun run = BATCH.run("loop");

        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.stepNames()).containsExactly("fetch", "load");
        assertThat(run.steps()).allSatisfy(step -> assertThat(step.status()).isEqualTo(BatchStatus.COMPLETED));
    }

    /** A parameter of the engine; each time is a step execution of its own. */
    @Test
    void isAllowedOnRequest() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of("MORE", "MORE", "DONE")));
        BATCH.define(LOOP);

        JobRun run = BATCH.run("loop", Map.of("jberet.loop.allowed", "true"));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.stepNames()).containsExactly("fetch", "load", "fetch", "load", "fetch", "load");
        assertThat(run.steps().get(5).exitStatus()).isEqualTo("DONE");
    }

    /** It is not even an error: a failed step that leads back to one that ran is one that leads nowhere. */
    @Test
    void ofAFailedStepToItselfIsNotTaken() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS)));
        BATCH.define(new JobBuilder("loop")
                .step(step("load").nextOn("FAILED").to("load").build())
                .build());

        JobRun run = BATCH.run("loop");

        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.stepNames()).containsExactly("load");
    }
}
