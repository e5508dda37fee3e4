package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.jobs.Fleeting;
import dev.reprise.jobs.Gate;
import dev.reprise.jobs.NotBefore1900;
import dev.reprise.jobs.Tables;
import dev.reprise.server.TestWar;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.operations.JobExecutionNotMostRecentException;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.JobStartException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The rows of the table in contract.md §3; row 5 is in {@code node/ServerDeathIT}. */
@ExtendWith(ArquillianExtension.class)
class LaunchTableIT {

    @Inject
    private JobLauncher launcher;

    @Inject
    private Tables tables;

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    @Test
    void row1RefusesAJobThatIsNotThere() {
        Refusal refusal = refusalOf(LaunchRequest.of("nothing"));

        assertThat(refusal.kind()).isEqualTo(Kind.NO_SUCH_JOB);
        assertThat(refusal.message()).contains("no job 'nothing'").contains("acceptance");
        assertThat(catchThrowableOfType(
                        JobStartException.class,
                        () -> BatchRuntime.getJobOperator().start("nothing", new Properties())))
                .hasMessageContaining("nothing");
    }

    @Test
    void row1RefusesAJobWhoseXmlHasErrorsAndRunsTheOthersOfItsDeployment() throws JMException {
        Map<String, String> before = tables.counts();

        Refusal refusal = refusalOf(LaunchRequest.of("broken").with("name", "broken"));

        assertThat(refusal.kind()).isEqualTo(Kind.INVALID_JOB);
        assertThat(refusal.faults())
                .containsExactly(
                        "META-INF/batch-jobs/broken.xml:3: the attribute next of step 'only' leads to 'nowhere', and there"
                                + " is no such element. Write the id of an element on the job's own level.",
                        "META-INF/batch-jobs/broken.xml:4: <batchlet> refers to 'outcoem', and there is no bean, entry of"
                                + " META-INF/batch.xml or class of that name. Did you mean 'outcome'?");
        assertThat(refusal.message())
                .isEqualTo("Job broken does not start, nothing was written: there are 2 errors in its definition. "
                        + String.join(" ", refusal.faults()) + " Mend the file and deploy again.");
        assertThat(launcher.explain(LaunchRequest.of("broken").with("name", "broken")))
                .isEqualTo(refusal);
        assertThat(catchThrowableOfType(
                        JobStartException.class,
                        () -> BatchRuntime.getJobOperator().start("broken", new Properties())))
                .hasMessage(refusal.message());
        assertThat(tables.counts()).isEqualTo(before);
        assertThat(launcher.run("broken-identity-none", Map.of()).getBatchStatus())
                .as("without an identity errors are warnings")
                .isEqualTo(BatchStatus.COMPLETED);
        assertThat(attribute("batch-jberet", "defaultThreadPool"))
                .as("where the linter asks for the pool")
                .isEqualTo("batch");
        assertThat(attribute("batch-jberet,thread-pool=batch", "maxThreads")).isEqualTo(10);
        assertThat(attribute("datasources,data-source=reprise", "jndiName"))
                .as("where it asks for data sources")
                .isEqualTo("java:jboss/datasources/reprise");
    }

    private static Object attribute(String subsystem, String attribute) throws JMException {
        return ManagementFactory.getPlatformMBeanServer()
                .getAttribute(new ObjectName("jboss.as:subsystem=" + subsystem), attribute);
    }

    @Test
    void row2NamesEveryFaultAndWritesNotOneRow() {
        Map<String, String> before = tables.counts();

        Refusal refusal = refusalOf(LaunchRequest.of("checked")
                .with("day", "2001-02-30")
                .with("region", "east")
                .with("limit", "0")
                .with("callback", "not a uri")
                .with("extra", "1"));

        assertThat(refusal.kind()).isEqualTo(Kind.INVALID_PARAMETERS);
        assertThat(refusal.faults()).hasSize(5);
        assertThat(String.join("\n", refusal.faults()))
                .contains("callback")
                .contains("day")
                .contains("extra")
                .contains("limit")
                .contains("region");
        assertThat(refusalOf(LaunchRequest.of("acceptance").with("run", "x".repeat(2501)))
                        .faults())
                .singleElement()
                .asString()
                .contains("run")
                .contains("2501");
        assertThat(refusalOf(LaunchRequest.of("checked").with("day", "1899-12-22"))
                        .faults())
                .containsExactly("day: lies before 1900");
        assertThat(refusalOf(LaunchRequest.of("checked")
                                .with("day", "1899-12-22")
                                .with("limit", "0"))
                        .faults())
                .as("of the schema and of the validator")
                .containsExactly("limit: '0' is less than the minimum 1", "day: lies before 1900");
        assertThat(NotBefore1900.destroyed())
                .as("a validator of the application's scope outlives a launch")
                .isZero();
        assertThat(Fleeting.made()).isPositive();
        assertThat(Fleeting.left()).as("one of no scope does not").isZero();
        assertThat(tables.counts()).isEqualTo(before);
    }

