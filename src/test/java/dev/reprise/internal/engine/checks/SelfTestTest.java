package dev.reprise.internal.engine.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.internal.checks.SelfTest;
import dev.reprise.internal.checks.SelfTest.Check;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jberet.creation.ArtifactCreationContext;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.metric.StepMetrics;
import org.junit.jupiter.api.Test;

/** Each check, with an engine in the place of the real one that does not do what is relied on. */
class SelfTestTest {

    @Test
    void theEngineOfTheTestsPassesEveryCheck() {
        assertThat(EngineChecks.ALL)
                .allSatisfy(check -> assertThat(check.line()).isEmpty());
        assertThat(SelfTest.strangeVersion(
                        AbstractJobOperator.class.getPackage().getImplementationVersion()))
                .isEmpty();
    }

    @Test
    void noticesCountsThatGoElsewhere() {
        assertThat(EngineChecks.counts((metrics, type) -> metrics.set(type, metrics.get(type) + 1), StepMetrics::set))
                .isEqualTo("ROLLBACK_COUNT is not counted where it was watched");
        assertThat(EngineChecks.counts((metrics, type) -> {}, StepMetrics::set))
                .isEqualTo("ROLLBACK_COUNT is not counted where it was watched");
        assertThat(EngineChecks.counts(
                        (metrics, type) -> metrics.increment(type, 1),
                        (metrics, type, value) -> metrics.increment(type, value)))
                .isEqualTo("ROLLBACK_COUNT is counted as it happens where it is only set");
    }

    @Test
    void noticesPatternsThatAreReadInAnotherWay() {
        assertThat(EngineChecks.wildcards(String::equals)).isEqualTo("'a.b*' does not match 'a.bcd\ne'");
        assertThat(EngineChecks.wildcards((exitStatus, on) -> Pattern.matches(on.replace("*", ".*"), exitStatus)))
                .isEqualTo("'a.b' matches 'axb'");
        assertThat(EngineChecks.wildcards((exitStatus, on) -> true)).isEqualTo("'a.b' matches 'axb'");
    }

    @Test
    void noticesARestartThatMergesParametersItself() {
        assertThat(EngineChecks.restart((operator, given) -> operator.restart(1, new Properties(given))))
                .isEqualTo("it passes on other parameters");
        assertThat(EngineChecks.restart((operator, given) -> operator.getJobExecution(1)))
                .isEqualTo("it is not known by its call for the execution");
        assertThat(EngineChecks.restart((operator, given) -> {
                    throw new IllegalStateException("cannot restart");
                }))
                .isEqualTo("it ends with java.lang.IllegalStateException: cannot restart");
    }

    @Test
    void noticesAStopThatTellsNobody() {
        assertThat(EngineChecks.stop(execution -> execution.setBatchStatus(BatchStatus.STOPPING)))
                .isEqualTo("it comes 0 times");
    }

    @Test
    void noticesACopyThatIsNone() {
        assertThat(EngineChecks.exitStatus(step -> new PartitionExecutionImpl(new StepExecutionImpl(""))))
                .isEqualTo("where SAID was said the copy has null");
        assertThat(EngineChecks.exitStatus(step -> {
                    step.setExitStatus("ALWAYS");
                    return step;
                }))
                .isEqualTo("where null was said the copy has ALWAYS");
        assertThat(EngineChecks.copyOfJob(UnaryOperator.identity()))
                .isEqualTo("a transition of the copy is the job's own");
    }

    @Test
    void noticesExpressionsThatStay() {
        assertThat(EngineChecks.expressions((job, parameters) -> {}))
                .isEqualTo("a parameter is resolved to #{jobParameters['where']}");
    }

    @Test
    void noticesArtifactsThatAreMadeElsewhere() {
        assertThat(EngineChecks.attended((job, factory) -> {})).isEqualTo("they are made elsewhere");
    }

    @Test
    void noticesValuesThatAreKeptOtherwise() {
        assertThat(ValueChecks.kept(bytes -> bytes)).isEqualTo("they come back otherwise");
    }

    @Test
    void noticesFiltersThatDoNotAsk() {
        assertThat(ValueChecks.filters((filter, type) -> false)).isEqualTo("one that is included is not");
        assertThat(ValueChecks.filters((filter, type) -> true)).isEqualTo("one that is not included is");
    }

    @Test
    void noticesAThreadThatForgetsNothing() {
        ArtifactCreationContext.removeCurrentArtifactCreationContext();
        assertThat(EngineChecks.artifacts(() -> {})).isEqualTo("it is not forgotten");
    }

    @Test
    void whatIsEssentialOpensNoRepository() {
        List<Check> checks = List.of(
                SelfTest.essential("one thing", () -> "is missing"),
                SelfTest.essential("another", () -> null),
                SelfTest.essential("a class", () -> {
                    throw new NoClassDefFoundError("org/jberet/Gone");
                }));

        assertThatThrownBy(() -> SelfTest.run(checks, "4.0.0.Final", line -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "JBeret 4.0.0.Final or this server is not as Reprise knows it: one thing: is missing; a class:"
                                + " java.lang.NoClassDefFoundError: org/jberet/Gone. Use WildFly 35 to 39 (docs/servers.md).");
    }

    @Test
    void whatIsUsefulIsMissedInALine() {
        Check useful = SelfTest.useful("a thing", () -> {
            throw new NoSuchMethodException("thing()");
        });

        List<String> lines = new ArrayList<>();
        SelfTest.run(List.of(useful), "4.0.0.Final", lines::add);
        assertThat(lines)
                .containsExactly("JBeret 4.0.0.Final or this server is not as Reprise knows it: a thing:"
                        + " java.lang.NoSuchMethodException: thing()");
        assertThatCode(() -> SelfTest.run(List.of(useful))).doesNotThrowAnyException();
    }

    @Test
    void warnsOfAnEngineThatNobodyHasTried() {
        assertThat(SelfTest.strangeVersion("3.2.0.Final"))
                .hasValue("Reprise was tried with JBeret 3.1.x, and this is 3.2.0.Final: its self-test has found"
                        + " nothing that would do harm, but nobody has run it whole");
        assertThat(SelfTest.strangeVersion(null))
                .hasValueSatisfying(line -> assertThat(line).contains("this is of no known version"));
        assertThat(SelfTest.strangeVersion("3.1.7.Final")).isEmpty();
    }
}
