package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.internal.checkpoint.CheckpointBytes;
import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.checkpoint.SerialStream;
import dev.reprise.internal.engine.stored.KeptValue;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import jakarta.transaction.Synchronization;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What is committed as checkpoint or user data is a value (contract.md §8.5): whoever handed it over may change the object
 * as he likes, and a restart can read it. Chunks of 5 of 20 items.
 */
@ExtendWith(ExpectedFailures.class)
class KeptValueTest {

    private static final List<Integer> TWENTY =
            IntStream.rangeClosed(1, 20).boxed().toList();

    private final List<Object> written = new ArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private @Nullable InProcessBatch batch;

    /** The unit tests run with the filter that WildFly comes with. */
    @BeforeAll
    static void asOnAServer() {
        assertThat(ObjectInputFilter.Config.getSerialFilter())
                .as("-Djdk.serialFilter")
                .isNotNull();
    }

    @AfterEach
    void close() {
        if (batch != null) {
            batch.close();
        }
    }

    /** What a reader hands over for its checkpoint: always the same object, which it goes on changing. */
    @SuppressWarnings("ImmutableEnumChecker") // lambdas that keep nothing
    enum Kind {
        INTEGERS(() -> new Integer[1], state -> ((Integer[]) state)[0], (state, next) -> ((Integer[]) state)[0] = next),
        PRIMITIVES(() -> new long[1], state -> (int) ((long[]) state)[0], (state, next) -> ((long[]) state)[0] = next),
        TEXTS(
                () -> new String[1],
                state -> Integer.parseInt(((String[]) state)[0]),
                (state, next) -> ((String[]) state)[0] = next.toString()),
        BYTES(
                () -> new byte[4],
                state -> ByteBuffer.wrap((byte[]) state).getInt(),
                (state, next) -> ByteBuffer.wrap((byte[]) state).putInt(next)),
        BYTES_OF_BYTES(
                () -> new byte[1][4],
                state -> ByteBuffer.wrap(((byte[][]) state)[0]).getInt(),
                (state, next) -> ByteBuffer.wrap(((byte[][]) state)[0]).putInt(next)),
        LIST(() -> new ArrayList<>(List.of(0)), state -> (Integer) ((List<?>) state).get(0), KeptValueTest::setFirst),
        BEAN(Bean::new, state -> ((Bean) state).next, (state, next) -> ((Bean) state).next = next);

        private final Supplier<Serializable> begin;
        private final Function<Object, Integer> read;
        private final BiConsumer<Object, Integer> write;

        Kind(Supplier<?> begin, Function<Object, Integer> read, BiConsumer<Object, Integer> write) {
            this.begin = () -> (Serializable) begin.get();
            this.read = read;
            this.write = write;
        }
    }

    @SuppressWarnings("unchecked")
    private static void setFirst(Object list, Integer next) {
        ((List<Integer>) list).set(0, next);
    }

    /** As people write them. */
    static final class Bean implements Serializable {
        private static final long serialVersionUID = 1L;
        private int next;
    }

    /** A job of that one step. */
    private static Job job(StepBuilder step) {
        return new JobBuilder("job-" + UUID.randomUUID()).step(step.build()).build();
    }

    private static StepBuilder retrying() {
        return new StepBuilder("load")
                .reader("reader")
                .writer("writer")
                .itemCount(5)
                .retryableExceptionsInclude(List.of(IllegalStateException.class.getName()));
    }

    /** Each chunk but the first is written at its third attempt: what the engine reopens with is what was committed. */
    @ParameterizedTest
    @EnumSource
    void aCheckpointThatItsReaderGoesOnChanging(Kind kind) {
        Job job = job(retrying());
        InProcessBatch open = open(job, kind);

        JobRun run = open.run(job.getId());

        assertThat(run.status()).as(run::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).isEqualTo(TWENTY);
    }

