package dev.reprise.wildfly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.reprise.internal.checks.SelfTest;
import java.lang.reflect.Proxy;
import java.util.Map;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServer;
import org.junit.jupiter.api.Test;

/** Each check, with a server in the place of the real one that has not what is relied on. */
class ServerChecksTest {

    @Test
    void aProcessWithoutAServerMissesNothing() {
        assertThatCode(() -> {
                    SelfTest.run(ServerChecks.all());
                    SelfTest.run(ServerChecks.onceUp());
                })
                .doesNotThrowAnyException();
    }

    @Test
    void judgesParametersBeforeAnybodyLaunches() {
        assertThatCode(() -> ServerChecks.judge(getClass().getClassLoader())).doesNotThrowAnyException();
        assertThatIllegalStateException()
                .isThrownBy(() -> ServerChecks.judge(new ClassLoader(null) {}))
                .withMessageContaining("Is the library of Reprise whole");
    }

    @Test
    void noticesThatNobodyKnowsWhoAsks() {
        assertThatExceptionOfType(NoClassDefFoundError.class)
                .isThrownBy(() -> ServerChecks.caller(() -> {
                    throw new NoClassDefFoundError("org/wildfly/security/auth/server/SecurityDomain");
                }));
    }

    @Test
    void noticesALogManagerThatHasChanged() throws Exception {
        ClassLoader empty = new ClassLoader(null) {};
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(() -> ServerChecks.log("org.jboss.logmanager.LogManager", empty))
                .withMessage("org.jboss.logmanager.LogContext");
        assertThat(ServerChecks.log("java.util.logging.LogManager", empty))
                .as("not WildFly's")
                .isNull();
    }

    @Test
    void noticesAModelWithoutAPool() throws Exception {
        String batch = "jboss.as:subsystem=batch-jberet";
        assertThat(ServerChecks.pool(model(Map.of()))).as("no model").isNull();
        assertThatExceptionOfType(InstanceNotFoundException.class)
                .isThrownBy(() -> ServerChecks.pool(model(Map.of("jboss.as:subsystem=ee x", 1))))
                .withMessage(batch + " defaultThreadPool");
        assertThat(ServerChecks.pool(model(
                        Map.of(batch + " defaultThreadPool", "mine", batch + ",thread-pool=mine maxThreads", "many"))))
                .isEqualTo("its size is many");
        assertThat(ServerChecks.pool(
                        model(Map.of(batch + " defaultThreadPool", "mine", batch + ",thread-pool=mine maxThreads", 5))))
                .isNull();
    }

    private static MBeanServer model(Map<String, Object> attributes) {
        return (MBeanServer) Proxy.newProxyInstance(
                ServerChecksTest.class.getClassLoader(),
                new Class<?>[] {MBeanServer.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("getDomains")) {
                        return attributes.isEmpty() ? new String[0] : new String[] {"java.lang", "jboss.as"};
                    }
                    String asked = arguments[0] + " " + arguments[1];
                    Object value = attributes.get(asked);
                    if (value == null) {
                        throw new InstanceNotFoundException(asked);
                    }
                    return value;
                });
    }
}
