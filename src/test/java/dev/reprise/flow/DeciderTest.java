package dev.reprise.flow;

import static dev.reprise.flow.ScriptedArtifacts.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.Decision;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.SplitBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §5: what a decider gets to see, and what becomes of its answer. */
@ExtendWith(ExpectedFailures.class)
class DeciderTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    private static final Job DECIDED = new JobBuilder("decided")
            .step(step("load").next("decision").build())
            .decision(decision("report"))
            .step(step("report").build())
            .build();

    private static Decision decision(String next) {
        return new DecisionBuilder("decision", ScriptedArtifacts.DECIDER)
                .property(ScriptedArtifacts.DECISION, "decision")
                .nextOn("GO")
                .to(next)
                .failOn("HALT")
                .exitStatus()
                .build();
    }

    @Test
    void seesTheStepBeforeItAlsoIfThatWasSkipped() {
        TestBatch.SCRIPTED.play(Map.of("decision", List.of("HALT", "GO")));
        BATCH.define(DECIDED);

        JobRun halted = BATCH.run("decided");
        List<String> first = TestBatch.SCRIPTED.takeTrace();
        JobRun restarted = BATCH.run("decided");

        assertThat(halted.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(halted.exitStatus()).isEqualTo("HALT");
        assertThat(first).containsExactly("load", "decision(load)");
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.exitStatus()).isEqualTo("GO");
        assertThat(TestBatch.SCRIPTED.takeTrace()).containsExactly("decision(load)", "report");
    }

    @Test
    void seesTheLastStepOfAFlow() {
        TestBatch.SCRIPTED.play(Map.of("decision", List.of("GO")));
        BATCH.define(new JobBuilder("decided")
                .flow(new FlowBuilder("flow")
                        .step(step("first").next("second").build())
                        .step(step("second").build())
                        .next("decision")
                        .build())
                .decision(decision("report"))
                .step(step("report").build())
                .build());

        BATCH.run("decided");

        assertThat(TestBatch.SCRIPTED.takeTrace()).containsExactly("first", "second", "decision(second)", "report");
    }

    @Test
    void seesTheLastStepOfEachFlowOfASplitAlsoThoseOfEarlierExecutions() {
        TestBatch.SCRIPTED.play(
                Map.of("decision", List.of("GO"), "b1", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("decided")
                .split(new SplitBuilder("split")
                        .flow(new FlowBuilder("a").step(step("a1").build()).build())
                        .flow(new FlowBuilder("b").step(step("b1").build()).build())
                        .next("decision")
                        .build())
                .decision(decision("report"))
                .step(step("report").build())
                .build());

        BATCH.run("decided");
        TestBatch.SCRIPTED.takeTrace();
        BATCH.run("decided");

        assertThat(TestBatch.SCRIPTED.takeTrace()).containsExactly("b1", "decision(a1 b1)", "report");
    }

    @Test
    void thatThrowsFailsTheJobAndIsAskedAgainOnTheRestart() {
        TestBatch.SCRIPTED.play(Map.of("decision", List.of(ScriptedJob.THROWS, "GO")));
        BATCH.define(DECIDED);

        JobRun failed = BATCH.run("decided");
        JobRun restarted = BATCH.run("decided");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.stepNames()).containsExactly("load");
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.stepNames()).containsExactly("report");
    }

    @Test
    void whoseAnswerNobodyTakesLetsTheJobEnd() {
        TestBatch.SCRIPTED.play(Map.of("decision", List.of("MAYBE")));
        BATCH.define(DECIDED);

        JobRun run = BATCH.run("decided");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.exitStatus()).isEqualTo("MAYBE");
        assertThat(run.stepNames()).containsExactly("load");
    }

    /** Whatever the decider of another flow says, before or after. */
    @ParameterizedTest
    @EnumSource(
            value = BatchStatus.class,
            names = {"COMPLETED", "FAILED", "STOPPED"})
    void thatEndsTheJobInAFlowOfASplitSaysHow(BatchStatus how) {
        TestBatch.SCRIPTED.play(Map.of("one", List.of("B"), "other", List.of("A")));
        DecisionBuilder one =
                new DecisionBuilder("one", ScriptedArtifacts.DECIDER).property(ScriptedArtifacts.DECISION, "one");
        switch (how) {
            case FAILED -> one.failOn("B").exitStatus();
            case STOPPED -> one.stopOn("B").exitStatus();
            default -> one.endOn("B").exitStatus();
        }
        BATCH.define(new JobBuilder("decided")
                .split(new SplitBuilder("split")
                        .flow(new FlowBuilder("a")
                                .step(step("a1").next("one").build())
                                .decision(one.build())
                                .build())
                        .flow(new FlowBuilder("b")
                                .step(step("b1").next("other").build())
                                .decision(new DecisionBuilder("other", ScriptedArtifacts.DECIDER)
                                        .property(ScriptedArtifacts.DECISION, "other")
                                        .build())
                                .build())
                        .build())
                .build());

        JobRun run = BATCH.run("decided");

        assertThat(run.status()).isEqualTo(how);
        assertThat(run.exitStatus()).isEqualTo("B");
    }
}