    /** The second execution retries too, before its first commit. */
    @ParameterizedTest
    @EnumSource
    void aCheckpointThatARestartGoesOnChanging(Kind kind) {
        Job job = job(retrying());
        InProcessBatch open = open(job, kind);
        open.failAt("load", 8);

        JobRun failed = open.run(job.getId());
        assertThat(failed.status()).as(failed::toString).isEqualTo(BatchStatus.FAILED);
        JobRun restarted = open.run(job.getId());

        assertThat(restarted.status()).as(restarted::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).isEqualTo(TWENTY);
    }

    /** What was committed with the last chunk is kept, not what the object became in one that failed. */
    @ParameterizedTest
    @EnumSource
    void userDataThatGoesOnChanging(Kind kind) {
        Job job =
                job(new StepBuilder("load").reader("reader").writer("counting").itemCount(5));
        InProcessBatch open = open(job, kind);
        open.failAt("load", 13);

        JobRun failed = open.run(job.getId());

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        Object data =
                open.operator().getStepExecutions(failed.executionId()).get(0).getPersistentUserData();
        assertThat(kind.read.apply(data)).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource
    void userDataOfABatchlet(Kind kind) {
        Job job = job(new StepBuilder("work").batchlet("batchlet"));
        InProcessBatch open = open(job, kind);

        JobRun failed = open.run(job.getId());
        assertThat(failed.status()).as(failed::toString).isEqualTo(BatchStatus.FAILED);
        JobRun run = open.run(job.getId());

        assertThat(run.status()).as(run::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactly(7);
    }

    // ---- What a restart could not read -----------------------------------------------------------------------------

    /** The table of a set of 60,000 has 131,072 places. */
    @Test
    void aCheckpointThatOutgrowsTheServersFilterIsNotCommitted() {
        Job job = job(new StepBuilder("load").reader("growing").writer("sink").itemCount(20_000));
        InProcessBatch open = open(job, Kind.LIST);
        Lines lines = new Lines();
        JobRun failed;
        try (lines) {
            failed = open.run(job.getId());
        }

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.step("load").counts().read()).isEqualTo(60_000);
        assertThat(failed.step("load").counts().commits()).isEqualTo(2);
        assertThat(failed.step("load").failure())
                .contains("the reader checkpoint of step load")
                .contains("maxarray=100000")
                .contains("DISABLE_JDK_SERIAL_FILTER");
        assertThat(lines.longest).isBetween(1, 99_999);

        JobRun restarted = open.run(job.getId());
        assertThat(restarted.step("load").counts().read())
                .as("from the third chunk on")
                .isEqualTo(20_000);
        assertThat(restarted.step("load").failure()).contains("maxarray=100000");
    }

    @Test
    void aCheckpointThatIsNotReadableIsNotSkipped() {
        Job job = job(new StepBuilder("load")
                .reader("stranger")
                .writer("sink")
                .itemCount(5)
                .skippableExceptionsInclude(List.of("java.lang.Exception")));

        JobRun failed = open(job, Kind.LIST).run(job.getId());

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.step("load").failure()).contains("java.util.concurrent.locks.ReentrantLock");
    }

    /** A set of two sets that hold the same two sets, and so on: to hash the outermost takes 2^60 steps. */
    @Test
    void aSetThatNobodyCouldReadIsRefusedAtOnce() throws Exception {
        Set<Object> root = new HashSet<>();
        Set<Object> one = root;
        Set<Object> two = new HashSet<>();
        List<Runnable> links = new ArrayList<>();
        for (int level = 0; level < 60; level++) {
            Set<Object> three = new HashSet<>();
            Set<Object> four = new HashSet<>();
            three.add("not four");
            Set<Object> left = one;
            Set<Object> right = two;
            links.add(0, () -> {
                left.addAll(List.of(new Cheap(three), new Cheap(four)));
                right.addAll(List.of(new Cheap(three), new Cheap(four)));
            });
            one = three;
            two = four;
        }
        links.forEach(Runnable::run);
        byte[] bytes = KeptValue.serialized((Serializable) root);
        Checkpoints checkpoints = new Checkpoints(KeptValueTest.class.getClassLoader(), "");

        assertThat(bytes).hasSizeLessThan(5_000);
        assertThatThrownBy(() -> checkpoints.read(bytes, "the user data of step load"))
                .hasMessageContaining("the user data of step load")
                .hasMessageContaining("would not end");
        assertThat(checkpoints.shown(bytes))
                .isEqualTo("a java.util.HashSet, " + bytes.length + " bytes when serialized");
        assertThat(checkpoints.glance(bytes)).isNull();
    }

