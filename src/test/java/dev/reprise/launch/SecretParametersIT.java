package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.internal.engine.Recorded;
import dev.reprise.jobs.Tables;
import dev.reprise.server.TestWar;
import dev.reprise.state.LaunchRefusedException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.function.Supplier;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A secret on a real server, with the key of its credential store. */
@ExtendWith(ArquillianExtension.class)
class SecretParametersIT {

    private static final String PLAIN = "open-sesame-4711";

    @Inject
    private JobLauncher launcher;

    @Inject
    private Supplier<Recorded> recorded;

    @Inject
    private Tables tables;

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    @Test
    void theJobHasItTheRestartHasItAndNobodyElse() throws IOException {
        JobExecution failed = launcher.run(LaunchRequest.of("secret")
                .with("run", "one")
                .with("password", PLAIN)
                .with("failing", "true"));
        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(recorded.get().failure(failed.getExecutionId())).contains("failing, as the test wants");

        JobOperator operator = BatchRuntime.getJobOperator();
        Properties repaired = new Properties();
        repaired.setProperty("failing", "false");
        JobExecution restarted = launcher.await(operator.restart(failed.getExecutionId(), repaired), null);

        assertThat(restarted.getExitStatus()).isEqualTo("COMPLETED");
        assertThat(tables.column(
                        "select EXIT_CODE from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ?",
                        restarted.getExecutionId()))
                .containsExactly("LENGTH " + PLAIN.length());
        assertThat(operator.getParameters(failed.getExecutionId())).containsEntry("password", "••••••");
        assertThat(tables.column(
                        "select PARAMETER_VALUE from BATCH_JOB_EXECUTION_PARAMS where PARAMETER_NAME = 'password'"))
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(stored -> stored.startsWith("{reprise:1}"));
        Path logs = Path.of(System.getProperty("jboss.server.log.dir"));
        for (String file : new String[] {"server.log", "reprise/reprise/" + failed.getExecutionId() + ".log"}) {
            assertThat(Files.readString(logs.resolve(file)))
                    .contains("secret[run=one]: ")
                    .doesNotContain(PLAIN);
        }
    }

    @Test
    void aFaultDoesNotQuoteIt() {
        LaunchRequest weak = LaunchRequest.of("secret").with("run", "two").with("password", "sesame");

        LaunchRefusedException refused = catchThrowableOfType(LaunchRefusedException.class, () -> launcher.start(weak));

        assertThat(refused.refusal().faults()).containsExactly("password: •••••• is shorter than 8 characters");
        assertThat(refused.getMessage()).doesNotContain("sesame");
    }
}
