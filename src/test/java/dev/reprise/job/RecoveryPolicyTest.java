package dev.reprise.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.reprise.job.RecoveryPolicy.Choice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** contract.md §6: what becomes of an execution whose node died. */
class RecoveryPolicyTest {

    private static final String STEPS = """
            <step id="load" next="mail"><chunk><reader ref="r"/><writer ref="w"/></chunk></step>
            <step id="mail"><batchlet ref="b"/></step>
            """;

    @Test
    void restartsThreeTimesInARowUnlessABatchletRan() {
        RecoveryPolicy policy = policy("", Map.of());

        assertThat(policy.choice()).isEqualTo(Choice.UNLESS_A_BATCHLET_RAN);
        assertThat(policy.objection(List.of(), 0)).as("between steps").isEmpty();
        assertThat(policy.objection(List.of("load"), 2)).isEmpty();
        assertThat(policy.objection(List.of("load"), 3))
                .hasValue("it was restarted 3 times in a row, and reprise.recovery.max-attempts is 3");
        assertThat(policy.objection(List.of("load", "mail"), 0))
                .hasValueSatisfying(objection -> assertThat(objection)
                        .contains("the batchlet of step mail was running", "reprise.recovery=restart"));
    }

    @Test
    void doesWhatTheJobSays() {
        assertThat(policy("", Map.of("reprise.recovery", "restart")).objection(List.of("mail"), 0))
                .isEmpty();
        assertThat(policy("", Map.of("reprise.recovery", "fail")).objection(List.of("load"), 0))
                .hasValue("the job says reprise.recovery=fail");
        assertThat(policy("", Map.of("reprise.recovery.max-attempts", "0")).objection(List.of("load"), 0))
                .hasValue("it was restarted 0 times in a row, and reprise.recovery.max-attempts is 0");
        assertThat(policy("restartable=\"false\"", Map.of("reprise.recovery", "restart"))
                        .objection(List.of(), 0))
                .hasValue("the job says restartable=\"false\"");
    }

    @Test
    void waitsTwiceAsLongBeforeEachRestartAfterTheSecond() {
        RecoveryPolicy policy = policy("", Map.of("reprise.recovery.back-off", "30s"));

        assertThat(policy.pauseBefore(1)).isZero();
        assertThat(policy.pauseBefore(2)).isEqualTo(Duration.ofSeconds(30));
        assertThat(policy.pauseBefore(3)).isEqualTo(Duration.ofMinutes(1));
        assertThat(policy.pauseBefore(1000)).as("an hour at most").isEqualTo(Duration.ofHours(1));
    }

    @Test
    void refusesWhatMakesNoSense() {
        Map<String, String> wrong = Map.of(
                "reprise.recovery", "maybe",
                "reprise.recovery.max-attempts", "-1",
                "reprise.recovery.back-off", "2h");
        wrong.forEach((name, value) -> assertThatIllegalArgumentException()
                .isThrownBy(() -> policy("", Map.of(name, value)))
                .withMessageStartingWith("job 'flights': its property '" + name + "' is '" + value + "'. Write "));
    }

    private static RecoveryPolicy policy(String attributes, Map<String, String> properties) {
        String xml = properties.entrySet().stream()
                .map(property -> "<property name=\"" + property.getKey() + "\" value=\"" + property.getValue() + "\"/>")
                .collect(Collectors.joining("", "<properties>", "</properties>"));
        return JobDefinition.of(Jobs.of(attributes, xml + STEPS)).recovery();
    }
}
