package dev.reprise.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.runtime.BatchStatus;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The engine takes the reader's position in mid-chunk for the checkpoint when it skips an item. When the chunk is then
 * rolled back and retried, or the job restarted, the items before the skipped one must come again (engine-facts, trap 2).
 */
class MidChunkSkipTest {

    private static final int COUNT = 25;
    private static final int SKIPPED = 3;

    private static final List<Integer> WRITTEN = Collections.synchronizedList(new ArrayList<>());
    private static volatile boolean skipInReader;
    private static final AtomicBoolean WRITE_FAILS = new AtomicBoolean();

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("reader", Reader::new)
            .artifact("processor", Processor::new)
            .artifact("writer", Writer::new)
            .build();

    private static final class Bad extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Transient extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Reader extends AbstractItemReader {
        private int last;

        @Override
        public void open(@Nullable Serializable checkpoint) {
            last = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public @Nullable Object readItem() {
            if (last == COUNT) {
                return null;
            }
            last++;
            if (skipInReader && last == SKIPPED) {
                throw new Bad();
            }
            return last;
        }

        @Override
        public Serializable checkpointInfo() {
            return last;
        }
    }

    private static final class Processor implements ItemProcessor {
        @Override
        public Object processItem(Object item) {
            if (item.equals(SKIPPED)) {
                throw new Bad();
            }
            return item;
        }
    }

    /** Undone with its chunk, as a table would be: a chunk that fails has written nothing. */
    private static final class Writer extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {
            if (WRITE_FAILS.compareAndSet(true, false)) {
                throw new Transient();
            }
            items.forEach(item -> WRITTEN.add((Integer) item));
        }
    }

    @BeforeEach
    void forget() {
        WRITTEN.clear();
        skipInReader = false;
        WRITE_FAILS.set(true);
    }

    private static Job job(boolean retry, boolean partitioned) {
        StepBuilder step = new StepBuilder("load")
                .reader("reader")
                .processor("processor")
                .writer("writer")
                .itemCount(10)
                .skippableExceptionsInclude(List.of(Bad.class.getName()));
        if (retry) {
            step.retryableExceptionsInclude(List.of(Transient.class.getName()));
        }
        if (partitioned) {
            step.partitionPlan(1, 1);
        }
        return new JobBuilder("skips").step(step.build()).build();
    }

    private static List<Integer> allButTheSkipped() {
        return IntStream.rangeClosed(1, COUNT)
                .filter(item -> item != SKIPPED)
                .boxed()
                .toList();
    }

    @Test
    void aChunkThatIsRetriedBeginsBeforeAnItemThatTheProcessorSkipped() {
        BATCH.define(job(true, false));

        assertThat(BATCH.run("skips").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyElementsOf(allButTheSkipped());
    }

    @Test
    void aChunkThatIsRetriedBeginsBeforeAnItemThatTheReaderSkipped() {
        skipInReader = true;
        BATCH.define(job(true, false));

        assertThat(BATCH.run("skips").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyElementsOf(allButTheSkipped());
    }

    @Test
    void soDoesAPartitions() {
        BATCH.define(job(true, true));

        assertThat(BATCH.run("skips").status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyElementsOf(allButTheSkipped());
    }

    @Test
    void aRestartBeginsBeforeTheSkippedItemOfTheChunkThatFailed() {
        BATCH.define(job(false, false));

        JobRun failed = BATCH.run("skips");
        JobRun restarted = BATCH.run("skips");

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(WRITTEN).containsExactlyElementsOf(allButTheSkipped());
    }
}
