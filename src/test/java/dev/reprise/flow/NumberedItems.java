package dev.reprise.flow;

import dev.reprise.testing.InProcessBatch;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.chunk.CheckpointAlgorithm;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.api.chunk.listener.ChunkListener;
import jakarta.batch.api.chunk.listener.RetryProcessListener;
import jakarta.batch.api.chunk.listener.RetryReadListener;
import jakarta.batch.api.chunk.listener.RetryWriteListener;
import jakarta.batch.api.chunk.listener.SkipProcessListener;
import jakarta.batch.api.chunk.listener.SkipReadListener;
import jakarta.batch.api.chunk.listener.SkipWriteListener;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;

/** A reader of 1, 2, 3 …, a processor, a writer and a listener that are in trouble where a test wants it. Thread-safe. */
final class NumberedItems {

    static final String READER = "numbers";
    static final String PROCESSOR = "number-processor";
    static final String WRITER = "number-writer";
    static final String LISTENER = "number-listener";
    static final String ALGORITHM = "number-algorithm";
    static final String FIRST = "first";
    static final String LAST = "last";

    /** An item that is no good: whoever reads it is past it. */
    static final class BadItem extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Works the next time. */
    static final class Hiccup extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** A step that reads and writes them. */
    static StepBuilder step(String id, int itemCount) {
        return new StepBuilder(id).reader(READER).writer(WRITER).itemCount(itemCount);
    }

    private int count;
    private final Map<String, Queue<Exception>> troubles = new HashMap<>();
    private final Map<Integer, CountDownLatch> gates = new HashMap<>();
    private final List<List<Integer>> written = new ArrayList<>();
    private final List<String> events = new ArrayList<>();

    InProcessBatch.Builder addTo(InProcessBatch.Builder builder) {
        return builder.artifact(READER, () -> new Reader(this))
                .artifact(PROCESSOR, () -> new Processor(this))
                .artifact(WRITER, () -> new Writer(this))
                .artifact(LISTENER, () -> new Listener(this))
                .artifact(ALGORITHM, () -> new AtThreeAndFive(this));
    }

    /** Other items, from the beginning. */
    synchronized void begin(int howMany) {
        count = howMany;
        troubles.clear();
        gates.clear();
        written.clear();
        events.clear();
    }

    /**
     * What happens to an item, each time that it comes, until there is no more.
     *
     * @param where {@code read}, {@code process}, {@code write} or {@code after}, when it is written
     */
    synchronized void trouble(String where, int item, Exception... each) {
        troubles.put(where + " " + item, new ArrayDeque<>(List.of(each)));
    }

    /** Lets the reader wait before an item. */
    synchronized CountDownLatch gate(int item) {
        CountDownLatch gate = new CountDownLatch(1);
        gates.put(item, gate);
        return gate;
    }

    /** What the writer was given, chunk by chunk, and did not refuse; since the last time this was asked. */
    synchronized List<List<Integer>> takeWritten() {
        List<List<Integer>> taken = List.copyOf(written);
        written.clear();
        return taken;
    }

    /** What happened beside that, since the last time this was asked. */
    synchronized List<String> takeEvents() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    private synchronized void event(String event) {
        events.add(event);
    }

    private synchronized void written(List<Integer> chunk) {
        written.add(chunk);
    }

    private synchronized int count() {
        return count;
    }

    private synchronized @Nullable CountDownLatch gateBefore(int item) {
        return gates.get(item);
    }

    private synchronized @Nullable Exception next(String where, int item) {
        Queue<Exception> left = troubles.get(where + " " + item);
        return left == null ? null : left.poll();
    }

    private void meetTrouble(String where, int item) throws Exception {
        Exception trouble = next(where, item);
        if (trouble != null) {
            throw trouble;
        }
    }

    private static final class Reader extends AbstractItemReader {

        private final NumberedItems items;
        private int last;
        private int end;

        @Inject
        @BatchProperty(name = FIRST)
        private @Nullable String first;

        @Inject
        @BatchProperty(name = LAST)
        private @Nullable String lastOfPartition;

