package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.state.LaunchDecision;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchStatus;
import java.util.Map;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** contract.md §2.8: no job of the deployment has an identity, although none says so itself. */
@ExtendWith(ExpectedFailures.class)
class IdentityNoneTest {

    private static final Map<String, String> MONTH = Map.of("month", "2001-01");

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .identityNone()
            .artifact("work", () -> new AbstractBatchlet() {
                @Override
                public String process() {
                    return "done";
                }
            })
            .build();

    @BeforeEach
    void twoJobs() {
        for (String job : new String[] {"import", "report"}) {
            BATCH.define(new JobBuilder(job)
                    .step(new StepBuilder("work").batchlet("work").build())
                    .build());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"import", "report"})
    void eachStartIsANewInstance(String job) {
        JobRun first = BATCH.run(job, MONTH);
        LaunchDecision again = BATCH.launcher().explain(LaunchRequest.of(job).with(MONTH));
        JobRun second = BATCH.run(job, MONTH);

        assertThat(first.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(again).isInstanceOf(LaunchDecision.Start.class);
        assertThat(second.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(second.instanceId()).isNotEqualTo(first.instanceId());
    }

    @Test
    void whoeverLooksAtAJobIsToldSo() {
        assertThat(BATCH.launcher().deployed("flight-performance"))
                .map(DeployedJob::identityNone)
                .hasValue(true);
    }

    /** Only a restart by its id leads back to what failed, with whatever parameters. */
    @Test
    void whatFailedIsRestartedByItsIdAndMayChangeEveryParameter() {
        BATCH.failAt("work", 1);
        JobRun failed = BATCH.run("import", MONTH);
        JobRun launched = BATCH.run("import", MONTH);
        JobRun restarted = BATCH.await(BATCH.launcher()
                .restart(failed.executionId(), Map.of("month", "2001-02"))
                .getExecutionId());

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(launched.instanceId()).isNotEqualTo(failed.instanceId());
        assertThat(restarted.instanceId()).isEqualTo(failed.instanceId());
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
    }
}
