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

/** contract.md §5: {@code start-limit} counts the executions of the step in the instance. */
@ExtendWith(ExpectedFailures.class)
class StartLimitTest {

    @RegisterExtension
    static final InProcessBatch BATCH = TestBatch.BATCH;

    @Test
    void countsOverExecutions() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS)));
        BATCH.define(new JobBuilder("limited")
                .step(step("load").startLimit(2).build())
                .build());

        JobRun first = BATCH.run("limited");
        JobRun second = BATCH.run("limited");
        JobRun third = BATCH.run("limited");

        assertThat(List.of(first.status(), second.status(), third.status())).containsOnly(BatchStatus.FAILED);
        assertThat(second.stepNames()).containsExactly("load");
        assertThat(third.stepNames()).isEmpty();
    }

    @Test
    void countsEachInstanceForItself() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("limited")
                .step(step("load").startLimit(1).build())
                .build());

        JobRun failed = BATCH.run("limited", Map.of("month", "2001-01"));
        JobRun other = BATCH.run("limited", Map.of("month", "2001-02"));

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(other.status()).isEqualTo(BatchStatus.COMPLETED);
    }

    @Test
    void doesNotKeepACompleteStepFromBeingSkipped() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS, ScriptedJob.THROWS, ScriptedJob.NOTHING)));
        BATCH.define(new JobBuilder("limited")
                .step(step("once").startLimit(1).next("load").build())
                .step(step("load").build())
                .build());

        BATCH.run("limited");
        BATCH.run("limited");
        JobRun third = BATCH.run("limited");

        assertThat(third.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(third.stepNames()).containsExactly("load");
    }

    @Test
    void holdsForAStepThatMayRunAgainWhenItIsComplete() {
        TestBatch.SCRIPTED.play(Map.of("load", List.of(ScriptedJob.THROWS)));
        BATCH.define(new JobBuilder("limited")
                .step(step("lock")
                        .startLimit(2)
                        .allowStartIfComplete(true)
                        .next("load")
                        .build())
                .step(step("load").build())
                .build());

        BATCH.run("limited");
        JobRun second = BATCH.run("limited");
        JobRun third = BATCH.run("limited");

        assertThat(second.stepNames()).containsExactly("lock", "load");
        assertThat(third.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(third.stepNames()).isEmpty();
    }
}
