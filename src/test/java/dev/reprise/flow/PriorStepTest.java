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

/** contract.md §5: a restart passes the steps before the one that failed, and runs those that may run again. */
@ExtendWith(ExpectedFailures.class)
class PriorStepTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    @Test
    void runsAgainIfItMayAndTheOthersAreSkipped() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("prior")
                .step(step("lock").allowStartIfComplete(true).next("fetch").build())
                .step(step("fetch").next("load").build())
                .step(step("load").build())
                .build());

        JobRun failed = BATCH.run("prior");
        JobRun restarted = BATCH.run("prior");

        assertThat(failed.stepNames()).containsExactly("lock", "fetch", "load");
        assertThat(restarted.stepNames()).containsExactly("lock", "load");
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
    }

    @Test
    void thatFailedFirstAndCompletedOnARestartIsSkippedByTheNext() {
        TestBatch.SCRIPTED.play(Map.of(
                "fetch", List.of(ScriptedJob.THROWS, "FETCHED"),
                "load", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("prior")
                .step(step("fetch").nextOn("FETCHED").to("load").build())
                .step(step("load").build())
                .build());

        BATCH.run("prior");
        JobRun second = BATCH.run("prior");
        JobRun third = BATCH.run("prior");

        assertThat(second.stepNames()).containsExactly("fetch", "load");
        assertThat(third.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(third.stepNames()).containsExactly("load");
    }

    /** It was complete once; what counts is how it ended last. */
    @Test
    void thatFailsWhenItRunsAgainFailsTheJobAndRunsOnceMore() {
        TestBatch.SCRIPTED.play(Map.of(
                "lock", List.of(ScriptedJob.NOTHING, ScriptedJob.THROWS, ScriptedJob.NOTHING),
                "load", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("prior")
                .step(step("lock").allowStartIfComplete(true).next("load").build())
                .step(step("load").build())
                .build());

        BATCH.run("prior");
        JobRun second = BATCH.run("prior");
        JobRun third = BATCH.run("prior");

        assertThat(second.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(second.stepNames()).containsExactly("lock");
        assertThat(third.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(third.stepNames()).containsExactly("lock", "load");
    }

    /** From the beginning, and not where its last chunk ended. */
    @Test
    void withChunksBeginsAtItsFirstItem() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        TestBatch.ITEMS.begin(3);
        BATCH.define(new JobBuilder("prior")
                .step(NumberedItems.step("fetch", 2)
                        .allowStartIfComplete(true)
                        .next("load")
                        .build())
                .step(step("load").build())
                .build());

        BATCH.run("prior");
        JobRun restarted = BATCH.run("prior");

        assertThat(TestBatch.ITEMS.takeWritten()).containsExactly(List.of(1, 2), List.of(3), List.of(1, 2), List.of(3));
        assertThat(restarted.step("fetch").counts().written()).isEqualTo(3);
    }
}
