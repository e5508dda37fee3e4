package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.job.RestartWay.Reach;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.Fate;
import dev.reprise.state.LaunchDecision.Restart;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.state.WaysOut;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import dev.reprise.testing.RangeReader;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.runtime.BatchStatus;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import javax.xml.stream.XMLStreamException;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** contract.md §8.2: what runs is recorded, and a restart of something else that could do harm is refused. */
@ExtendWith(ExpectedFailures.class)
class DefinitionChangedTest {

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("numbers", Numbers::new)
            .artifact("others", Numbers::new)
            .artifact("table", Table::new)
            .artifact("copy", Table::new)
            .artifact("task", Task::new)
            .build();

    private static final String CHUNK = """
            <chunk item-count="5"><reader ref="numbers"><properties>
              <property name="first" value="1"/><property name="last" value="20"/>
            </properties></reader><writer ref="table"/></chunk>""";

    private static final String PLAIN = "<step id=\"work\">" + CHUNK + "</step>";

    private static final String PARTITIONED = "<step id=\"work\">"
            + CHUNK.replace("\"1\"", "\"#{partitionPlan['first']}\"").replace("\"20\"", "\"#{partitionPlan['last']}\"")
            + """
            <partition><plan partitions="2">
              <properties partition="0"><property name="first" value="1"/><property name="last" value="10"/></properties>
              <properties partition="1"><property name="first" value="11"/><property name="last" value="20"/></properties>
            </plan></partition></step>""";

    private static final List<Integer> WRITTEN = Collections.synchronizedList(new ArrayList<>());
    private static volatile int failAt;
    private static volatile boolean failing;

    static final class Numbers extends RangeReader {
        @Override
        protected void read(int item) {
            if (item == failAt) {
                failAt = 0;
                throw new IllegalStateException("as wanted at " + item);
            }
        }
    }

