package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Any number may wait for an end, and no thread waits with them. */
class EndsTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    private final Map<Long, CompletableFuture<Boolean>> here = new ConcurrentHashMap<>();
    private final Set<Long> open = ConcurrentHashMap.newKeySet();
    private final List<Collection<Long>> asked = new CopyOnWriteArrayList<>();
    private final Ends ends = new Ends(id -> Optional.ofNullable(here.get(id)), this::withoutEnd);

    private Set<Long> withoutEnd(Collection<Long> ids) {
        asked.add(List.copyOf(ids));
        return ids.stream().filter(open::contains).collect(Collectors.toSet());
    }

    @AfterEach
    void close() {
        ends.close();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("reprise-ends"))
                .count();
    }

    private static boolean get(CompletableFuture<Boolean> end) throws Exception {
        return end.get(Patience.MINUTES, TimeUnit.MINUTES);
    }

    @Test
    void theEndOfWhatRunsHereIsToldAtOnceToAllWhoWait() throws Exception {
        here.put(1L, new CompletableFuture<>());
        long before = threads();
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            waiting.add(ends.of(1, LONG));
        }
        assertThat(threads() - before).as("threads for 5000 who wait").isLessThanOrEqualTo(1);

        here.get(1L).complete(true);

        assertThat(waiting).allSatisfy(end -> assertThat(end).isCompletedWithValue(true));
        assertThat(asked).as("questions to the database").isEmpty();
    }

    @Test
    void whatRunsElsewhereIsAskedForTogether() throws Exception {
        List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
        for (long id = 1; id <= 900; id++) {
            open.add(id);
        }
        for (long id = 1; id <= 900; id++) {
            waiting.add(ends.of(id, LONG));
        }
        open.clear();
        open.add(900L);

        for (int i = 0; i < 899; i++) {
            assertThat(get(waiting.get(i))).isTrue();
        }
        assertThat(waiting.get(899)).isNotDone();
        assertThat(asked.size()).as("statements for 900 executions").isLessThan(20);
        open.clear();
        assertThat(get(waiting.get(899))).isTrue();
    }

    @Test
    void whatThisNodeHasLostIsLookedForElsewhere() throws Exception {
        here.put(1L, new CompletableFuture<>());
        open.add(1L);
        CompletableFuture<Boolean> end = ends.of(1, LONG);
        here.get(1L).complete(false);
        assertThat(end).isNotDone();

        open.clear();

        assertThat(get(end)).isTrue();
    }

    @Test
    void afterTheTimeItIsToldThatItHasNotEnded() throws Exception {
        open.add(1L);
        here.put(2L, new CompletableFuture<>());

        assertThat(get(ends.of(1, Duration.ofMillis(50)))).isFalse();
        assertThat(get(ends.of(2, Duration.ofMillis(50)))).isFalse();
        assertThat(get(ends.of(3, LONG))).as("gone, or ended long ago").isTrue();
    }

    @Test
    void aDatabaseThatIsAwayIsAskedAgain() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        Ends patient = new Ends(id -> Optional.empty(), ids -> {
            if (refused.getCount() > 0) {
                refused.countDown();
                throw new IllegalStateException("away");
            }
            return Set.of();
        });

        assertThat(get(patient.of(1, LONG))).isTrue();
        patient.close();
    }

    @Test
    void whoStillWaitsAtTheEndIsTold() {
        open.add(1L);
        here.put(2L, new CompletableFuture<>());
        CompletableFuture<Boolean> elsewhere = ends.of(1, null);
        CompletableFuture<Boolean> ours = ends.of(2, null);

        ends.close();

        assertThat(elsewhere).isCompletedWithValue(false);
        assertThat(ours).isCompletedWithValue(false);
        assertThat(ends.of(1, LONG)).isCompletedWithValue(false);
    }
}
