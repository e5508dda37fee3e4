package dev.reprise.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.access.LoginAttempts;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whose password is tried, and how much work that is. */
class LoginGuardTest {

    /** Elytron compares one hash for a user that it knows, and none for any other. */
    @Test
    void aHashIsComputedForUsersThatNobodyKnows() {
        AtomicInteger hashes = new AtomicInteger();

        LoginGuard.evenOut(true, hashes::incrementAndGet);
        assertThat(hashes).hasValue(0);
        LoginGuard.evenOut(false, hashes::incrementAndGet);
        assertThat(hashes).hasValue(1);
    }

    @Test
    void readsNamesAsTheServerDoes() {
        assertThat(LoginGuard.userOf("Basic b3BlcmF0b3I6eA==")).isEqualTo("operator");
        assertThat(LoginGuard.userOf("bAsIc b3BlcmF0b3I6eA==")).isEqualTo("operator");
        assertThat(LoginGuard.userOf("Basic  b3BlcmF0b3I6eA==")).isEmpty();
        assertThat(LoginGuard.userOf("Basic eDp")).isEmpty();
        assertThat(LoginGuard.userOf("Basic YTpiOmM=")).isEqualTo("a");
        assertThat(LoginGuard.userOf("Basic OmE=")).isEmpty();
        assertThat(LoginGuard.userOf("Basic eHk=")).isEmpty();
        assertThat(LoginGuard.userOf("Basic !")).isEmpty();
        assertThat(LoginGuard.userOf("Bearer YTpi")).isEmpty();
    }

    @Test
    void whatWasTriedAtOneDeploymentIsNotKnownAtAnother() {
        ServletContext one = context();
        ServletContext other = context();
        assertThat(LoginGuard.attempts(one)).isEmpty();
        Stream.of(one, other).forEach(LoginGuard::new);
        LoginAttempts tried = LoginGuard.attempts(one).orElseThrow();

        for (int time = 0; time < 5; time++) {
            requireNonNull(tried.ask("operator", "192.0.2.1").attempt()).failed();
        }

        assertThat(LoginGuard.attempts(one).orElseThrow().refused()).hasSize(1);
        assertThat(LoginGuard.attempts(other).orElseThrow().refused()).isEmpty();
    }

    /** Which has attributes. */
    private static ServletContext context() {
        Map<Object, Object> attributes = new HashMap<>();
        return (ServletContext) Proxy.newProxyInstance(
                LoginGuardTest.class.getClassLoader(),
                new Class<?>[] {ServletContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAttribute" -> attributes.get(arguments[0]);
                    case "setAttribute" -> attributes.put(arguments[0], arguments[1]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
