package dev.reprise.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.job.JobGraph;
import dev.reprise.monitor.ExecutionGraph.Passage;
import dev.reprise.state.ExecutionState;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.Decider;
import java.util.Map;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.SplitBuilder;
import org.jberet.job.model.Step;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ExecutionGraphTest {

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("works", () -> new AbstractBatchlet() {
                @Override
                public String process() {
                    return "done";
                }
            })
            .artifact("decides", () -> (Decider) executions -> "go")
            .build();

    private static StepBuilder step(String id) {
        return new StepBuilder(id).batchlet("works");
    }

    private static Step last(String id) {
        return step(id).build();
    }

    private static Job job() {
        return new JobBuilder("nightly")
                .step(step("fetch").next("both").build())
                .split(new SplitBuilder("both")
                        .flow(new FlowBuilder("left").step(last("sort")).build())
                        .flow(new FlowBuilder("right")
                                .step(step("check")
                                        .nextOn("FAILED")
                                        .to("mend")
                                        .failOn("bad")
                                        .exitStatus()
                                        .build())
                                .step(last("mend"))
                                .build())
                        .next("enough")
                        .build())
                .decision(new DecisionBuilder("enough", "decides")
                        .nextOn("go")
                        .to("send")
                        .build())
                .step(last("send"))
                .step(last("never"))
                .build();
    }

    private static Map<String, Passage> passages(JobRun run) {
        JobGraph graph = JobGraph.of(job());
        ExecutionState execution =
                BATCH.repository().history().execution(run.executionId()).orElseThrow();
        return ExecutionGraph.of(
                        graph,
                        run.status(),
                        run.steps(),
                        run.transitions(),
                        BATCH.repository().recorded().skipped(graph, execution))
                .passages();
    }

    @Test
    void showsWhatFailedAndWhatWasNotReached() {
        BATCH.define(job());
        BATCH.failAt("sort", 1);

        assertThat(passages(BATCH.run("nightly")))
                .containsEntry("fetch", Passage.COMPLETED)
                .containsEntry("both", Passage.FAILED)
                .containsEntry("left", Passage.FAILED)
                .containsEntry("sort", Passage.FAILED)
                .containsEntry("right", Passage.COMPLETED)
                .containsEntry("mend", Passage.NOT_REACHED)
                .containsEntry("enough", Passage.NOT_REACHED)
                .containsEntry("send", Passage.NOT_REACHED);
    }

    @Test
    void showsWhatARestartSkipsAndRuns() {
        BATCH.define(job());
        BATCH.failAt("send", 1);
        BATCH.run("nightly");

        assertThat(passages(BATCH.run("nightly")))
                .containsEntry("fetch", Passage.SKIPPED)
                .containsEntry("sort", Passage.SKIPPED)
                .containsEntry("check", Passage.SKIPPED)
                .containsEntry("both", Passage.SKIPPED)
                .containsEntry("enough", Passage.COMPLETED)
                .containsEntry("send", Passage.COMPLETED)
                .containsEntry("never", Passage.NOT_REACHED);
    }

    @Test
    void doesNotCallAFlowFailedThatRoutedAFailure() {
        BATCH.define(job());
        BATCH.failAt("check", 1);

        assertThat(passages(BATCH.run("nightly")))
                .containsEntry("check", Passage.FAILED)
                .containsEntry("mend", Passage.COMPLETED)
                .containsEntry("right", Passage.COMPLETED)
                .containsEntry("both", Passage.COMPLETED);
    }

    /** The only step of a flow of a split leads nowhere, and nothing leads to it. */
    @Test
    void showsWhatARestartSkipsAlsoWhereItFailsAgain() {
        BATCH.define(job());
        BATCH.failAt("sort", 1);
        BATCH.run("nightly");
        BATCH.failAt("sort", 1);

        assertThat(passages(BATCH.run("nightly")))
                .containsEntry("fetch", Passage.SKIPPED)
                .containsEntry("sort", Passage.FAILED)
                .containsEntry("check", Passage.SKIPPED)
                .containsEntry("right", Passage.SKIPPED)
                .containsEntry("mend", Passage.NOT_REACHED)
                .containsEntry("send", Passage.NOT_REACHED);
    }
}
