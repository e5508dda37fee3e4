package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;

import org.jboss.msc.service.ServiceRegistryException;
import org.junit.jupiter.api.Test;

class RefusedDeploymentTest {

    @Test
    void isALineWithoutAStackTrace() {
        ServiceRegistryException refused =
                RefusedDeployment.installation(" Connection refused.\n  Detail: \u001b[31mnobody\r\n   is there. ");

        assertThat(refused).hasMessage("Reprise: Connection refused. Detail: \\u001b[31mnobody is there.");
        assertThat(refused.getStackTrace()).isEmpty();
    }

    @Test
    void isALineThatEnds() {
        assertThat(RefusedDeployment.installation("x".repeat(10_000)).getMessage())
                .hasSize("Reprise: ".length() + 2001);
    }
}
