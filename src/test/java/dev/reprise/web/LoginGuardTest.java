package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
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
}
