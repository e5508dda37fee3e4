package dev.reprise.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class JobParametersTest {

    @Test
    void aLeadingMarkSaysThatAParameterDoesNotIdentifyAndIsNotPartOfItsName() {
        JobParameters parameters = JobParameters.ofProperties(properties(Map.of("month", "2001-01", "-note", "x")));

        assertThat(parameters.byName())
                .containsEntry("month", new JobParameter("2001-01", true))
                .containsEntry("note", new JobParameter("x", false));
        assertThat(parameters).hasToString("[month=2001-01]");
    }

    @Test
    void theEnginesOwnParametersAreLeftOut() {
        assertThat(JobParameters.ofProperties(properties(Map.of("jberet.restart.mode", "strict")))
                        .byName())
                .isEmpty();
    }

    @Test
    void readsTheDefaultsOfPropertiesToo() {
        Properties restart = new Properties(properties(Map.of("month", "2001-01")));
        restart.setProperty("limit", "5");

        assertThat(JobParameters.ofProperties(restart).byName()).containsOnlyKeys("month", "limit");
    }

    @Test
    void refusesANameThatIsGivenTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JobParameters.ofProperties(properties(Map.of("note", "a", "-note", "b"))))
                .withMessageContaining("'note' is given twice");
    }

    @Test
    void identityIsTheLiteralText() {
        assertThat(key("7")).isNotEqualTo(key("007"));
    }

    private static String key(String day) {
        return JobIdentity.of("job", JobParameters.of(Map.of("day", new JobParameter(day, true))))
                .key();
    }

    private static Properties properties(Map<String, String> values) {
        Properties properties = new Properties();
        properties.putAll(values);
        return properties;
    }
}
