package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.operate.Operations;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.operations.NoSuchJobInstanceException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobInstance;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jberet.runtime.JobInstanceImpl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a caller hands in and nobody can use is refused by name, on every way in; nothing of it is dropped. */
class InputTest {

    private static final String JOB = "task";

    private static InProcessBatch batch;

    /** Fails where it is told to. */
    static final class Task extends AbstractBatchlet {

        private static volatile boolean fails;

        @Override
        public String process() {
            if (fails) {
                throw new IllegalStateException("fails");
            }
            return "OK";
        }
    }

    @BeforeAll
    static void open() {
        batch = InProcessBatch.builder().artifact("task", Task::new).build().open();
        batch.define(new JobBuilder(JOB)
                .step(new StepBuilder("only").batchlet("task").build())
                .build());
    }

    @AfterAll
    static void close() {
        batch.close();
    }

    private static JobOperator operator() {
        return batch.operator();
    }

    private static Properties properties(Object... namesAndValues) {
        Properties properties = new Properties();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return properties;
    }

    private static List<String> faultsOf(Runnable launch) {
        Refusal refusal =
                catchThrowableOfType(LaunchRefusedException.class, launch::run).refusal();
        assertThat(refusal.kind()).isEqualTo(Kind.INVALID_PARAMETERS);
        assertThat(refusal.message()).contains(refusal.faults()).doesNotContain("\n");
        return refusal.faults();
    }

    private static int instances() {
        return operator().getJobInstanceCount(JOB);
    }

    @Test
    void aStartNamesEachNameAndValueThatIsNoText() {
        Properties behind = new Properties(properties("deep", 7L));
        behind.setProperty("day", "1");
        int before = instances();

        assertThat(faultsOf(() -> operator().start(JOB, properties("day", "1", "n", 5, 6, "six"))))
                .containsExactly(
                        "6: the name is not a text but java.lang.Integer",
                        "n: the value is not a text but java.lang.Integer; give it with setProperty");
        assertThat(faultsOf(() -> operator().start(JOB, behind)))
                .containsExactly("deep: the value among the defaults of the properties is not a text");
        assertThat(faultsOf(() -> operator().start(JOB, new Properties(properties(8, "eight")))))
                .containsExactly("a name among the defaults of the properties is not a text");
        assertThat(instances()).isEqualTo(before);
    }

    @Test
    void aRestartNamesEachNameAndValueThatIsNoText() {
        long failed = failed("restart");
        Properties note = properties("note", "from behind");

        for (Properties wrong : List.of(properties("note", 7), new Properties(properties("note", 7)))) {
            JobRestartException refused = catchThrowableOfType(
                    JobRestartException.class, () -> operator().restart(failed, wrong));
            assertThat(refused.getCause()).isInstanceOf(LaunchRefusedException.class);
            assertThat(refused)
                    .hasMessageMatching("Job task does not start, nothing was written: there is 1 fault in its"
                            + " parameters: note: the value .*is not a text.*");
        }
        Task.fails = false;
        long restarted = operator().restart(failed, new Properties(note));

        batch.await(restarted);
        assertThat(operator().getParameters(restarted))
                .containsExactlyInAnyOrderEntriesOf(Map.of("run", "restart", "note", "from behind"));
    }

    @Test
    void aRestartWithNullTakesWhatThereWas() {
        long failed = failed("null");
        Task.fails = false;

        long restarted = operator().restart(failed, null);

        batch.await(restarted);
        assertThat(operator().getParameters(failed)).containsExactlyEntriesOf(Map.of("run", "null"));
        assertThat(operator().getParameters(restarted)).containsExactlyEntriesOf(Map.of("run", "null"));
    }

