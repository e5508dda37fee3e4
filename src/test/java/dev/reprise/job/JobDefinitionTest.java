package dev.reprise.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Read by the engine's own parser, from XML as a deployment holds it. */
class JobDefinitionTest {

    @Test
    void listsAllStepsInDocumentOrder() {
        JobDefinition definition = definition("", """
                <step id="first" next="split" allow-start-if-complete="true"><batchlet ref="b"/></step>
                <split id="split" next="flow">
                  <flow id="left"><step id="left1" next="left2"><batchlet ref="b"/></step>
                    <step id="left2"><chunk><reader ref="r"/><writer ref="w"/></chunk></step></flow>
                  <flow id="right"><step id="right1"><batchlet ref="b"/></step></flow>
                </split>
                <flow id="flow" next="decision">
                  <flow id="inner"><step id="nested"><batchlet ref="b"/></step></flow>
                </flow>
                <decision id="decision" ref="d"><next on="*" to="last"/></decision>
                <step id="last"><chunk><reader ref="r"/><writer ref="w"/></chunk>
                  <partition><plan partitions="2"/></partition></step>
                """);

        assertThat(definition)
                .isEqualTo(new JobDefinition(
                        "flights",
                        true,
                        false,
                        new RecoveryPolicy(
                                RecoveryPolicy.Choice.UNLESS_A_BATCHLET_RAN,
                                3,
                                Duration.ofSeconds(10),
                                Set.of("first", "left1", "right1", "nested")),
                        List.of(
                                new StepDefinition("first", true, false, false),
                                new StepDefinition("left1", false, false, false),
                                new StepDefinition("left2", false, false, true),
                                new StepDefinition("right1", false, false, false),
                                new StepDefinition("nested", false, false, false),
                                new StepDefinition("last", false, true, true))));
    }

    @Test
    void leavesOutWhatIsAbstractAndKeepsWhatIsInherited() {
        JobDefinition definition = definition("", """
                <step id="base" abstract="true" allow-start-if-complete="true"><chunk><reader ref="r"/></chunk></step>
                <flow id="pattern" abstract="true"><step id="hidden"><batchlet ref="b"/></step></flow>
                <step id="load" parent="base"/>
                """);

        assertThat(definition.steps()).containsExactly(new StepDefinition("load", true, false, true));
    }

    @Test
    void readsWhetherItMayBeRestarted() {
        assertThat(definition("restartable=\"false\"", "").restartable()).isFalse();
        assertThat(definition("restartable=\"true\"", "").restartable()).isTrue();
    }

    @Test
    void readsWhetherItHasAnIdentity() {
        assertThat(definition("", property("reprise.identity", "none")).identityNone())
                .isTrue();
        assertThat(definition("", property("reprise.identity", "parameters")).identityNone())
                .isFalse();
        assertThat(definition("", property("other", "none")).identityNone()).isFalse();
    }

    @Test
    void refusesAnotherIdentity() {
        for (String value : List.of("", "None", "off\n")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> definition("", property("reprise.identity", value)))
                    .withMessageStartingWith("job 'flights': its property 'reprise.identity' is '" + value.strip())
                    .withMessageContaining("Write 'none' (each start is a new instance) or 'parameters'");
        }
    }

    private static String property(String name, String value) {
        return "<properties><property name=\"" + name + "\" value=\"" + value + "\"/></properties>";
    }

    private static JobDefinition definition(String attributes, String elements) {
        return JobDefinition.of(Jobs.of(attributes, elements));
    }
}