    /** Serialized as what it holds; here it only spares the test the hashing. */
    private record Cheap(Object set) implements Serializable {

        @Override
        public int hashCode() {
            return System.identityHashCode(set);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Cheap cheap && cheap.set == set;
        }

        private Object writeReplace() {
            return set;
        }
    }

    @Test
    void whatLiesTooDeepIsRefused() throws Exception {
        Object deep = "";
        for (int level = 0; level < 200; level++) {
            deep = new ArrayList<>(List.of(deep));
        }
        byte[] bytes = KeptValue.serialized((Serializable) deep);
        Checkpoints checkpoints = new Checkpoints(KeptValueTest.class.getClassLoader(), "");

        assertThatThrownBy(() -> checkpoints.read(bytes, "the user data of step load"))
                .hasMessageContaining("the user data of step load")
                .hasMessageContaining("deep");
    }

    @Test
    void whatPromisesMoreThanItHasIsRefused() throws Exception {
        byte[] bytes = KeptValue.serialized(new ArrayList<>());
        ByteBuffer.wrap(bytes).putInt(new String(bytes, StandardCharsets.ISO_8859_1).indexOf("xp") + 2, 90_000);
        Checkpoints checkpoints = new Checkpoints(KeptValueTest.class.getClassLoader(), "");

        assertThatThrownBy(() -> checkpoints.read(bytes, "it")).hasMessageContaining("promises 90000 elements");
    }

    /** Whatever is serialized, its structure is understood: otherwise a good checkpoint would be refused. */
    @Test
    void whatTheJdkSerializesIsUnderstood() throws Exception {
        Map<String, Object> all = new HashMap<>();
        all.put("map", new LinkedHashMap<>(Map.of("a", List.of(1, 2), "b", Set.of(3))));
        all.put("tree", new TreeMap<>(Map.of(DayOfWeek.MONDAY, new int[][] {{1}, {}})));
        all.put("long", "x".repeat(70_000));
        all.put("enums", EnumSet.allOf(DayOfWeek.class));
        all.put("enumMap", new EnumMap<>(Map.of(DayOfWeek.MONDAY, 1)));
        all.put("times", List.of(Instant.EPOCH, ZonedDateTime.now(ZoneId.of("Asia/Seoul"))));
        all.put("numbers", new Object[] {1.5d, 2f, 'c', (short) 3, (byte) 4, true, new BigDecimal("1.5")});
        all.put("bits", BitSet.valueOf(new long[] {5}));
        all.put("array", new ArrayList<>(Arrays.asList("a", null)));
        all.put("class", Kind.BEAN);
        all.put("bytes", new CheckpointBytes(new byte[] {1}));
        Checkpoints checkpoints = new Checkpoints(KeptValueTest.class.getClassLoader(), "");
        byte[] bytes = KeptValue.serialized((Serializable) all);

        assertThat(SerialStream.hashCodes(bytes)).isBetween(11L, 100L);
        assertThat(SerialStream.className(bytes)).isEqualTo("java.util.HashMap");
        assertThat((Map<?, ?>) checkpoints.read(bytes, "it")).hasSameSizeAs(all);
    }

    // ---- What it takes ---------------------------------------------------------------------------------------------

    private InProcessBatch open(Job job, Kind kind) {
        InProcessBatch open = InProcessBatch.builder()
                .artifact("reader", () -> new Reader(kind))
                .artifact("growing", Growing::new)
                .artifact("stranger", Stranger::new)
                .artifact("writer", () -> new Writer())
                .artifact("sink", Sink::new)
                .artifact("counting", () -> new Counting(kind))
                .artifact("batchlet", () -> new Batchlet(kind, written))
                .build()
                .open();
        batch = open;
        open.define(job);
        return open;
    }

