package dev.reprise.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.access.LoginAttempts.Answer;
import dev.reprise.access.LoginAttempts.Attempt;
import dev.reprise.access.LoginAttempts.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who has to wait after wrong passwords, for how long, and who has not. */
class LoginAttemptsTest {

    private static final String ATTACKER = "198.51.100.7";
    private static final String OFFICE = "203.0.113.5";

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000);
    private final LoginAttempts attempts = new LoginAttempts(clock::get);

    private Answer ask(String user, String address) {
        return attempts.ask(user, address);
    }

    private Attempt allowed(String user, String address) {
        return Objects.requireNonNull(ask(user, address).attempt(), user + " from " + address);
    }

    private boolean fails(String user, String address) {
        Attempt attempt = ask(user, address).attempt();
        if (attempt != null) {
            attempt.failed();
        }
        return attempt != null;
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void wrongPasswordsMakeTheirSenderWaitAndNobodyElse() {
        for (int i = 0; i < 12; i++) {
            assertThat(fails("operator", ATTACKER)).isEqualTo(i < LoginAttempts.FREE_OF_USER);
        }

        allowed("operator", OFFICE).succeeded();
        allowed("admin", ATTACKER).succeeded();
        assertThat(ask("operator", ATTACKER).left()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theDelayDoublesUpToAMinute() {
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < LoginAttempts.FREE_OF_USER + 8; i++) {
            assertThat(fails("operator", ATTACKER)).isTrue();
            if (i >= LoginAttempts.FREE_OF_USER - 1) {
                Duration left = ask("operator", ATTACKER).left();
                delays.add(left.toSeconds());
                pass(left);
            }
        }
        assertThat(delays).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void aRightPasswordEndsIt() {
        for (int i = 0; i < LoginAttempts.FREE_OF_USER; i++) {
            fails("operator", ATTACKER);
        }
        pass(Duration.ofSeconds(1));
        allowed("operator", ATTACKER).succeeded();

        for (int i = 0; i < LoginAttempts.FREE_OF_USER; i++) {
            assertThat(fails("operator", ATTACKER)).isTrue();
        }
    }

    @Test
    void thenOnePasswordAtATimeIsLookedAt() {
        List<Attempt> burst = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            burst.add(allowed("operator", ATTACKER));
        }
        burst.forEach(Attempt::failed);
        assertThat(ask("operator", ATTACKER).left()).isEqualTo(Duration.ofMinutes(1));
        pass(Duration.ofMinutes(1));

        Attempt one = allowed("operator", ATTACKER);
        assertThat(ask("operator", ATTACKER).attempt()).isNull();
        one.abandoned();
        allowed("operator", ATTACKER);
    }

    @Test
    void anAddressThatTriesManyUsersWaitsWithAll() {
        allowed("known", ATTACKER).succeeded();
        for (int i = 0; i < LoginAttempts.FREE_OF_ADDRESS; i++) {
            assertThat(fails("user" + i, ATTACKER)).isTrue();
        }

        assertThat(ask("another", ATTACKER).attempt()).isNull();
        allowed("another", OFFICE).succeeded();
        allowed("known", ATTACKER).succeeded();
    }

    @Test
    void aUserWhoIsTriedFromManyAddressesIsRefusedToNobodyWhoHasNotBeenWrong() {
        for (int i = 0; i < LoginAttempts.FREE_EVERYWHERE; i++) {
            assertThat(fails("operator", "192.0.2." + i)).isTrue();
        }
        String fresh = "192.0.2.200";
        assertThat(fails("operator", fresh)).isTrue();
        assertThat(ask("operator", fresh).attempt()).as("a second try").isNull();

        allowed("operator", OFFICE).succeeded();
        assertThat(fails("operator", OFFICE)).isTrue();
        allowed("operator", OFFICE).succeeded();
    }

    @Test
    void whoHasLoggedInFromAnAddressIsKnownThere() {
        assertThat(attempts.isKnown("operator", OFFICE)).isFalse();
        allowed("operator", OFFICE).succeeded();

        assertThat(attempts.isKnown(" Operator", OFFICE)).isTrue();
        assertThat(attempts.isKnown("operator", ATTACKER)).isFalse();
        assertThat(attempts.isKnown("viewer", OFFICE)).isFalse();
    }

    @Test
    void whoHasANetworkOfIPv6HasOneAddress() {
        for (int i = 0; i < LoginAttempts.FREE_OF_USER; i++) {
            assertThat(fails("operator", "2001:db8:0:1::" + i)).isTrue();
        }

        assertThat(fails("operator", "2001:db8:0:1:ffff::1")).isFalse();
        assertThat(fails("operator", "2001:db8:0:2::1")).isTrue();
        assertThat(attempts.refused()).extracting(Refused::address).containsExactly("2001:db8:0:1::/64");
    }

    @Test
    void aNameIsTheSameInCapitalsAndWithoutWhatNobodySees() {
        for (String user : List.of("operator", "OPERATOR", " Operator ", "operator", "oPerator")) {
            assertThat(fails(user, ATTACKER)).isTrue();
        }

        assertThat(fails("operator", ATTACKER)).isFalse();
        fails("a\u202Eb\nc", OFFICE);
        for (int i = 0; i < LoginAttempts.FREE_OF_USER; i++) {
            fails("a\u202Eb\nc", OFFICE);
        }
        assertThat(attempts.refused()).extracting(Refused::user).contains("a\uFFFDb\uFFFDc");
    }

    @Test
    void itIsForgottenAfterAQuarterOfAnHour() {
        for (int i = 0; i < LoginAttempts.FREE_OF_USER; i++) {
            fails("operator", ATTACKER);
        }
        pass(Duration.ofMinutes(16));

        assertThat(attempts.refused()).isEmpty();
        for (int i = 0; i < LoginAttempts.FREE_OF_USER; i++) {
            assertThat(fails("operator", ATTACKER)).isTrue();
        }
    }

    @Test
    void itIsToldOnceAndThenEachTimeItHasDoubled() {
        List<Integer> told = new ArrayList<>();
        attempts.tell(refused -> {
            if (refused.user() != null) {
                told.add(refused.failures());
            }
        });
        for (int i = 0; i < 21; i++) {
            fails("operator", ATTACKER);
            pass(Duration.ofMinutes(1));
        }

        assertThat(told).containsExactly(5, 10, 20);
    }

    @Test
    void itIsSeenAndLifted() {
        for (int i = 0; i < LoginAttempts.FREE_OF_USER; i++) {
            fails("operator", ATTACKER);
            fails("viewer", OFFICE);
        }
        assertThat(attempts.refused())
                .containsExactlyInAnyOrder(
                        new Refused("operator", ATTACKER, 5, Duration.ofSeconds(1)),
                        new Refused("viewer", OFFICE, 5, Duration.ofSeconds(1)));

        assertThat(attempts.lift("operator", null)).isEqualTo(1);
        assertThat(attempts.refused()).extracting(Refused::user).containsExactly("viewer");
        allowed("operator", ATTACKER);
        assertThat(attempts.lift(null, OFFICE)).isEqualTo(1);
        allowed("viewer", OFFICE);
    }

    @Test
    void allAreCountedThatAreLifted() {
        for (int i = 0; i < 1500; i++) {
            for (int wrong = 0; wrong < LoginAttempts.FREE_OF_USER; wrong++) {
                fails("user" + i, "10.0." + (i >> 8) + "." + (i & 255));
            }
        }

        assertThat(attempts.refused()).as("told of").hasSize(1000);
        assertThat(attempts.lift(null, null)).isEqualTo(1500);
    }

    @Test
    void whoNeverEndsTakesNoMoreThanSoMuchMemory() {
        for (int i = 0; i < 30_000; i++) {
            fails("user" + i, "10." + (i >> 16) + "." + ((i >> 8) & 255) + "." + (i & 255));
        }

        assertThat(attempts.remembered()).isEqualTo(LoginAttempts.MOST);
        allowed("operator", OFFICE).succeeded();
    }
}
