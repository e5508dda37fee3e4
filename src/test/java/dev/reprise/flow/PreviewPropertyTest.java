package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.flow.ScriptedJob.Element;
import dev.reprise.flow.ScriptedJob.ScriptedFlow;
import dev.reprise.flow.ScriptedJob.ScriptedStep;
import dev.reprise.job.RestartWay.Reach;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.Fate;
import dev.reprise.state.LaunchDecision.Restart;
import dev.reprise.state.LaunchDecision.StepPlan;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * contract.md §8.3: of random jobs that fail, stop and are changed, each restart does what the preview said of it a moment
 * before.
 */
class PreviewPropertyTest {

    private static final String JOB = "previewed";
    private static final int RESTARTS = 4;

    private static final ScriptedArtifacts SCRIPTED = TestBatch.SCRIPTED;
    private static final InProcessBatch BATCH = TestBatch.BATCH;

    private static int instances;

    /** What is changed in a job before a restart. */
    enum What {
        NOTHING,
        REMOVE,
        SWAP,
        RENAME,
        RUN_AGAIN,
        LIMIT
    }

    /** @param element counted over the elements on the job's own level, round and round */
    record Change(What what, int element) {}

    @BeforeContainer
    static void open() {
        ExpectedFailures.hide();
        BATCH.open();
    }

    @AfterContainer
    static void close() {
        BATCH.close();
        ExpectedFailures.show();
    }

    @Property(tries = 200)
    void whatThePreviewSaysIsWhatHappens(@ForAll("jobs") ScriptedJob job, @ForAll("changes") List<Change> changes) {
        SCRIPTED.play(job.scripts());
        BATCH.define(job.forTheEngine(JOB));
        LaunchRequest request = LaunchRequest.of(JOB).with("instance", String.valueOf(++instances));
        assertThat(BATCH.launcher().explain(request)).isInstanceOf(LaunchDecision.Start.class);
        JobRun last = BATCH.run(request);
        ScriptedJob deployed = job;
        for (int restart = 0; restart < RESTARTS && last.status() != BatchStatus.COMPLETED; restart++) {
            deployed = changed(deployed, changes.get(restart));
            BATCH.define(deployed.forTheEngine(JOB));
            last = restart(request, last, deployed);
        }
        Refusal never = refusal(request);
        assertThat(last.status() != BatchStatus.COMPLETED || never.kind() == Kind.ALREADY_COMPLETE)
                .isTrue();
    }

    private JobRun restart(LaunchRequest request, JobRun before, ScriptedJob deployed) {
        LaunchDecision preview = BATCH.launcher().explain(request);
        Statistics.collect(
                preview instanceof Refusal refused
                        ? refused.kind()
                        : preview.getClass().getSimpleName());
        if (preview instanceof Refusal refused) {
            assertThat(refusal(request)).as("refusal of %s", deployed).isEqualTo(refused);
            if (refused.acceptance() == null) {
                return before;
            }
            LaunchRequest accepting = request.acceptingDefinition(refused.acceptance());
            return run(accepting, BATCH.launcher().explain(accepting), deployed);
        }
        return run(request, preview, deployed);
    }

    private static Refusal refusal(LaunchRequest request) {
        LaunchDecision preview = BATCH.launcher().explain(request);
        if (!(preview instanceof Refusal)) {
            return new Refusal(Kind.NO_SUCH_JOB, JOB, null, null, null, List.of(), "none");
        }
        return catchThrowableOfType(LaunchRefusedException.class, () -> BATCH.run(request))
                .refusal();
    }

    private static JobRun run(LaunchRequest request, LaunchDecision preview, ScriptedJob deployed) {
        JobRun run = BATCH.run(request);
        String about = "preview " + preview + "\nof " + deployed + "\n" + run;
        assertThat(preview).as(about).isInstanceOf(Restart.class);
        boolean allComplete = run.status() == BatchStatus.COMPLETED
                && run.steps().stream().allMatch(step -> step.status() == BatchStatus.COMPLETED);
        for (StepPlan plan : ((Restart) preview).steps()) {
            boolean ran = run.stepNames().contains(plan.step());
            Boolean expected = expected(plan, allComplete);
            if (expected != null) {
                assertThat(ran).as("%s runs\n%s", plan, about).isEqualTo(expected);
            }
            if (plan.fate() == Fate.AT_LIMIT && plan.reach() == Reach.WILL) {
                assertThat(run.status()).as(about).isEqualTo(BatchStatus.FAILED);
            }
        }
        SCRIPTED.takeTrace();
        return run;
    }

    /** Whether the step is to run; null if the preview leaves that open. */
    private static @Nullable Boolean expected(StepPlan plan, boolean allComplete) {
        if (plan.reach() == Reach.NOT || plan.fate() == Fate.SKIP || plan.fate() == Fate.AT_LIMIT) {
            return false;
        }
        boolean certain = plan.reach() == Reach.WILL || (plan.reach() == Reach.IF_COMPLETE && allComplete);
        return certain ? true : null;
    }

    // ---- Jobs and changes ------------------------------------------------------------------------------------------

    @Provide
    Arbitrary<ScriptedJob> jobs() {
        return ScriptedJobs.any();
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        return Combinators.combine(
                        Arbitraries.of(What.class), Arbitraries.integers().between(0, 9))
                .as(Change::new)
                .list()
                .ofSize(RESTARTS);
    }

    private static ScriptedJob changed(ScriptedJob job, Change change) {
        List<Element> elements = new ArrayList<>(job.elements());
        int at = change.element() % elements.size();
        Element element = elements.get(at);
        switch (change.what()) {
            case NOTHING -> {}
            case REMOVE -> {
                if (elements.size() > 1) {
                    elements.remove(at);
                }
            }
            case SWAP -> Collections.swap(elements, at, 0);
            case RENAME -> {
                if (element instanceof ScriptedStep step) {
                    elements.set(at, step(step, step.id() + "x", step.allowStartIfComplete(), step.startLimit()));
                } else if (element instanceof ScriptedFlow flow) {
                    elements.set(
                            at, new ScriptedFlow(flow.id() + "x", flow.next(), flow.transitions(), flow.elements()));
                }
            }
            case RUN_AGAIN -> {
                if (element instanceof ScriptedStep step) {
                    elements.set(at, step(step, step.id(), !step.allowStartIfComplete(), step.startLimit()));
                }
            }
            case LIMIT -> {
                if (element instanceof ScriptedStep step) {
                    elements.set(at, step(step, step.id(), step.allowStartIfComplete(), 2 - step.startLimit()));
                }
            }
        }
        return new ScriptedJob(elements);
    }

    private static ScriptedStep step(ScriptedStep step, String id, boolean allowStartIfComplete, int startLimit) {
        return new ScriptedStep(id, step.next(), step.transitions(), allowStartIfComplete, startLimit, step.script());
    }
}