    static final class Table extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {
            items.forEach(item -> WRITTEN.add((Integer) item));
        }
    }

    static final class Task extends AbstractBatchlet {
        @Override
        public String process() {
            if (failing) {
                throw new IllegalStateException("as wanted");
            }
            return "DONE";
        }
    }

    @BeforeEach
    void nothingIsWritten() {
        WRITTEN.clear();
        failAt = 13;
        failing = false;
    }

    private static void deploy(String elements) {
        String xml =
                "<job id=\"move\" xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"2.0\">" + elements + "</job>";
        BATCH.define(parsed(xml));
    }

    private static Job parsed(String xml) {
        try {
            return JobParser.parseJob(
                    new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)),
                    DefinitionChangedTest.class.getClassLoader(),
                    null);
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static String step(String id, String more, String inside) {
        return "<step id=\"" + id + "\" " + more + ">" + inside + "</step>";
    }

    private static String task(String id, String more) {
        return step(id, more, "<batchlet ref=\"task\"/>");
    }

    /** Of the launch; the preview and a plain restart say the same, and nothing is written. */
    private static Refusal refused(JobRun before) {
        LaunchRequest request = LaunchRequest.of("move");
        long executions = count("BATCH_JOB_EXECUTION");
        LaunchRefusedException refused = catchThrowableOfType(LaunchRefusedException.class, () -> BATCH.run(request));
        assertThat(refused).as("refusal").isNotNull();
        assertThat(BATCH.launcher().explain(request)).isEqualTo(refused.refusal());
        JobRestartException plain = catchThrowableOfType(
                JobRestartException.class, () -> BATCH.operator().restart(before.executionId(), new Properties()));
        assertThat(plain).hasMessage(refused.getMessage());
        assertThat(count("BATCH_JOB_EXECUTION")).isEqualTo(executions);
        assertThat(count("REPRISE_OWNER")).isZero();
        return refused.refusal();
    }

    private static long count(String table) {
        try (Connection connection = BATCH.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from " + table)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Integer> numbers(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    // ---- What is refused -------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"true,is partitioned now and was not", "false,was partitioned and is not now"})
    void aStepThatGainsOrLosesPartitionsRepeatsNothing(boolean gains, String words) {
        failAt = gains ? 13 : 18;
        deploy(gains ? PLAIN : PARTITIONED);
        JobRun failed = BATCH.run("move");
        deploy(gains ? PARTITIONED : PLAIN);

        Refusal refusal = refused(failed);
        deploy(gains ? PLAIN : PARTITIONED);
        JobRun restarted = BATCH.run("move");

        assertThat(refusal.kind()).isEqualTo(Kind.DEFINITION_CHANGED);
        assertThat(refusal.executionId()).isEqualTo(failed.executionId());
        assertThat(refusal.faults()).singleElement().asString().contains("step work", words);
        assertThat(refusal.message()).contains(refusal.acceptance(), WaysOut.START_ANEW, "abandon");
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyInAnyOrderElementsOf(numbers(20));
    }

    @Test
    void aRestartTargetThatIsGoneIsRefusedAndStays() {
        deploy(step("collect", "", "<batchlet ref=\"task\"/><stop on=\"DONE\" restart=\"send\"/>") + task("send", ""));
        JobRun stopped = BATCH.run("move");
        String renamed = step("collect", "", "<batchlet ref=\"task\"/><stop on=\"DONE\" restart=\"dispatch\"/>")
                + task("dispatch", "");
        deploy(renamed);

        Refusal first = refused(stopped);
        Refusal second = refused(stopped);
        deploy(step("collect", "", "<batchlet ref=\"task\"/><stop on=\"DONE\" restart=\"send\"/>") + task("send", ""));
        JobRun restarted = BATCH.run("move");

        assertThat(first.kind()).isEqualTo(Kind.DEFINITION_CHANGED);
        assertThat(first.faults().get(0)).startsWith("'send': the restart is to begin there");
        assertThat(second).isEqualTo(first);
        assertThat(restarted.stepNames()).containsExactly("send");
    }

    @Test
    void ofAnExecutionWhoseDefinitionIsNotRecordedTheTargetIsLookedAtToo() throws SQLException {
        deploy(step("collect", "", "<batchlet ref=\"task\"/><stop on=\"DONE\" restart=\"send\"/>") + task("send", ""));
        JobRun stopped = BATCH.run("move");
        forgetWhatRan();
        deploy(task("collect", "") + task("dispatch", ""));

        assertThat(refused(stopped).kind()).isEqualTo(Kind.DEFINITION_CHANGED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<step id='work'>CHUNK</step> | <step id='work2'>CHUNK</step> | not there any more",
                "<step id='work'>CHUNK</step> | <step id='work'><batchlet ref='task'/></step> | was a chunk step and is a batchlet",
                "<step id='work'>CHUNK</step> | <step id='work'>OTHERS</step> | its reader was 'numbers' and is 'others'",
                "<step id='a' next='work'>TASK</step><step id='work'>CHUNK</step>"
                        + "| <step id='work' next='a'>CHUNK</step><step id='a'>TASK</step> | comes before it now",
                "<step id='a' next='work'>TASK</step><step id='work'>CHUNK</step>"
                        + "| <step id='a' next='work' allow-start-if-complete='true'>TASK</step><step id='work'>CHUNK</step>"
                        + "| would run it again",
                "<step id='a' next='work'>TASK</step><step id='work'>CHUNK</step>"
                        + "| <step id='a'>TASK<end on='*'/></step><step id='work'>CHUNK</step>"
                        + "| would not come to it any more"
            })
    void whatCouldRepeatLoseOrSkipWork(String before, String after, String words) {
        deploy(elements(before));
        JobRun failed = BATCH.run("move");
        deploy(elements(after));

        Refusal refusal = refused(failed);

        assertThat(refusal.kind()).isEqualTo(Kind.DEFINITION_CHANGED);
        assertThat(refusal.faults()).anyMatch(fault -> fault.contains(words));
    }

    private static String elements(String text) {
        return text.replace("CHUNK", CHUNK)
                .replace("OTHERS", CHUNK.replace("numbers", "others"))
                .replace("COPY", CHUNK.replace("\"table\"", "\"copy\""))
                .replace("FIVE", CHUNK.replace("\"5\"", "\"7\""))
                .replace("TASK", "<batchlet ref='task'/>");
    }

    // ---- What passes -----------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<step id='work'>CHUNK</step> | <step id='work'>COPY</step> | <writer> changed",
                "<step id='work'>CHUNK</step> | <step id='work'>FIVE</step> | item-count changed",
                "<step id='work'>CHUNK</step> | <step id='work' start-limit='9'>CHUNK</step> | start-limit changed",
                "<step id='work'>CHUNK</step> | <step id='work' next='b'>CHUNK</step><step id='b'>TASK</step> | was added",
                "<step id='work' next='b'>CHUNK</step><step id='b'>TASK</step> | <step id='work'>CHUNK</step> | was removed"
            })
    void whatDoesNoHarmIsListed(String before, String after, String words) {
        deploy(elements(before));
        BATCH.run("move");
        deploy(elements(after));

        LaunchDecision preview = BATCH.launcher().explain(LaunchRequest.of("move"));
        JobRun restarted = BATCH.run("move");

        assertThat(((Restart) preview).changes()).anyMatch(change -> change.contains(words));
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyInAnyOrderElementsOf(numbers(20));
    }

    /** Nothing of it is committed, so nothing can be repeated. */
    @Test
    void aStepWithoutACommittedChunkMayChange() {
        failAt = 2;
        deploy(PLAIN);
        BATCH.run("move");
        deploy(PARTITIONED);

        assertThat(BATCH.run("move").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyInAnyOrderElementsOf(numbers(20));
    }

    @Test
    void anExecutionOfBeforeThisStaysRestartable() throws SQLException {
        deploy(PLAIN);
        BATCH.run("move");
        forgetWhatRan();
        deploy(elements("<step id='work'>OTHERS</step>"));

        assertThat(BATCH.run("move").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyElementsOf(numbers(20));
    }

    private static void forgetWhatRan() throws SQLException {
        try (Connection connection = BATCH.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update BATCH_JOB_EXECUTION set REPRISE_DEFINITION = null");
        }
    }

    // ---- The ways out ----------------------------------------------------------------------------------------------

    @Test
    void exactlyThisChangeCanBeAccepted() {
        deploy(PLAIN);
        JobRun failed = BATCH.run("move");
        deploy(elements("<step id='work'>OTHERS</step>"));
        String acceptance = String.valueOf(refused(failed).acceptance());
        LaunchRequest accepting = LaunchRequest.of("move").acceptingDefinition(acceptance);

        Refusal another = catchThrowableOfType(
                        LaunchRefusedException.class,
                        () -> BATCH.run(LaunchRequest.of("move").acceptingDefinition("0123456789abcdef")))
                .refusal();
        LaunchDecision preview = BATCH.launcher().explain(accepting);
        failAt = 18;
        JobRun failedAgain = BATCH.run(accepting);
        JobRun restarted = BATCH.run("move");

        assertThat(another.message()).contains("What was accepted is another change.");
        assertThat(((Restart) preview).changes()).anyMatch(change -> change.contains("'others'"));
        assertThat(failedAgain.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(restarted.instanceId()).isEqualTo(failed.instanceId());
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyElementsOf(numbers(20));
        assertThat(count("BATCH_JOB_EXECUTION_PARAMS")).isZero();
    }

    @Test
    void aPlainRestartAcceptsItByAReservedParameter() {
        deploy(PLAIN);
        JobRun failed = BATCH.run("move");
        deploy(elements("<step id='work'>OTHERS</step>"));
        Properties accepting = new Properties();
        accepting.setProperty(
                WaysOut.ACCEPT_DEFINITION, String.valueOf(refused(failed).acceptance()));

        JobRun restarted = BATCH.await(BATCH.operator().restart(failed.executionId(), accepting));

        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(count("BATCH_JOB_EXECUTION_PARAMS")).isZero();
    }

    /** Also if that fails before its first chunk, and is restarted: what was left before is given up. */
    @Test
    void theStepCanBeginAnew() {
        deploy(PLAIN);
        BATCH.run("move");
        deploy(PARTITIONED);
        WRITTEN.clear();
        failAt = 1;
        LaunchRequest anew = LaunchRequest.of("move").startingAnew("work");

        LaunchDecision preview = BATCH.launcher().explain(anew);
        JobRun failed = BATCH.run(anew);
        JobRun restarted = BATCH.run("move");

        assertThat(((Restart) preview).steps()).singleElement().satisfies(step -> {
            assertThat(step.fate()).isEqualTo(Fate.RUN);
            assertThat(step.reach()).isEqualTo(Reach.WILL);
        });
        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyInAnyOrderElementsOf(numbers(20));
    }

    @Test
    void onlyWhatHasBegunAndIsNotCompleteCanBeginAnew() {
        deploy(elements("<step id='a' next='work'>TASK</step><step id='work'>CHUNK</step>"));
        BATCH.run("move");
        for (String step : List.of("a", "nothing")) {
            LaunchRequest anew = LaunchRequest.of("move").startingAnew(step);

            Refusal refusal = catchThrowableOfType(LaunchRefusedException.class, () -> BATCH.run(anew))
                    .refusal();

            assertThat(refusal.kind()).isEqualTo(Kind.INVALID_PARAMETERS);
            assertThat(BATCH.launcher().explain(anew)).isEqualTo(refusal);
        }
    }

    // ---- What is recorded ------------------------------------------------------------------------------------------

    @Test
    void theDefinitionIsRecordedOnceWithWhatIsInherited() {
        long before = count("REPRISE_DEFINITION");
        deploy(elements("<step id='work'><properties><property name='once' value='1'/></properties>CHUNK</step>"));
        JobRun failed = BATCH.run("move");
        JobRun restarted = BATCH.run("move");

        assertThat(count("REPRISE_DEFINITION")).isEqualTo(before + 1);
        assertThat(BATCH.repository().recorded().definition(failed.executionId()))
                .hasValueSatisfying(xml -> assertThat(xml).contains("<step id=\"work\"", "<reader ref=\"numbers\""));
        assertThat(BATCH.repository().recorded().definition(restarted.executionId()))
                .isEqualTo(BATCH.repository().recorded().definition(failed.executionId()));
    }

    @Test
    void aFirstLaunchTakesNoNoticeOfTheWaysOut() {
        failAt = 0;
        deploy(PLAIN);

        JobRun run = BATCH.run("move", Map.of(WaysOut.ACCEPT_DEFINITION, "0", WaysOut.START_ANEW, "x"));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(count("BATCH_JOB_EXECUTION_PARAMS")).isZero();
    }
}
