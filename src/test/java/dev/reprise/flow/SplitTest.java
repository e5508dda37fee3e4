package dev.reprise.flow;

import static dev.reprise.flow.ScriptedArtifacts.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.Flow;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.SplitBuilder;
import org.jberet.job.model.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §5: flows at the same time. */
@ExtendWith(ExpectedFailures.class)
class SplitTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    private static Flow flow(String id, Step... steps) {
        FlowBuilder flow = new FlowBuilder(id);
        for (Step step : steps) {
            flow.step(step);
        }
        return flow.build();
    }

    @Test
    void letsTheOthersCompleteWhenOneFailsAndSkipsThemOnTheRestart() {
        TestBatch.SCRIPTED.play(Map.of("b1", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("parallel")
                .split(new SplitBuilder("all")
                        .flow(flow(
                                "a", step("a1").next("a2").build(), step("a2").build()))
                        .flow(flow(
                                "b", step("b1").next("b2").build(), step("b2").build()))
                        .flow(flow("c", step("c1").build()))
                        .next("report")
                        .build())
                .step(step("report").build())
                .build());

        JobRun failed = BATCH.run("parallel");
        JobRun restarted = BATCH.run("parallel");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.stepNames())
                .containsExactlyInAnyOrder("a1", "a2", "b1", "c1")
                .containsSubsequence("a1", "a2");
        assertThat(failed.steps())
                .filteredOn(step -> step.status() == BatchStatus.COMPLETED)
                .hasSize(3);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.stepNames()).containsExactly("b1", "b2", "report");
    }

    /** The steps of an execution, however many threads work on it, are all rows of one execution. */
    @Test
    void isOneExecution() {
        TestBatch.SCRIPTED.play(Map.of());
        SplitBuilder split = new SplitBuilder("all");
        for (int i = 0; i < 8; i++) {
            split.flow(flow("flow" + i, step("step" + i).build()));
        }
        BATCH.define(new JobBuilder("parallel").split(split.build()).build());

        JobRun run = BATCH.run("parallel");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.steps())
                .hasSize(8)
                .allSatisfy(step -> assertThat(step.status()).isEqualTo(BatchStatus.COMPLETED));
        assertThat(BATCH.operator().getStepExecutions(run.executionId())).hasSize(8);
    }

    @Test
    void endsTheJobWhenOneOfItsStepsDoesAndNothingFollows() {
        TestBatch.SCRIPTED.play(Map.of("b1", List.of("ENOUGH")));
        BATCH.define(new JobBuilder("parallel")
                .split(new SplitBuilder("all")
                        .flow(flow(
                                "a", step("a1").next("a2").build(), step("a2").build()))
                        .flow(flow(
                                "b",
                                step("b1")
                                        .endOn("ENOUGH")
                                        .exitStatus("EARLY")
                                        .next("b2")
                                        .build(),
                                step("b2").build()))
                        .next("report")
                        .build())
                .step(step("report").build())
                .build());

        JobRun run = BATCH.run("parallel");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.exitStatus()).isEqualTo("EARLY");
        assertThat(run.stepNames()).containsExactlyInAnyOrder("a1", "a2", "b1");
    }
}
