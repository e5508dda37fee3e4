package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who has to go where there is no room for one more. */
class TurnstileTest {

    private final List<String> evicted = new ArrayList<>();
    private final Turnstile<String> turnstile = new Turnstile<>(4, evicted::add);

    @Test
    void theOldestGoesOfTheAddressThatHasTheMostInside() {
        turnstile.enter("user's", "203.0.113.5");
        for (int i = 0; i < 300; i++) {
            turnstile.enter("attacker's " + i, "198.51.100.7");
        }

        assertThat(evicted)
                .hasSize(297)
                .startsWith("attacker's 0", "attacker's 1")
                .doesNotContain("user's");
        assertThat(turnstile.leave("user's")).isTrue();
        assertThat(turnstile.leave("attacker's 299")).isTrue();
    }

    @Test
    void theOldestGoesWhereAllComeFromAddressesOfTheirOwn() {
        for (int i = 0; i < 6; i++) {
            turnstile.enter("body " + i, "192.0.2." + i);
        }

        assertThat(evicted).containsExactly("body 0", "body 1");
    }

    @Test
    void whoHadToGoIsToldWhenItLeaves() {
        turnstile.enter("late", "192.0.2.1");
        turnstile.evict("late");

        assertThat(evicted).containsExactly("late");
        assertThat(turnstile.leave("late")).isFalse();
        turnstile.enter("in time", "192.0.2.1");
        assertThat(turnstile.leave("in time")).isTrue();
        turnstile.evict("in time");
        assertThat(evicted).containsExactly("late");
    }
}
