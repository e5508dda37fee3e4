package dev.reprise.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who reads, who waits, and who has read for too long. */
class TurnsTest {

    private static final String ATTACKER = "198.51.100.7";
    private static final String OFFICE = "203.0.113.5";
    private static final int MOST = 4;
    private static final int WAITING = 50;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000);
    private final List<String> admitted = new ArrayList<>();
    private final List<String> evicted = new ArrayList<>();
    private final Turns<String> turns =
            new Turns<>(MOST, WAITING, Duration.ofSeconds(1), admitted::add, evicted::add, clock::get);

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private List<String> enter(String name, String address, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> name + i)
                .peek(who -> turns.enter(who, address))
                .toList();
    }

    @Test
    void manyWhoReadAtOnceAreAllServed() {
        List<String> files = enter("file ", OFFICE, 40);
        assertThat(admitted).containsExactlyElementsOf(files.subList(0, MOST));
        assertThat(turns.look()).as("somebody waits").isTrue();

        files.forEach(turns::leave);

        assertThat(evicted).isEmpty();
        assertThat(admitted).containsExactlyElementsOf(files);
        assertThat(turns.look()).isFalse();
    }

    @Test
    void whoReadsForTooLongGoesWhenSomebodyWaits() {
        enter("slow ", ATTACKER, MOST);
        pass(Duration.ofSeconds(30));
        assertThat(turns.look()).isFalse();
        assertThat(evicted).isEmpty();

        assertThat(turns.enter("page", OFFICE)).isTrue();
        assertThat(turns.look()).isFalse();
        assertThat(evicted).containsExactly("slow 0");
        assertThat(admitted).endsWith("page");
        assertThat(turns.hasInside("page")).isTrue();
        assertThat(turns.hasInside("slow 0")).isFalse();
    }

    @Test
    void nobodyGoesBeforeItsTurnIsOver() {
        enter("slow ", ATTACKER, MOST);
        pass(Duration.ofMillis(999));
        turns.enter("page", OFFICE);

        assertThat(turns.look()).isTrue();
        assertThat(evicted).isEmpty();
        pass(Duration.ofMillis(1));
        assertThat(turns.look()).isFalse();
        assertThat(admitted).endsWith("page");
    }

    @Test
    void theNextIsOfTheAddressThatHasTheFewestInside() {
        enter("slow ", ATTACKER, MOST + 20);
        turns.enter("page", OFFICE);

        turns.leave("slow 0");

        assertThat(admitted).endsWith("page");
    }

    @Test
    void theAddressThatHasTheMostInsideGoesFirst() {
        turns.enter("page", OFFICE);
        enter("slow ", ATTACKER, MOST);
        pass(Duration.ofSeconds(2));
        turns.look();

        assertThat(evicted).containsExactly("slow 0");
        assertThat(turns.hasInside("page")).isTrue();
    }

    @Test
    void whoeverWaitsInGreatNumbersGivesWay() {
        enter("slow ", ATTACKER, MOST);
        turns.enter("page", OFFICE);
        enter("more ", ATTACKER, 200);

        assertThat(evicted).hasSize(200 + 1 - WAITING).startsWith("more 0").doesNotContain("page");
        turns.leave("slow 3");
        assertThat(admitted).endsWith("page");
    }

    @Test
    void whoIsGoneWhileItWaitsHasNoTurn() {
        enter("slow ", ATTACKER, MOST);
        turns.enter("gone", OFFICE);
        turns.enter("page", OFFICE);
        turns.leave("gone");
        turns.leave("slow 0");

        assertThat(admitted).endsWith("page").doesNotContain("gone");
    }
}
