package dev.reprise.internal.doorbell;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PendingBellsTest {

    private final PendingBells pending = new PendingBells(2);

    @Test
    void givesEachBellOnceAndTheOldestFirst() throws Exception {
        assertThat(pending.add(Bell.ended(1))).isTrue();
        assertThat(pending.add(Bell.WORK)).isTrue();
        assertThat(pending.add(Bell.ended(1))).isTrue();
        assertThat(pending.take(Duration.ZERO)).contains(Bell.ended(1));
        assertThat(pending.take(Duration.ZERO)).contains(Bell.WORK);
        assertThat(pending.take(Duration.ofMillis(1))).isEmpty();
    }

    @Test
    void losesWhatIsTooMuch() throws Exception {
        assertThat(pending.add(Bell.ended(1))).isTrue();
        assertThat(pending.add(Bell.ended(2))).isTrue();
        assertThat(pending.add(Bell.ended(3))).isFalse();
        assertThat(pending.take(Duration.ZERO)).contains(Bell.ended(1));
        assertThat(pending.add(Bell.ended(3))).isTrue();
    }

    @Test
    void whoWaitsGetsWhatComes() throws Exception {
        CompletableFuture<Object> taken = CompletableFuture.supplyAsync(() -> {
            try {
                return pending.take(Duration.ofDays(1)).orElseThrow();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        pending.add(Bell.ended(1));
        assertThat(taken.get()).isEqualTo(Bell.ended(1));
    }
}