    private static long failed(String run) {
        Task.fails = true;
        long failed = operator().start(JOB, properties("run", run));
        batch.await(failed);
        return failed;
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes", "NullAway"})
    void theLauncherNamesEachNameAndValueThatIsNoText() {
        Map raw = new HashMap<>(Map.of("n", 5, 6, "six"));
        raw.put("nothing", null);
        raw.put(null, "nobody");
        long failed = failed("launcher");

        for (Runnable launch : List.<Runnable>of(
                () -> batch.launcher().start(JOB, raw),
                () -> batch.launcher().run(JOB, raw),
                () -> batch.launcher().explain(LaunchRequest.of(JOB).with(raw)),
                () -> batch.launcher().restart(failed, raw))) {
            assertThat(faultsOf(launch))
                    .containsExactly(
                            "6: the name is not a text but java.lang.Integer",
                            "n: the value is not a text but java.lang.Integer",
                            "nothing: the value is not a text but null",
                            "null: the name is not a text but null");
        }
        assertThat(faultsOf(() -> LaunchRequest.of(JOB).with("day", (String) null)))
                .containsExactly("day: the value is not a text but null");
        Task.fails = false;
    }

    @Test
    void halfASurrogatePairIsNoText() {
        assertThat(faultsOf(() -> operator().start(JOB, properties("day", "a\ud800"))))
                .containsExactly("day: has half of a surrogate pair, which is no character");
        assertThat(faultsOf(() -> operator().start(JOB, properties("b\udfff", "1"))))
                .containsExactly("b\\udfff: has half of a surrogate pair, which is no character");
        assertThat(operator()
                        .getParameters(
                                batch.run(JOB, Map.of("day", "\ud83d\ude00")).executionId()))
                .as("a whole one is")
                .containsEntry("day", "\ud83d\ude00");
    }

    @ParameterizedTest
    @CsvSource({"-1, 5", "0, -5", "-5, -5", "-1, 2147483647", "2147483647, -1"})
    void placesAndCountsAreZeroOrMore(int start, int count) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> operator().getJobInstances(JOB, start, count))
                .withMessage("There are no " + count + " job instances from place " + start
                        + " on: the start and the count of getJobInstances are 0 or more.");
    }

    @ParameterizedTest
    @CsvSource({"0, 2147483647", "1, 2147483647", "2147483647, 2147483647", "100, 10", "0, 0"})
    void placesAndCountsThatAreLargeAreNoFault(int start, int count) {
        assertThat(operator().getJobInstances(JOB, start, count)).hasSizeLessThanOrEqualTo(count);
    }

    @Test
    void aListOfExecutionsHasZeroOrMore() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.repository().getJobExecutionsByJob(JOB, -1))
                .withMessage("Of job task -1 executions cannot be listed; ask for 0 or more.");
    }

    @ParameterizedTest
    @CsvSource({"a\u0000b, a\\u0000b", "a\ud800, a\\ud800"})
    void noJobIsCalledWhatNoDatabaseCanStore(String name, String shown) {
        for (Runnable ask : List.<Runnable>of(
                () -> operator().getJobInstanceCount(name),
                () -> operator().getJobInstances(name, 0, 1),
                () -> batch.repository().getJobExecutionsByJob(name, 1))) {
            assertThatThrownBy(ask::run)
                    .isInstanceOf(NoSuchJobException.class)
                    .hasMessage("There is no job '" + shown + "'.");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> PurgeRequest.olderThan(Duration.ZERO).ofJob(name).checked())
                .withMessage("The history is not purged: no job is called '" + shown + "'.");
    }

    @Test
    @SuppressWarnings("NullAway")
    void executionsAreThoseOfAnInstanceThatThereIs() {
        JobInstance nowhere = new JobInstanceImpl(null, "", JOB);
        assertThatThrownBy(() -> operator().getJobExecutions(null))
                .isInstanceOf(NoSuchJobInstanceException.class)
                .hasMessage("Whose executions? The job instance is null.");
        assertThatThrownBy(() -> operator().getJobExecutions(nowhere))
                .isInstanceOf(NoSuchJobInstanceException.class)
                .hasMessage("There is no job instance 0.");
    }

    @Test
    void thereIsNoExecutionWithANegativeId() {
        Operations operations = new Operations(batch::repository);
        for (Runnable ask : List.<Runnable>of(
                () -> operations.stop(-1),
                () -> operations.abandon(-1),
                () -> batch.launcher().restart(-1, Map.of()),
                () -> batch.launcher().await(-1, Duration.ZERO),
                () -> operator().getStepExecutions(-1))) {
            assertThatThrownBy(ask::run).isInstanceOf(NoSuchJobExecutionException.class);
        }
    }

    @Test
    void whatIsCompleteIsNotAbandoned() {
        long complete = batch.run(JOB, Map.of("day", "complete")).executionId();
        long failed = failed("to be abandoned");

        for (int again = 0; again < 2; again++) {
            assertThatThrownBy(() -> operator().abandon(complete))
                    .isInstanceOf(JobExecutionAlreadyCompleteException.class)
                    .hasMessage(
                            "Execution " + complete + " is COMPLETED, so there is nothing to abandon: its instance does"
                                    + " not run again anyway.");
            assertThat(operator().getJobExecution(complete).getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        }
        operator().abandon(failed);
        operator().abandon(failed);

        assertThat(operator().getJobExecution(failed).getBatchStatus()).isEqualTo(BatchStatus.ABANDONED);
        Task.fails = false;
    }

    @Test
    void nobodyWaitsForLessThanNothing() {
        Duration less = Duration.ofSeconds(-1);
        long id = batch.run(JOB, Map.of("day", "wait")).executionId();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> LaunchRequest.of(JOB).waitingAtMost(less))
                .withMessage("Nobody can wait for PT-1S; give a time of zero or more.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.launcher().await(id, less))
                .withMessage("Nobody can wait for PT-1S; give a time of zero or more.");
        assertThat(batch.launcher()
                        .await(id, Duration.ofSeconds(Long.MAX_VALUE))
                        .getExitStatus())
                .as("as long as it takes")
                .isEqualTo("COMPLETED");
    }

    @Test
    void noHistoryIsOlderThanTheWorld() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Operations(batch::repository)
                        .purge(PurgeRequest.olderThan(Duration.ofSeconds(Long.MAX_VALUE))
                                .dryRun()))
                .withMessageMatching("The history is not purged: the age PT.* is too long; write 0 to 999999 days\\.");
    }
}
