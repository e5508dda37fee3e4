package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.identity.JobParameter;
import dev.reprise.job.RestartWay.Reach;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.EffectiveParameter;
import dev.reprise.state.LaunchDecision.Fate;
import dev.reprise.state.LaunchDecision.PartitionPlan;
import dev.reprise.state.LaunchDecision.Restart;
import dev.reprise.state.LaunchDecision.Source;
import dev.reprise.state.LaunchDecision.Start;
import dev.reprise.state.LaunchDecision.StepPlan;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import dev.reprise.testing.RangeReader;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §8.3: what the preview says of steps, partitions and parameters is what then happens. */
@ExtendWith(ExpectedFailures.class)
class PreviewTest {

    /** A job with this name has a parameter schema with defaults. */
    private static final String WITH_SCHEMA = "flight-performance";

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("task", () -> new AbstractBatchlet() {
                @Override
                public String process() {
                    return "DONE";
                }
            })
            .artifact("ten", RangeReader::new)
            .artifact("nowhere", () -> new AbstractItemWriter() {
                @Override
                public void writeItems(List<Object> items) {}
            })
            .build();

    private static StepBuilder task(String id) {
        return new StepBuilder(id).batchlet("task");
    }

    private static StepBuilder ten(String id) {
        return new StepBuilder(id)
                .reader("ten", new String[] {"first", "1"}, new String[] {"last", "10"})
                .writer("nowhere")
                .itemCount(3);
    }

    private static List<StepPlan> steps(String job) {
        return ((Restart) BATCH.launcher().explain(LaunchRequest.of(job))).steps();
    }

    /** The form says a default, and the restart takes what the execution before had. */
    @Test
    void saysWhichParametersARestartTakes() {
        BATCH.define(new JobBuilder(WITH_SCHEMA).step(task("only").build()).build());
        BATCH.failAt("only", 1);
        LaunchRequest month = LaunchRequest.of(WITH_SCHEMA).with("month", "2001-01");
        LaunchDecision first = BATCH.launcher().explain(month.with("maxRejectPercent", "5"));
        BATCH.run(month.with("maxRejectPercent", "5").with("input", "a"));
        LaunchRequest again = month.with("input", "b");

        LaunchDecision preview = BATCH.launcher().explain(again);
        JobRun restarted = BATCH.run(again);

        assertThat(((Start) first).parameters())
                .containsExactly(
                        new EffectiveParameter("alertBelowPercent", "80", false, false, Source.DEFAULT, null),
                        new EffectiveParameter("maxRejectPercent", "5", false, false, Source.GIVEN, null),
                        new EffectiveParameter("month", "2001-01", true, false, Source.GIVEN, null));
        assertThat(((Restart) preview).parameters())
                .containsExactly(
                        new EffectiveParameter("alertBelowPercent", "80", false, false, Source.CARRIED, null),
                        new EffectiveParameter("input", "b", false, false, Source.GIVEN, "a"),
                        new EffectiveParameter("maxRejectPercent", "5", false, false, Source.CARRIED, null),
                        new EffectiveParameter("month", "2001-01", true, false, Source.GIVEN, null));
        Map<String, String> taken = new LinkedHashMap<>();
        for (Map.Entry<String, JobParameter> parameter : BATCH.repository()
                .recorded()
                .parameters(restarted.executionId())
                .byName()
                .entrySet()) {
            taken.put(parameter.getKey(), parameter.getValue().value());
        }
        Map<String, String> said = new LinkedHashMap<>();
        ((Restart) preview).parameters().forEach(parameter -> said.put(parameter.name(), parameter.value()));
        assertThat(taken).isEqualTo(said);
    }

    @Test
    void knowsWhereAStopLetsTheRestartBegin() {
        BATCH.define(new JobBuilder("approval")
                .step(task("prepare")
                        .stopOn("DONE")
                        .restartFrom("publish")
                        .exitStatus()
                        .build())
                .step(task("remind").next("publish").build())
                .step(task("publish").next("report").build())
                .step(task("report").build())
                .build());
        BATCH.run("approval");

        List<StepPlan> plan = steps("approval");
        JobRun restarted = BATCH.run("approval");

        assertThat(plan)
                .extracting(StepPlan::reach)
                .containsExactly(Reach.NOT, Reach.NOT, Reach.WILL, Reach.IF_COMPLETE);
        assertThat(restarted.stepNames()).containsExactly("publish", "report");
    }

    @Test
    void saysMayWhereAnExitStatusDecides() {
        BATCH.define(new JobBuilder("judged")
                .step(task("judge")
                        .nextOn("GOOD")
                        .to("send")
                        .nextOn("DONE")
                        .to("report")
                        .build())
                .step(task("send").build())
                .step(task("report").build())
                .build());
        BATCH.failAt("judge", 1);
        BATCH.run("judged");

        assertThat(steps("judged")).extracting(StepPlan::reach).containsExactly(Reach.WILL, Reach.MAY, Reach.MAY);

        BATCH.failAt("report", 1);
        BATCH.run("judged");

        assertThat(steps("judged")).extracting(StepPlan::reach).containsExactly(Reach.WILL, Reach.NOT, Reach.WILL);
    }

    @Test
    void knowsThePartitionsThatAreLeft() {
        BATCH.define(new JobBuilder("spread")
                .step(ten("work").partitionPlan(3, 1).build())
                .build());
        BATCH.failAt("work", 15);
        BATCH.run("spread");

        StepPlan plan = steps("spread").get(0);
        JobRun restarted = BATCH.run("spread");

        assertThat(plan.fate()).isEqualTo(Fate.RESUME);
        assertThat(plan.partitions()).contains(new PartitionPlan(0, Fate.SKIP, null));
        assertThat(plan.partitions().stream()
                        .filter(partition -> partition.fate() != Fate.SKIP)
                        .map(partition -> "work:partition" + partition.number()))
                .containsExactlyElementsOf(restarted.step("work").partitions().stream()
                        .map(partition -> partition.name())
                        .toList());
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
    }

    @Test
    void knowsAStepThatMayNotStartAnyMore() {
        BATCH.define(new JobBuilder("limited")
                .step(ten("work").startLimit(1).build())
                .build());
        BATCH.failAt("work", 5);
        BATCH.run("limited");

        StepPlan plan = steps("limited").get(0);
        JobRun restarted = BATCH.run("limited");

        assertThat(plan.fate()).isEqualTo(Fate.AT_LIMIT);
        assertThat(restarted.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(restarted.stepNames()).isEmpty();
    }
}
