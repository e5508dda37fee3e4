package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.state.TransitionTaken;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.Decider;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.SplitBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which transitions a job takes, as JSR-352 §8.6 and §8.9 say, and that they are recorded. */
class CourseTest {

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("says", Says::new)
            .artifact("sets", Sets::new)
            .artifact("decides-plenty", () -> (Decider) executions -> "plenty")
            .artifact("decides-send", () -> (Decider) executions -> "send")
            .artifact("decides-badly", () -> (Decider) executions -> {
                throw new IllegalStateException("undecided");
            })
            .artifact("fails", CourseTest::failing)
            .build();

    /** A batchlet whose exit status is its property. */
    public static final class Says extends AbstractBatchlet {

        @Inject
        @BatchProperty
        private String status;

        @Override
        public String process() {
            return status;
        }
    }

    /** A batchlet that sets its exit status, and returns its property, if it has one. */
    public static final class Sets extends AbstractBatchlet {

        @Inject
        private StepContext step;

        @Inject
        @BatchProperty
        private @Nullable String returned;

        @Override
        public @Nullable String process() {
            step.setExitStatus("set");
            return returned;
        }
    }

    private static Batchlet failing() {
        return new AbstractBatchlet() {
            @Override
            public String process() {
                throw new IllegalStateException("always");
            }
        };
    }

    private static StepBuilder step(String id, String status) {
        return new StepBuilder(id).batchlet("says", new String[] {"status", status});
    }

