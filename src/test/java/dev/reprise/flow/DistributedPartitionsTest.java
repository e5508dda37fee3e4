package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.PostgresServer;
import dev.reprise.flow.NumberedItems.Hiccup;
import dev.reprise.job.DistributedStep;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.Restart;
import dev.reprise.state.LaunchDecision.Start;
import dev.reprise.state.StepState;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import java.util.List;
import java.util.Map;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §5, §9: a step whose partitions any node may run does what {@link PartitionsTest} says of others. */
@ExtendWith(ExpectedFailures.class)
class DistributedPartitionsTest extends PartitionsAnywhere {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.ITEMS
            .addTo(TestBatch.SCRIPTED.addTo(InProcessBatch.builder()))
            .database(PostgresServer.emptySchemaUrl())
            .threads(30)
            .build();

    DistributedPartitionsTest() {
        super(BATCH);
    }

    @Override
    StepBuilder placed(StepBuilder step) {
        return step.property("reprise.partitions", "distributed");
    }

    /** How many run at a time: the plan has two threads, and a parameter says fewer. */
    @Test
    void areForeseen() {
        TestBatch.ITEMS.begin(0);
        TestBatch.ITEMS.trouble("read", 8, new Hiccup());
        StepBuilder load = partitions(4, 2).property("reprise.partitions.max", "#{jobParameters['most']}?:9;");
        BATCH.define(new JobBuilder(job)
                .step(load.next("then").build())
                .step(ScriptedArtifacts.step("then").build())
                .build());
        LaunchRequest one = LaunchRequest.of(job).with("-most", "1");

        LaunchDecision start = BATCH.launcher().explain(LaunchRequest.of(job));
        LaunchDecision fewer = BATCH.launcher().explain(one);
        BATCH.run(job);
        LaunchDecision again = BATCH.launcher().explain(one);
        JobRun restarted = BATCH.run(job);

        assertThat(((Start) start).distributed()).containsExactly(new DistributedStep("load", 2));
        assertThat(((Start) fewer).distributed()).containsExactly(new DistributedStep("load", 1));
        assertThat(((Restart) again).distributed()).containsExactly(new DistributedStep("load", 1));
        assertThat(((Restart) again).steps().get(0).partitions())
                .filteredOn(partition -> partition.fate() != LaunchDecision.Fate.SKIP)
                .extracting(partition -> "load:partition" + partition.number())
                .containsExactlyElementsOf(restarted.step("load").partitions().stream()
                        .map(StepState::name)
                        .toList());
    }

    /** The step is complete, and what is left of the job has no partitions. */
    @Test
    void areNotForeseenWhereTheyDoNotRunAgain() {
        TestBatch.ITEMS.begin(0);
        TestBatch.SCRIPTED.play(Map.of("then", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder(job)
                .step(partitions(3, 2).next("then").build())
                .step(ScriptedArtifacts.step("then").build())
                .build());
        BATCH.run(job);

        assertThat(((Restart) BATCH.launcher().explain(LaunchRequest.of(job))).distributed())
                .isEmpty();
    }
}
