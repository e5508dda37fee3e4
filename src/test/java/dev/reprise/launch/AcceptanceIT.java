package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.job.RestartWay.Reach;
import dev.reprise.jobs.Tables;
import dev.reprise.server.TestWar;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.Fate;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of contract.md §4, to the digit, in the tables themselves. */
@ExtendWith(ArquillianExtension.class)
class AcceptanceIT {

    private static final String STEPS = "select STEP_NAME, STATUS, READ_COUNT, WRITE_COUNT, COMMIT_COUNT"
            + " from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ? order by STEP_EXECUTION_ID";

    @Inject
    private JobLauncher launcher;

    @Inject
    private Tables tables;

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    @Test
    void theThirdChunkFailsTheSameLaunchResumesAndAThirdOneIsRefused() {
        String run = "acceptance-launcher";
        LaunchRequest failing = LaunchRequest.of("acceptance").with("run", run).withNonIdentifying("failAt", "2501");

        JobExecution first = launcher.run(failing);

        assertThat(first.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertTheFirstExecution(first.getExecutionId(), run);

        LaunchRequest again = LaunchRequest.of("acceptance").with("run", run).withNonIdentifying("failAt", "0");
        LaunchDecision decision = launcher.explain(again);
        assertThat(decision).isInstanceOfSatisfying(LaunchDecision.Restart.class, restart -> {
            assertThat(restart.executionId()).isEqualTo(first.getExecutionId());
            assertThat(restart.steps())
                    .containsExactly(
                            new LaunchDecision.StepPlan("step1", Fate.SKIP, Reach.WILL, null, 0, List.of()),
                            new LaunchDecision.StepPlan("step2", Fate.RESUME, Reach.WILL, "2000", 2, List.of()));
        });

        JobExecution second = launcher.run(again);

        assertThat(second.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertTheSecondExecution(first.getExecutionId(), second.getExecutionId(), run);

        LaunchRefusedException refused = catchThrowableOfType(LaunchRefusedException.class, () -> launcher.run(again));
        assertThat(refused.refusal().kind()).isEqualTo(Kind.ALREADY_COMPLETE);
        assertThat(refused.refusal().executionId()).isEqualTo(second.getExecutionId());
        assertThat(refused)
                .hasMessageMatching("acceptance\\[run=" + run + "] is already complete \\(execution "
                        + second.getExecutionId() + ", \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d\\)\\."
                        + " Change an identifying parameter to run it again\\.");
    }

    @Test
    void thePlainJobOperatorObeysTheSameRules() {
        String run = "acceptance-operator";
        JobOperator operator = BatchRuntime.getJobOperator();
        Properties failing = properties("run", run, "-failAt", "2501");

        long first = operator.start("acceptance", failing);
        launcher.await(first, null);
        assertTheFirstExecution(first, run);

        LaunchRefusedException startAgain = catchThrowableOfType(
                LaunchRefusedException.class,
                () -> operator.start("acceptance", properties("run", run, "-failAt", "0")));
        assertThat(startAgain.refusal().kind()).isEqualTo(Kind.RESTART_INSTEAD);
        assertThat(startAgain).hasMessageContaining("Restart execution " + first);

        long second = operator.restart(first, properties("-failAt", "0"));
        launcher.await(second, null);
        assertTheSecondExecution(first, second, run);

        assertThatThrownBy(() -> operator.start("acceptance", failing))
                .isInstanceOf(LaunchRefusedException.class)
                .hasMessageContaining("is already complete (execution " + second);
        assertThatThrownBy(() -> operator.restart(second, new Properties()))
                .isInstanceOf(JobExecutionAlreadyCompleteException.class);
    }

    private void assertTheFirstExecution(long execution, String run) {
        assertThat(tables.rows(STEPS, execution))
                .containsExactly(
                        List.of("step1", "COMPLETED", "2000", "2000", "3"),
                        List.of("step2", "FAILED", "2500", "2000", "2"));
        assertThat(tables.rows(
                        "select STATUS, EXIT_CODE from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?", execution))
                .containsExactly(List.of("FAILED", "FAILED"));
        assertThat(tables.items(run, "step2"))
                .isEqualTo(IntStream.rangeClosed(1, 2000).boxed().toList());
    }

    private void assertTheSecondExecution(long first, long second, String run) {
        assertThat(tables.rows(STEPS, second))
                .as("step1 is skipped; step2 reads on at 2001, and the last commit is that of the end of the input")
                .containsExactly(List.of("step2", "COMPLETED", "3000", "3000", "4"));
        assertThat(tables.items(run, "step2"))
                .isEqualTo(IntStream.rangeClosed(1, 5000).boxed().toList());
        assertThat(tables.rows(
                        "select e.JOB_EXECUTION_ID, e.STATUS from BATCH_JOB_EXECUTION e join BATCH_JOB_EXECUTION f"
                                + " on f.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID where f.JOB_EXECUTION_ID = ?"
                                + " order by e.JOB_EXECUTION_ID",
                        first))
                .containsExactly(List.of("" + first, "FAILED"), List.of("" + second, "COMPLETED"));
        assertThat(tables.column("select count(*) from REPRISE_OWNER where JOB_EXECUTION_ID in (?, ?)", first, second))
                .containsExactly("0");
    }

    private static Properties properties(String... namesAndValues) {
        Properties properties = new Properties();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
        }
        return properties;
    }
}