    @Test
    void recordsTheTransitionOfEachStepWithItsExitStatus() {
        BATCH.define(new JobBuilder("steps")
                .step(step("load", "SOME REJECTED")
                        .next("never")
                        .nextOn("SOME *")
                        .to("mend")
                        .build())
                .step(step("mend", "fine").next("check").build())
                .step(step("check", "fine").endOn("f?ne").exitStatus("enough").build())
                .step(step("never", "").build())
                .build());

        JobRun run = BATCH.run("steps");

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.exitStatus()).isEqualTo("enough");
        assertThat(run.stepNames()).containsExactly("load", "mend", "check");
        assertThat(run.transitions())
                .containsExactly(
                        new TransitionTaken("load", "SOME REJECTED", TransitionKind.NEXT, "SOME *", "mend"),
                        new TransitionTaken("mend", "fine", TransitionKind.NEXT_ATTRIBUTE, "*", "check"),
                        new TransitionTaken("check", "fine", TransitionKind.END, "f?ne", null));
    }

    @Test
    void recordsWhatAStepLedToThatARestartSkips() {
        BATCH.define(new JobBuilder("skips")
                .step(step("load", "fine").next("send").build())
                .step(step("send", "fine")
                        .stopOn("*")
                        .restartFrom("load")
                        .exitStatus()
                        .build())
                .build());
        BATCH.run("skips");

        JobRun restarted = BATCH.run("skips");

        assertThat(restarted.stepNames()).isEmpty();
        assertThat(restarted.transitions())
                .containsExactly(
                        new TransitionTaken("load", "fine", TransitionKind.NEXT_ATTRIBUTE, "*", "send"),
                        new TransitionTaken("send", "fine", TransitionKind.STOP, "*", "load"));
    }

    @Test
    void recordsDecisionsAndTheEndsOfFlows() {
        BATCH.define(new JobBuilder("decisions")
                .flow(new FlowBuilder("flow")
                        .step(step("load", "fine").next("enough").build())
                        .decision(new DecisionBuilder("enough", "decides-plenty")
                                .nextOn("little")
                                .to("load")
                                .build())
                        .nextOn("pl*")
                        .to("after")
                        .build())
                .decision(new DecisionBuilder("after", "decides-send")
                        .failOn("send")
                        .exitStatus("cannot")
                        .build())
                .build());

        JobRun run = BATCH.run("decisions");

        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.exitStatus()).isEqualTo("cannot");
        assertThat(run.transitions())
                .containsExactly(
                        new TransitionTaken("load", "fine", TransitionKind.NEXT_ATTRIBUTE, "*", "enough"),
                        new TransitionTaken("flow", "plenty", TransitionKind.NEXT, "pl*", "after"),
                        new TransitionTaken("after", "send", TransitionKind.FAIL, "send", null));
    }

    @Test
    void endsTheJobAtAnEndInsideAFlow() {
        BATCH.define(new JobBuilder("ends")
                .flow(new FlowBuilder("outer")
                        .flow(new FlowBuilder("inner")
                                .step(step("load", "nothing")
                                        .endOn("nothing")
                                        .exitStatus("idle")
                                        .build())
                                .next("more")
                                .build())
                        .step(step("more", "").build())
                        .next("send")
                        .build())
                .step(step("send", "").build())
                .build());

        JobRun run = BATCH.run("ends");

        assertThat(run.stepNames()).containsExactly("load");
        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.exitStatus()).isEqualTo("idle");
    }

    @Test
    void endsTheJobAtAnEndInAFlowOfASplitInsideAFlow() {
        BATCH.define(new JobBuilder("split-ends")
                .flow(new FlowBuilder("outer")
                        .split(new SplitBuilder("both")
                                .flow(new FlowBuilder("left")
                                        .step(step("load", "nothing")
                                                .endOn("n*")
                                                .exitStatus()
                                                .build())
                                        .build())
                                .flow(new FlowBuilder("right")
                                        .step(step("check", "").build())
                                        .build())
                                .build())
                        .next("send")
                        .build())
                .step(step("send", "").build())
                .build());

        JobRun run = BATCH.run("split-ends");

        assertThat(run.stepNames()).containsExactlyInAnyOrder("load", "check");
        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
    }

    @Test
    void takesEverythingButStarAndQuestionMarkLiterally() {
        BATCH.define(new JobBuilder("literal")
                .step(step("load", "A+B (1.5)\nmore")
                        .failOn("A.B*")
                        .exitStatus()
                        .nextOn("A+? (1.5)*")
                        .to("send")
                        .build())
                .step(step("send", "").build())
                .build());

        JobRun run = BATCH.run("literal");

        assertThat(run.stepNames()).containsExactly("load", "send");
        assertThat(run.transitions().get(0).on()).isEqualTo("A+? (1.5)*");
    }

    @Test
    void routesAFailureAndNothingElseAfterOne() {
        BATCH.define(new JobBuilder("routed")
                .step(new StepBuilder("load")
                        .batchlet("fails")
                        .next("never")
                        .nextOn("FAILED")
                        .to("mend")
                        .build())
                .step(new StepBuilder("mend").batchlet("fails").next("never").build())
                .step(step("never", "").build())
                .build());

        JobRun run = BATCH.run("routed");

        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.transitions())
                .containsExactly(new TransitionTaken("load", "FAILED", TransitionKind.NEXT, "FAILED", "mend"));
    }

    @Test
    void endsTheJobAtAnEndOfADecisionInAFlowOfASplit() {
        BATCH.define(new JobBuilder("decision-ends")
                .split(new SplitBuilder("both")
                        .flow(new FlowBuilder("left")
                                .step(step("load", "").next("enough").build())
                                .decision(new DecisionBuilder("enough", "decides-plenty")
                                        .endOn("*")
                                        .exitStatus("idle")
                                        .build())
                                .build())
                        .flow(new FlowBuilder("right")
                                .step(step("check", "").build())
                                .build())
                        .next("send")
                        .build())
                .step(step("send", "").build())
                .build());

        JobRun run = BATCH.run("decision-ends");

        assertThat(run.stepNames()).containsExactlyInAnyOrder("load", "check");
        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.exitStatus()).isEqualTo("idle");
    }

    @Test
    void failsTheJobWhenADeciderThrowsInAFlow() {
        BATCH.define(new JobBuilder("undecided")
                .flow(new FlowBuilder("outer")
                        .flow(new FlowBuilder("inner")
                                .step(step("load", "").next("enough").build())
                                .decision(new DecisionBuilder("enough", "decides-badly")
                                        .nextOn("*")
                                        .to("load")
                                        .build())
                                .next("more")
                                .build())
                        .step(step("more", "").build())
                        .next("send")
                        .build())
                .step(step("send", "").build())
                .build());

        JobRun run = BATCH.run("undecided");

        assertThat(run.stepNames()).containsExactly("load");
        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
    }

    @Test
    void givesTheJobWhatADeciderInAFlowReturns() {
        BATCH.define(new JobBuilder("decided")
                .flow(new FlowBuilder("flow")
                        .step(step("load", "").next("enough").build())
                        .decision(new DecisionBuilder("enough", "decides-plenty")
                                .nextOn("*")
                                .to("more")
                                .build())
                        .step(step("more", "").build())
                        .build())
                .build());

        assertThat(BATCH.run("decided").exitStatus()).isEqualTo("plenty");
    }

    @Test
    void restartsWhereAStopInsideASplitSays() {
        BATCH.define(new JobBuilder("stops")
                .split(new SplitBuilder("both")
                        .flow(new FlowBuilder("left")
                                .step(step("load", "wait")
                                        .stopOn("wait")
                                        .restartFrom("send")
                                        .exitStatus()
                                        .build())
                                .build())
                        .flow(new FlowBuilder("right")
                                .step(step("check", "").build())
                                .build())
                        .build())
                .step(step("send", "sent").build())
                .build());

        JobRun stopped = BATCH.run("stops");
        JobRun restarted = BATCH.run("stops");

        assertThat(stopped.status()).isEqualTo(BatchStatus.STOPPED);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(restarted.stepNames()).containsExactly("send");
    }

    @Test
    void failsTheJobAtAStepThatMayNotStartAnyMore() {
        BATCH.define(new JobBuilder("limited")
                .step(new StepBuilder("load")
                        .batchlet("fails")
                        .startLimit(1)
                        .nextOn("FAILED")
                        .to("mend")
                        .build())
                .step(new StepBuilder("mend").batchlet("fails").build())
                .build());
        BATCH.run("limited");

        JobRun limited = BATCH.run("limited");

        assertThat(limited.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(limited.stepNames()).isEmpty();
    }

    @Test
    void failsTheJobWhenItsTransitionsLeadBackToAStepThatARestartSkips() {
        BATCH.define(new JobBuilder("loops")
                .step(step("load", "").next("send").build())
                .step(step("send", "").next("load").build())
                .build());
        assertThat(BATCH.run("loops").status()).isEqualTo(BatchStatus.FAILED);

        JobRun again = BATCH.run("loops");

        assertThat(again.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(again.stepNames()).isEmpty();
    }

    @Test
    void keepsTheExitStatusThatABatchletSetsAndDoesNotReturn() {
        BATCH.define(new JobBuilder("sets")
                .step(new StepBuilder("load")
                        .batchlet("sets")
                        .endOn("set")
                        .exitStatus("seen")
                        .build())
                .build());

        JobRun run = BATCH.run("sets");

        assertThat(run.step("load").exitStatus()).isEqualTo("set");
        assertThat(run.exitStatus()).isEqualTo("seen");
    }

    @Test
    void recordsTheWayOnFromASplitWhenItsLastFlowHasEnded() {
        BATCH.define(new JobBuilder("splits")
                .flow(new FlowBuilder("outer")
                        .split(new SplitBuilder("both")
                                .flow(new FlowBuilder("left")
                                        .step(step("load", "").build())
                                        .build())
                                .flow(new FlowBuilder("right")
                                        .step(step("check", "").build())
                                        .build())
                                .build())
                        .next("again")
                        .build())
                .split(new SplitBuilder("again")
                        .flow(new FlowBuilder("one")
                                .step(step("first", "").build())
                                .build())
                        .flow(new FlowBuilder("two")
                                .step(step("second", "").build())
                                .build())
                        .next("send")
                        .build())
                .step(step("send", "").build())
                .build());

        assertThat(BATCH.run("splits").transitions())
                .containsExactly(
                        new TransitionTaken("outer", "COMPLETED", TransitionKind.NEXT_ATTRIBUTE, "*", "again"),
                        new TransitionTaken("again", "COMPLETED", TransitionKind.NEXT_ATTRIBUTE, "*", "send"));
    }

    @Test
    void failsTheJobWhenAStepComesASecondTimeWhereverItsFailureIsRouted() {
        BATCH.define(new JobBuilder("comes-again")
                .step(step("load", "").next("send").nextOn("FAILED").to("mend").build())
                .step(step("send", "").next("load").build())
                .step(step("mend", "").build())
                .build());

        JobRun run = BATCH.run("comes-again");

        assertThat(run.stepNames()).containsExactly("load", "send");
        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
    }

    @Test
    void failsTheJobWhenADeciderThrowsWhileAnotherFlowOfASplitEndsTheJob() {
        BATCH.define(new JobBuilder("one-undecided")
                .split(new SplitBuilder("both")
                        .flow(new FlowBuilder("left")
                                .flow(new FlowBuilder("inner")
                                        .step(step("load", "").next("enough").build())
                                        .decision(new DecisionBuilder("enough", "decides-badly").build())
                                        .build())
                                .build())
                        .flow(new FlowBuilder("right")
                                .step(step("check", "")
                                        .endOn("*")
                                        .exitStatus("idle")
                                        .build())
                                .build())
                        .build())
                .build());

        JobRun run = BATCH.run("one-undecided");

        assertThat(run.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.exitStatus()).isEqualTo("FAILED");
    }

    @Test
    void takesTheExitStatusThatABatchletReturnsForItsOwnAlsoIfItIsTheNameOfItsStatus() {
        BATCH.define(new JobBuilder("returns")
                .step(new StepBuilder("load")
                        .batchlet("sets", new String[] {"returned", "COMPLETED"})
                        .build())
                .build());

        assertThat(BATCH.run("returns").step("load").exitStatus()).isEqualTo("COMPLETED");
    }
}