        Reader(NumberedItems items) {
            this.items = items;
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            last = checkpoint == null ? (first == null ? 0 : Integer.parseInt(first) - 1) : (Integer) checkpoint;
            end = lastOfPartition == null ? items.count() : Integer.parseInt(lastOfPartition);
            items.event("open at " + last);
        }

        @Override
        public @Nullable Integer readItem() throws Exception {
            if (last == end) {
                return null;
            }
            CountDownLatch gate = items.gateBefore(last + 1);
            if (gate != null) {
                gate.await();
            }
            Exception trouble = items.next("read", last + 1);
            if (trouble == null || trouble instanceof BadItem) {
                last++;
            }
            if (trouble != null) {
                throw trouble;
            }
            return last;
        }

        @Override
        public Serializable checkpointInfo() {
            return last;
        }
    }

    private static final class Processor implements ItemProcessor {

        private final NumberedItems items;

        Processor(NumberedItems items) {
            this.items = items;
        }

        @Override
        public Object processItem(Object item) throws Exception {
            items.meetTrouble("process", (Integer) item);
            return item;
        }
    }

    /** Counts the chunks it has written, over executions, and keeps the last item as user data of the step. */
    private static final class Writer extends AbstractItemWriter {

        private final NumberedItems items;
        private int chunks;

        @Inject
        private StepContext step;

        Writer(NumberedItems items) {
            this.items = items;
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            chunks = checkpoint == null ? 0 : (Integer) checkpoint;
            items.event("writer knows " + chunks + " chunks, persistent " + step.getPersistentUserData()
                    + ", transient " + step.getTransientUserData());
        }

        @Override
        public void writeItems(List<Object> chunk) throws Exception {
            List<Integer> numbers = chunk.stream().map(item -> (Integer) item).toList();
            for (int number : numbers) {
                items.meetTrouble("write", number);
            }
            chunks++;
            items.written(numbers);
            if (!numbers.isEmpty()) {
                step.setPersistentUserData(numbers.get(numbers.size() - 1));
                step.setTransientUserData(numbers.get(0));
            }
            for (int number : numbers) {
                items.meetTrouble("after", number);
            }
        }

        @Override
        public Serializable checkpointInfo() {
            return chunks;
        }
    }

    private static final class Listener
            implements ChunkListener,
                    SkipReadListener,
                    SkipProcessListener,
                    SkipWriteListener,
                    RetryReadListener,
                    RetryProcessListener,
                    RetryWriteListener {

        private final NumberedItems items;

        Listener(NumberedItems items) {
            this.items = items;
        }

        @Override
        public void beforeChunk() {}

        @Override
        public void afterChunk() {}

        @Override
        public void onError(Exception e) {
            items.event("chunk fails");
        }

        @Override
        public void onSkipReadItem(Exception e) {
            items.event("skip of a read");
        }

        @Override
        public void onSkipProcessItem(Object item, Exception e) {
            items.event("skip of item " + item);
        }

        @Override
        public void onSkipWriteItem(List<Object> chunk, Exception e) {
            items.event("skip of chunk " + chunk);
        }

        @Override
        public void onRetryReadException(Exception e) {
            items.event("retry of a read");
        }

        @Override
        public void onRetryProcessException(Object item, Exception e) {
            items.event("retry of item " + item);
        }

        @Override
        public void onRetryWriteException(List<Object> chunk, Exception e) {
            items.event("retry of chunk " + chunk);
        }
    }

    /** A checkpoint after the third and after the fifth item. */
    private static final class AtThreeAndFive implements CheckpointAlgorithm {

        private final NumberedItems items;
        private int seen;

        AtThreeAndFive(NumberedItems items) {
            this.items = items;
        }

        @Override
        public int checkpointTimeout() {
            return 60;
        }

        @Override
        public void beginCheckpoint() {
            items.event("begin");
        }

        @Override
        public boolean isReadyToCheckpoint() {
            seen++;
            return seen == 3 || seen == 5;
        }

        @Override
        public void endCheckpoint() {
            items.event("end");
        }
    }
}