    @Test
    void row3StartsWhatNeverRanWithSchemaDefaultsInItsIdentity() {
        LaunchRequest request = LaunchRequest.of("checked").with("day", "2001-03-01");
        assertThat(launcher.explain(request)).isInstanceOf(LaunchDecision.Start.class);

        JobExecution execution = launcher.run(request);

        assertThat(execution.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(tables.rows(
                        "select PARAMETER_NAME, PARAMETER_TYPE, PARAMETER_VALUE, IDENTIFYING"
                                + " from BATCH_JOB_EXECUTION_PARAMS where JOB_EXECUTION_ID = ? order by PARAMETER_NAME",
                        execution.getExecutionId()))
                .containsExactly(
                        List.of("day", "java.lang.String", "2001-03-01", "Y"),
                        List.of("limit", "java.lang.String", "10", "N"),
                        List.of("region", "java.lang.String", "north", "Y"));
        assertThat(refusalOf(request.with("region", "north").with("limit", "11"))
                        .kind())
                .as("the default is the same identity, and limit does not identify")
                .isEqualTo(Kind.ALREADY_COMPLETE);
    }

    @Test
    void row4RefusesASecondLaunchWhileTheFirstRunsAndAttachTakesIt() {
        LaunchRequest request = LaunchRequest.of("gate").with("name", "row4");
        JobExecution running = launcher.start(request);

        Refusal refusal = refusalOf(request);

        assertThat(refusal.kind()).isEqualTo(Kind.ALREADY_RUNNING);
        assertThat(refusal.executionId()).isEqualTo(running.getExecutionId());
        assertThat(refusal.node()).isNotEmpty();
        assertThat(refusal.message()).contains("execution " + running.getExecutionId() + " on node " + refusal.node());
        assertThat(launcher.explain(request)).isEqualTo(refusal);
        assertThat(launcher.run(request.attaching().waitingAtMost(Duration.ofMillis(50))))
                .satisfies(attached -> {
                    assertThat(attached.getExecutionId()).isEqualTo(running.getExecutionId());
                    assertThat(attached.getEndTime()).isNull();
                });
        Gate.open("row4");
        assertThat(launcher.await(running.getExecutionId(), null).getExitStatus())
                .isEqualTo("COMPLETED");
    }

    @Test
    void row6RefusesWhatIsCompleteAndTellsAboutMissingIdentity() {
        launcher.run("outcome", Map.of());

        Refusal refusal = refusalOf(LaunchRequest.of("outcome"));

        assertThat(refusal.kind()).isEqualTo(Kind.ALREADY_COMPLETE);
        assertThat(refusal.message()).contains("'next'").contains("reprise.identity=none");
    }

    @Test
    void row7RefusesWhatWasAbandoned() {
        LaunchRequest request = failing("row7");
        JobExecution failed = launcher.run(request);
        BatchRuntime.getJobOperator().abandon(failed.getExecutionId());

        Refusal refusal = refusalOf(request);

        assertThat(refusal.kind()).isEqualTo(Kind.ABANDONED);
        assertThat(refusal.executionId()).isEqualTo(failed.getExecutionId());
    }

    @Test
    void row8RefusesWhatAnotherProgramLeftUnfinished() {
        LaunchRequest request = failing("row8");
        JobExecution failed = launcher.run(request);
        for (String status : List.of("UNKNOWN", "STARTED", "STARTING", "STOPPING")) {
            tables.execute("update BATCH_JOB_EXECUTION set STATUS = '" + status + "' where JOB_EXECUTION_ID = "
                    + failed.getExecutionId());

            Refusal refusal = refusalOf(request);

            assertThat(refusal.kind()).as(status).isEqualTo(Kind.UNKNOWN_STATE);
            assertThat(refusal.message()).contains(status);
            assertThat(catchThrowableOfType(
                            JobRestartException.class,
                            () -> BatchRuntime.getJobOperator().restart(failed.getExecutionId(), new Properties())))
                    .as(status)
                    .hasMessageContaining(status);
        }
    }

    @Test
    void row9RefusesToRestartWhatIsNotRestartable() {
        LaunchRequest request =
                LaunchRequest.of("not-restartable").with("run", "row9").withNonIdentifying("failAt", "20");
        JobExecution failed = launcher.run(request);
        assertThat(failed.getBatchStatus()).isEqualTo(BatchStatus.FAILED);

        assertThat(refusalOf(request).kind()).isEqualTo(Kind.NOT_RESTARTABLE);
        assertThat(catchThrowableOfType(
                        JobRestartException.class,
                        () -> BatchRuntime.getJobOperator().restart(failed.getExecutionId(), new Properties())))
                .hasMessageContaining("restartable=\"false\"");
    }

    @Test
    void row10RestartsWithOtherNonIdentifyingParametersAndRefusesOtherIdentifyingOnes() {
        LaunchRequest request = failing("row10");
        JobExecution failed = launcher.run(request);

        JobRestartException changed = catchThrowableOfType(
                JobRestartException.class,
                () -> BatchRuntime.getJobOperator().restart(failed.getExecutionId(), properties("name", "another")));
        assertThat(changed.getCause())
                .isInstanceOfSatisfying(
                        LaunchRefusedException.class,
                        refused -> assertThat(refused.refusal().kind()).isEqualTo(Kind.INVALID_PARAMETERS));
        JobExecution restarted = launcher.run(LaunchRequest.of("outcome")
                .with("name", "row10")
                .withNonIdentifying("exception", "")
                .withNonIdentifying("note", "new"));

        assertThat(restarted.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(tables.column("select count(distinct JOB_INSTANCE_ID) from BATCH_JOB_EXECUTION"
                        + " where JOB_EXECUTION_ID in (" + failed.getExecutionId() + ", "
                        + restarted.getExecutionId() + ")"))
                .containsExactly("1");
        assertThat(tables.column(
                        "select IDENTIFYING from BATCH_JOB_EXECUTION_PARAMS where PARAMETER_NAME = 'note'"
                                + " and JOB_EXECUTION_ID = ?",
                        restarted.getExecutionId()))
                .containsExactly("N");
        assertThatThrownBy(() -> BatchRuntime.getJobOperator().restart(failed.getExecutionId(), new Properties()))
                .isInstanceOf(JobExecutionNotMostRecentException.class);
    }

    @Test
    void nextNumbersTheRunsAndIdentityNoneNeedsNoNumber() {
        LaunchRequest next = LaunchRequest.of("outcome").with("name", "next").next();
        JobExecution one = launcher.run(next);
        JobExecution two = launcher.run(next);

        long first = Long.parseLong(parameter(one, JobLauncher.RUN_ID));
        assertThat(parameter(two, JobLauncher.RUN_ID)).isEqualTo(String.valueOf(first + 1));
        assertThat(parameter(two, "name")).isEqualTo("next");

        launcher.run("identity-none", Map.of());
        launcher.run("identity-none", Map.of());
        assertThat(tables.column("select count(*) from BATCH_JOB_INSTANCE where JOB_NAME = 'identity-none'"))
                .containsExactly("2");
    }

    private String parameter(JobExecution execution, String name) {
        return tables.column(
                        "select PARAMETER_VALUE from BATCH_JOB_EXECUTION_PARAMS"
                                + " where JOB_EXECUTION_ID = ? and PARAMETER_NAME = ?",
                        execution.getExecutionId(),
                        name)
                .get(0);
    }

    private static LaunchRequest failing(String name) {
        return LaunchRequest.of("outcome").with("name", name).withNonIdentifying("exception", "as told");
    }

    private Refusal refusalOf(LaunchRequest request) {
        return catchThrowableOfType(LaunchRefusedException.class, () -> launcher.start(request))
                .refusal();
    }

    private static Properties properties(String name, String value) {
        Properties properties = new Properties();
        properties.setProperty(name, value);
        return properties;
    }
}
