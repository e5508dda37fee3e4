package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.Start;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** contract.md §5: partitions of a step that says nothing of where they run, which is on its own node. */
@ExtendWith(ExpectedFailures.class)
class CompletedPartitionsTest extends PartitionsAnywhere {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    CompletedPartitionsTest() {
        super(BATCH);
    }

    @Override
    StepBuilder placed(StepBuilder step) {
        return step;
    }

    /** H2: there is nothing that could keep the partitions of several nodes apart. */
    @Test
    void stayWhereTheirStepIsWhateverItSays() {
        TestBatch.ITEMS.begin(0);
        StepBuilder load = partitions(3, 2).property("reprise.partitions", "distributed");
        BATCH.define(new JobBuilder("not-distributed").step(load.build()).build());

        LaunchDecision before = BATCH.launcher().explain(LaunchRequest.of("not-distributed"));
        JobRun run = BATCH.run("not-distributed");

        assertThat(((Start) before).distributed()).isEmpty();
        assertThat(run.step("load").partitions()).hasSize(3).allMatch(partition -> partition.placement() == null);
    }
}
