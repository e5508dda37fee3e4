package dev.reprise.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.arjuna.ats.internal.jta.transaction.arjunacore.BaseTransaction;
import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.chunk.AbstractCheckpointAlgorithm;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the engine does whichever repository it has, and what docs/engine-traps.md and the linter say of it. A test fails
 * here when an engine does so no longer.
 */
class EngineLimitsTest {

    private static final Reading READING = new Reading();

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("reader", () -> READING)
            .artifact("writer", () -> new AbstractItemWriter() {
                @Override
                public void writeItems(List<Object> items) {
                    READING.chunks.add(new Chunk(items.size(), Set.copyOf(waiting())));
                }
            })
            .artifact("algorithm", () -> new AbstractCheckpointAlgorithm() {
                @Override
                public boolean isReadyToCheckpoint() {
                    return true;
                }
            })
            .build();

    /**
     * What was written.
     *
     * @param waiting timers whose time had not come
     */
    private record Chunk(int items, Set<Thread> waiting) {}

    /** What happens before an item. */
    @FunctionalInterface
    private interface Before {
        void item(int number) throws Exception;
    }

    private static final class Reading extends AbstractItemReader {

        private final List<Chunk> chunks = new CopyOnWriteArrayList<>();
        private int items;
        private int read;
        private Before before = number -> {};

        void begin(int count, Before beforeEach) {
            chunks.clear();
            items = count;
            read = 0;
            before = beforeEach;
        }

        @Override
        public @Nullable Integer readItem() throws Exception {
            if (read == items) {
                return null;
            }
            before.item(++read);
            return read;
        }
    }

    @Test
    void aTimeLimitKeepsAThreadForEachChunkAlsoWhenTheJobHasEnded() {
        Set<Thread> before = timers();
        READING.begin(20, number -> {});

        run(step(1).timeLimit(3600));

        Set<Thread> left = new HashSet<>(timers());
        left.removeAll(before);
        assertThat(left).hasSizeGreaterThanOrEqualTo(20);
    }

    /** The second chunk is written with one item of two, though its own time has not come. */
    @Test
    void aTimeLimitEndsAChunkThatComesAfterItsOwn() {
        await("two timers whose times can be told apart").untilAsserted(() -> {
            Set<Thread> before = timers();
            Set<Thread> first = new HashSet<>();
            READING.begin(4, number -> {
                if (number == 2) {
                    first.addAll(timers());
                    first.removeAll(before);
                    TimeUnit.MILLISECONDS.sleep(500); // a slow source, not a wait for something
                } else if (number == 3) {
                    await().until(() -> waiting().stream().noneMatch(first::contains));
                }
            });

            run(step(2).timeLimit(1));

            assertThat(first).hasSize(1);
            assertThat(READING.chunks.get(0).items()).isEqualTo(2);
            assertThat(READING.chunks.get(1).items()).isEqualTo(1);
            assertThat(READING.chunks.get(1).waiting())
                    .as("the second chunk's own timer")
                    .anyMatch(timer -> !before.contains(timer));
        });
    }

    /** It has a time-out of its own: 0, the server's default, if it does not say another one. */
    @Test
    void aCheckpointAlgorithmTakesTheStepsTransactionTimeOutAway() {
        List<Integer> timeouts = new ArrayList<>();
        BaseTransaction transactions = (BaseTransaction) InProcessBatch.transactionManager();
        READING.begin(1, number -> timeouts.add(transactions.getTimeout()));
        run(step(1).property("jakarta.transaction.global.timeout", "77"));
        READING.begin(1, number -> timeouts.add(transactions.getTimeout()));
        run(step(1).property("jakarta.transaction.global.timeout", "77")
                .checkpointPolicy("custom")
                .checkpointAlgorithm("algorithm"));

        assertThat(timeouts.get(0)).isEqualTo(77);
        assertThat(timeouts.get(1)).isNotEqualTo(77);
    }

    private static StepBuilder step(int itemCount) {
        return new StepBuilder("load").reader("reader").writer("writer").itemCount(itemCount);
    }

    private static void run(StepBuilder step) {
        BATCH.define(new JobBuilder("limited")
                .property("reprise.identity", "none")
                .step(step.build())
                .build());
        assertThat(BATCH.run("limited").status()).isEqualTo(BatchStatus.COMPLETED);
    }

    private static Set<Thread> timers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("chunk-checkpoint-timer"))
                .collect(Collectors.toSet());
    }

    /** Those whose time has not come. */
    private static Set<Thread> waiting() {
        return timers().stream()
                .filter(timer -> timer.getState() == Thread.State.TIMED_WAITING)
                .collect(Collectors.toSet());
    }
}