    /** Whose state is its checkpoint. */
    private static final class Reader extends AbstractItemReader {

        private final Kind kind;
        private Serializable state;

        Reader(Kind kind) {
            this.kind = kind;
            this.state = kind.begin.get();
            kind.write.accept(state, 0);
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            state = checkpoint == null ? kind.begin.get() : checkpoint;
            if (checkpoint == null) {
                kind.write.accept(state, 0);
            }
        }

        @Override
        public @Nullable Integer readItem() {
            int next = kind.read.apply(state) + 1;
            if (next > 20) {
                return null;
            }
            kind.write.accept(state, next);
            return next;
        }

        @Override
        public Serializable checkpointInfo() {
            return state;
        }
    }

    /** Fails twice before each chunk but the first. */
    private final class Writer extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {
            if (!items.contains(1) && failures.incrementAndGet() % 3 != 0) {
                throw new IllegalStateException("try again");
            }
            written.addAll(items);
        }
    }

    private static final class Sink extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {}
    }

    /** Keeps the last item that it has written in its step's user data, and changes that when the chunk is committed. */
    private static final class Counting extends AbstractItemWriter {

        private final Kind kind;

        @Inject
        private StepContext step;

        Counting(Kind kind) {
            this.kind = kind;
        }

        @Override
        public void writeItems(List<Object> items) throws Exception {
            Serializable data = kind.begin.get();
            kind.write.accept(data, (Integer) items.get(items.size() - 1));
            step.setPersistentUserData(data);
            InProcessBatch.transactionManager().getTransaction().registerSynchronization(new Synchronization() {
                @Override
                public void beforeCompletion() {}

                @Override
                public void afterCompletion(int status) {
                    kind.write.accept(data, 99);
                }
            });
        }
    }

    /** Fails once with user data, and finds it then. */
    private static final class Batchlet extends AbstractBatchlet {

        private final Kind kind;
        private final List<Object> found;

        @Inject
        private StepContext step;

        Batchlet(Kind kind, List<Object> found) {
            this.kind = kind;
            this.found = found;
        }

        @Override
        public @Nullable String process() {
            Serializable before = step.getPersistentUserData();
            if (before == null) {
                Serializable data = kind.begin.get();
                kind.write.accept(data, 7);
                step.setPersistentUserData(data);
                throw new IllegalStateException("once");
            }
            found.add(kind.read.apply(before));
            return null;
        }
    }

    /** Remembers all that it has read. */
    private static final class Growing extends AbstractItemReader {

        private HashSet<Integer> seen = new HashSet<>();

        @Override
        @SuppressWarnings("unchecked")
        public void open(@Nullable Serializable checkpoint) {
            if (checkpoint != null) {
                seen = (HashSet<Integer>) checkpoint;
            }
        }

        @Override
        public Integer readItem() {
            seen.add(seen.size());
            return seen.size();
        }

        @Override
        public Serializable checkpointInfo() {
            return seen;
        }
    }

    private static final class Stranger extends AbstractItemReader {

        private int next;

        @Override
        public @Nullable Integer readItem() {
            return next == 20 ? null : ++next;
        }

        @Override
        public Serializable checkpointInfo() {
            return new ReentrantLock();
        }
    }

    /** How long the longest line of the log is. */
    private static final class Lines extends Handler implements AutoCloseable {

        private int longest;

        Lines() {
            setFormatter(new SimpleFormatter());
            Logger.getLogger("").addHandler(this);
            ExpectedFailures.show();
        }

        @Override
        public synchronized void publish(LogRecord line) {
            longest = Math.max(longest, getFormatter().format(line).length());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            Logger.getLogger("").removeHandler(this);
            ExpectedFailures.hide();
        }
    }
}
