package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.reprise.internal.database.Text;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.runtime.BatchStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever text comes: it is stored as it is, or refused, or cut where everybody sees it. */
class TextsTest {

    private static final String BOMB = "\uD83D\uDCA3";

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void ofParametersComeBackAsTheyWere(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("lines", "one\ntwo\r\nx=y\tz");
        texts.put("quotes", "it's \"quoted\" \\ ; -- ? :name <name> ${expression} # { } $");
        texts.put("emoji", "\uD83D\uDC69\u200D\uD83D\uDE80 " + BOMB);
        texts.put("rightToLeft", "\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627 \u202E");
        texts.put("empty", "");
        texts.put("blank", "  ");
        texts.put("long", "x".repeat(2500));
        texts.put("longEmoji", BOMB.repeat(1250));
        texts.put("name with = : and \uD83D\uDCA3", "v");
        texts.put("n".repeat(100), "v");
        Properties properties = new Properties();
        texts.forEach(properties::setProperty);

        JobExecutionImpl execution = node.start(job, properties);
        node.end(execution, BatchStatus.FAILED);

        assertThat(node.load(execution.getExecutionId(), job).getJobParameters())
                .isEqualTo(properties);
        assertThat(node.restart(execution.getExecutionId(), job).getJobParameters())
                .isEqualTo(properties);
    }

    @ParameterizedTest
    @EnumSource
    void ofParametersThatDoNotFitAreRefusedAllAtOnceAndNothingIsWritten(TestDatabase.Kind kind) {
        TestDatabase database = TestDatabase.migrated(kind);
        TestNode node = TestNode.on(database);
        Map<String, Long> before = database.rowCounts();

        LaunchRefusedException refused = catchThrowableOfType(
                LaunchRefusedException.class,
                () -> node.start(
                        job,
                        "ok",
                        "v",
                        "long",
                        "x".repeat(2501),
                        "n".repeat(101),
                        "v",
                        "nul",
                        "a\u0000b",
                        "nul\u0000",
                        "v",
                        "expression",
                        "#{environmentVariables['HOME']}",
                        "jberet.local-tx",
                        "true"));

        assertThat(refused.refusal().kind()).isEqualTo(Kind.INVALID_PARAMETERS);
        assertThat(refused.refusal().faults())
                .hasSize(6)
                .anySatisfy(
                        fault -> assertThat(fault).startsWith("expression: ").contains("#{"))
                .anySatisfy(fault -> assertThat(fault).startsWith("long: ").contains("2501", "2500"))
                .anySatisfy(fault -> assertThat(fault).startsWith("nnn").contains("101", "100"))
                .anySatisfy(fault -> assertThat(fault).startsWith("nul: ").contains("NUL"))
                .anySatisfy(
                        fault -> assertThat(fault).startsWith("nul\\u0000: ").contains("NUL"))
                .anySatisfy(fault -> assertThat(fault).startsWith("jberet.local-tx: "));
        assertThat(refused.getMessage()).contains(refused.refusal().faults()).doesNotContain("\u0000");
        assertThat(database.rowCounts()).isEqualTo(before);
        assertThat(node.start(job).getJobInstance().getInstanceId())
                .as("no number was drawn for a refused launch")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void ofExitStatusesAreCutVisibly(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        // The cut after 2499 characters falls between the two halves of an emoji.
        String exitStatus = "x".repeat(2498) + BOMB.repeat(2500);
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        step.setBatchStatus(BatchStatus.FAILED);
        step.setExitStatus(exitStatus);
        node.repository.updateStepExecution(step);
        node.end(execution, BatchStatus.FAILED, exitStatus);

        String cut = "x".repeat(2498) + "…";
        assertThat(node.load(execution.getExecutionId(), job).getExitStatus()).isEqualTo(cut);
        assertThat(node.original("load", execution).getExitStatus()).isEqualTo(cut);
        assertThat(node.owner(execution.getExecutionId())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void ofExitStatusesAndUsersMayHaveAnyCharacter(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        node.end(execution, BatchStatus.COMPLETED, "a\u0000b " + BOMB);

        assertThat(node.other("node-2").load(execution.getExecutionId(), job).getExitStatus())
                .isEqualTo("a\uFFFDb " + BOMB);
    }

    /** Whoever may see no message knows by it where one begins. */
    @Test
    @SuppressWarnings("OverrideThrowableToString") // as exceptions of others do
    void ofAStackTraceBeginsWithTheClass() {
        Exception speaking = new Exception("found 's3cr3t'") {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
                return String.valueOf(getMessage());
            }
        };

        assertThat(Text.stackTrace(speaking)).startsWith(speaking.getClass().getName() + ": found 's3cr3t'");
        assertThat(Text.stackTrace(new IllegalStateException())).startsWith("java.lang.IllegalStateException\n\tat ");
    }

    @ParameterizedTest
    @EnumSource
    void ofStackTracesAreKeptWhole(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        Exception deep = new IllegalStateException("at the bottom " + BOMB + "\u0000");
        for (int i = 0; i < 40; i++) {
            deep = new IllegalStateException("level " + i + " " + "m".repeat(4000), deep);
        }
        step.setException(deep);
        node.end(step, BatchStatus.FAILED);
        node.end(execution, BatchStatus.FAILED);

        String trace = node.repository
                .recorded()
                .stackTrace(execution.getExecutionId(), step.getStepExecutionId())
                .orElse("");
        assertThat(trace.length()).isGreaterThan(100_000);
        assertThat(trace)
                .startsWith("java.lang.IllegalStateException: level 39 ")
                .contains("Caused by: java.lang.IllegalStateException: at the bottom " + BOMB + "\uFFFD");
        assertThat(node.database.row(
                        "select EXIT_MESSAGE from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = ?",
                        step.getStepExecutionId()))
                .hasSize(2500)
                .startsWith("java.lang.IllegalStateException: level 39 ")
                .endsWith("…");
        assertThat(node.repository.recorded().failures(execution.getExecutionId()))
                .singleElement()
                .satisfies(failure -> {
                    assertThat(failure.step()).isEqualTo("load");
                    assertThat(failure.message()).startsWith("java.lang.IllegalStateException: level 39 mmm");
                });
    }
}
