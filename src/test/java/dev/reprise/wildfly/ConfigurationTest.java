package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

    private static Configuration withLogLimit(String limit) {
        return Configuration.of(new Properties(), key -> switch (key) {
            case "reprise.log-limit" -> limit;
            case "jboss.node.name" -> "here";
            default -> null;
        });
    }

    @ParameterizedTest
    @CsvSource({"10m, 10485760", "64k, 65536", "1g, 1073741824", "100000, 100000", "0, 0", "0k, 0"})
    void readsTheLimitOfALog(String limit, long bytes) {
        assertThat(withLogLimit(limit).logLimit()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"63k", "2g", "-1", "10 MiB", "", "9999999999", "m", "1"})
    void refusesOneThatMakesNoSense(String limit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> withLogLimit(limit))
                .withMessage("reprise.log-limit is '" + limit
                        + "'; write a size from 64k to 1g, as 512k or 10m, or 0 for no logs of executions");
    }
}
