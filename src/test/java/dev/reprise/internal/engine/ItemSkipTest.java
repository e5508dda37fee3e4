package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.internal.engine.TestDatabase.Kind;
import dev.reprise.job.WriteSkip;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import dev.reprise.testing.RangeReader;
import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.api.chunk.listener.AbstractItemWriteListener;
import jakarta.batch.api.chunk.listener.ChunkListener;
import jakarta.batch.api.chunk.listener.ItemProcessListener;
import jakarta.batch.api.chunk.listener.ItemReadListener;
import jakarta.batch.api.chunk.listener.SkipProcessListener;
import jakarta.batch.api.chunk.listener.SkipReadListener;
import jakarta.batch.api.chunk.listener.SkipWriteListener;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import net.jqwik.api.Arbitraries;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jberet.runtime.context.JobContextImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A skip concerns the item that failed and no other (contract.md §8.6), whatever the database makes of a transaction in which
 * a statement failed: PostgreSQL gives it up, H2 does not.
 */
@ExtendWith(ExpectedFailures.class)
class ItemSkipTest {

    private static final int ITEMS = 20;
    private static final String BAD = "bad";

    private @Nullable InProcessBatch batch;
    private @Nullable TestDatabase ofThisTest;

    @AfterEach
    void close() {
        if (batch != null) {
            batch.close();
        }
    }

    private void open(Kind kind) {
        TestDatabase database = TestDatabase.empty(kind);
        ofThisTest = database;
        database.execute("create table ITEM (N integer primary key)");
        database.execute("create table ASKED (N integer not null check (N > 0))");
        database.execute("create table PROCESSED (N integer not null)");
        database.execute("create table REJECTED (N integer not null, PLACE varchar(20) not null)");
        batch = InProcessBatch.builder()
                .database(database.watched().url())
                .artifact("numbers", Numbers::new)
                .artifact("processor", Processor::new)
                .artifact("listener", Listener::new)
                .artifact("rejects", Rejects::new)
                .artifact("stops", Stops::new)
                .artifact("failsAfter", FailsAfter::new)
                .artifact("writer", Writer::new)
                .build()
                .open();
    }

    private TestDatabase database() {
        return Objects.requireNonNull(ofThisTest);
    }

    // ---- The artifacts ---------------------------------------------------------------------------------------------

    /** What each artifact does with the database, and with which items it fails there. */
    abstract static class Work {

        @Inject
        @BatchProperty(name = BAD)
        private @Nullable String bad;

        @Resource
        private DataSource dataSource;

        boolean isBad(int item) {
            return bad != null && List.of(bad.split(",")).contains(String.valueOf(item));
        }

        /** A statement that fails for a bad item. */
        void ask(int item) throws SQLException {
            execute("insert into ASKED (N) values (?)", isBad(item) ? 0 : item);
        }

        void execute(String sql, int item) throws SQLException {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(1, item);
                statement.execute();
            }
        }
    }

    /** What it has open goes with its transaction, as a cursor does where the database gives that up. */
    public static final class Numbers extends AbstractItemReader {

        @Inject
        @BatchProperty(name = BAD)
        private @Nullable String bad;

        @Inject
        @BatchProperty
        private int first;

        @Inject
        @BatchProperty
        private int last;

        @Resource
        private DataSource dataSource;

        private int next;
        private boolean cursorIsGone;

        @Override
        public void open(@Nullable Serializable checkpoint) {
            next = checkpoint == null ? Math.max(1, first) : (Integer) checkpoint;
            cursorIsGone = false;
        }

        @Override
        public @Nullable Integer readItem() throws SQLException {
            if (next > (last == 0 ? ITEMS : last)) {
                return null;
            }
            int item = next++;
            if (cursorIsGone) {
                throw new SQLException("The cursor is gone");
            }
            if (bad != null && List.of(bad.split(",")).contains(String.valueOf(item))) {
                fail();
            }
            return item;
        }

        private void fail() throws SQLException {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement statement = connection.prepareStatement("insert into ASKED (N) values (0)")) {
                cursorIsGone = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
                statement.execute();
            }
        }

        @Override
        public Integer checkpointInfo() {
            return next;
        }
    }

    /** Writes what it has seen. */
    public static final class Processor extends Work implements ItemProcessor {

        @Inject
        @BatchProperty
        private boolean swallows;

        @Override
        public Object processItem(Object item) throws SQLException {
            execute("insert into PROCESSED (N) values (?)", (Integer) item);
            try {
                ask((Integer) item);
            } catch (SQLException e) {
                if (!swallows) {
                    throw e;
                }
            }
            return item;
        }
    }

    public static final class Listener extends Work implements ItemProcessListener {

        @Override
        public void beforeProcess(Object item) throws SQLException {
            ask((Integer) item);
        }

        @Override
        public void afterProcess(Object item, @Nullable Object result) {}

        @Override
        public void onProcessError(Object item, Exception e) {}
    }

    /** Stops the job as soon as that item is read. */
    public static final class Stops implements ItemReadListener {

        @Inject
        private @Nullable JobContext job;

        @Inject
        @BatchProperty
        private int at;

        @Override
        public void beforeRead() {}

        @Override
        public void afterRead(@Nullable Object item) {
            if (item != null && (Integer) item == at) {
                JobContextImpl running = (JobContextImpl) Objects.requireNonNull(job);
                BatchRuntime.getJobOperator().stop(running.getExecutionId());
                while (!running.getJobExecution().isStopRequested()) {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public void onReadError(Exception e) {}
    }

    /** Fails where there is nothing to write: behind the last chunk. */
    public static final class FailsAfter extends AbstractItemWriteListener implements ChunkListener {

        private boolean written;

        @Override
        public void beforeChunk() {
            written = false;
        }

        @Override
        public void afterWrite(List<Object> items) {
            written = true;
        }

        @Override
        public void afterChunk() throws SQLException {
            if (!written) {
                throw new SQLException("nothing was written");
            }
        }

        @Override
        public void onError(Exception e) {}
    }

    /** Writes what is skipped, in the transaction that it is told of it in. */
    public static final class Rejects extends Work implements SkipReadListener, SkipProcessListener, SkipWriteListener {

        @Override
        public void onSkipReadItem(Exception e) throws SQLException {
            execute("insert into REJECTED (N, PLACE) values (?, 'read')", 0);
        }

        @Override
        public void onSkipProcessItem(Object item, Exception e) throws SQLException {
            execute("insert into REJECTED (N, PLACE) values (?, 'process')", (Integer) item);
        }

        @Override
        public void onSkipWriteItem(List<Object> items, Exception e) throws SQLException {
            for (Object item : items) {
                execute("insert into REJECTED (N, PLACE) values (?, 'write')", (Integer) item);
            }
        }
    }

    public static final class Writer extends Work implements ItemWriter {

        @Inject
        @BatchProperty
        private int failsOnceAt;

        private boolean failed;
        private int chunks;

        @Override
        public void open(@Nullable Serializable checkpoint) {
            chunks = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public void close() {}

        @Override
        public void writeItems(List<Object> items) throws SQLException {
            chunks++;
            if (items.contains(failsOnceAt) && !failed) {
                failed = true;
                throw new IllegalStateException("once");
            }
            for (Object item : items) {
                execute("insert into ITEM (N) values (?)", (Integer) item);
                ask((Integer) item);
            }
        }

        @Override
        public Serializable checkpointInfo() {
            return chunks;
        }
    }

    // ---- The jobs --------------------------------------------------------------------------------------------------

    private static String[] bad(String items) {
        return new String[] {BAD, items};
    }

    private static StepBuilder step(String read, String process, String listener, String write) {
        return step(read, process, listener, write, "1", String.valueOf(ITEMS));
    }

    private static StepBuilder step(
            String read, String process, String listener, String write, String first, String last) {
        return new StepBuilder("copy")
                .reader("numbers", bad(read), new String[] {"first", first}, new String[] {"last", last})
                .processor("processor", bad(process))
                .listener("listener", bad(listener))
                .listener("rejects")
                .writer("writer", bad(write))
                .itemCount(5)
                .skippableExceptionsInclude(List.of(SQLException.class.getName()));
    }

    private JobRun run(StepBuilder step) {
        InProcessBatch opened = Objects.requireNonNull(batch);
        opened.define(new JobBuilder("skips").step(step.build()).build());
        return opened.run("skips", Map.of());
    }

    private static Set<Integer> allBut(Integer... skipped) {
        Set<Integer> left =
                new TreeSet<>(IntStream.rangeClosed(1, ITEMS).boxed().toList());
        left.removeAll(List.of(skipped));
        return left;
    }

    private void assertWritten(Set<Integer> items) {
        assertThat(database().rows("select N from ITEM order by N"))
                .containsExactlyElementsOf(items.stream().map(String::valueOf).toList());
    }

    private void assertProcessed(Set<Integer> items) {
        assertThat(database().rows("select N from PROCESSED order by N"))
                .containsExactlyElementsOf(items.stream().map(String::valueOf).toList());
    }

    private List<String> rejected() {
        return database().rows("select N, PLACE from REJECTED order by N, PLACE");
    }

    @ParameterizedTest
    @EnumSource
    void ofAProcessorWhoseStatementFailsSkipsThatItemAlone(Kind kind) {
        open(kind);

        JobRun run = run(step("", "8", "", "").skipLimit(1));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8));
        assertThat(run.step("copy").counts().processSkips()).isEqualTo(1);
        assertThat(run.step("copy").counts().written()).isEqualTo(19);
        assertThat(run.step("copy").counts().writeSkips()).isZero();
        assertThat(rejected()).containsExactly("8|process");
    }

    /** On H2 what a processor did for an item before it failed stays in the chunk, as ever. */
    @ParameterizedTest
    @EnumSource
    void keepsWhatProcessorsWroteForTheOthers(Kind kind) {
        open(kind);

        run(step("", "8,9,14", "", ""));

        assertProcessed(kind == Kind.H2 ? allBut() : allBut(8, 9, 14));
        assertWritten(allBut(8, 9, 14));
        assertThat(rejected()).containsExactly("8|process", "9|process", "14|process");
    }

    @ParameterizedTest
    @EnumSource
    void ofAReaderWhoseStatementFailsSkipsThatItemAlone(Kind kind) {
        open(kind);

        JobRun run = run(step("8,9", "", "", "").skipLimit(2));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8, 9));
        assertThat(run.step("copy").counts().readSkips()).isEqualTo(2);
        assertThat(rejected()).containsExactly("0|read", "0|read");
    }

    @ParameterizedTest
    @EnumSource
    void ofAListenerWhoseStatementFailsSkipsThatItemAlone(Kind kind) {
        open(kind);

        JobRun run = run(step("", "", "1,20", "").skipLimit(2));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(1, 20));
        assertThat(run.step("copy").counts().processSkips()).isEqualTo(2);
    }

    /** An item that is skipped before one whose statement fails is gone through again, and counts once all the same. */
    @ParameterizedTest
    @EnumSource
    void countsEachItemOnceTowardsTheLimit(Kind kind) {
        open(kind);

        JobRun run = run(step("", "6,8,10", "7", "").skipLimit(4));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(6, 7, 8, 10));
        assertThat(run.step("copy").counts().processSkips()).isEqualTo(4);
        assertThat(rejected()).containsExactly("6|process", "7|process", "8|process", "10|process");
    }

    @ParameterizedTest
    @EnumSource
    void failsBeyondTheLimitAndGoesOnFromThere(Kind kind) {
        open(kind);

        JobRun failed = run(step("", "3,8", "", "").skipLimit(1));

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.step("copy").failure()).contains("SQL");
        JobRun restarted = run(step("", "3,8", "", "").skipLimit(1));
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(3, 8));
        assertThat(rejected()).containsExactly("3|process", "8|process");
    }

    /** The writer is refused by a transaction that a statement of the processor had broken. */
    @ParameterizedTest
    @EnumSource
    void ofAProcessorThatHidesItsFailureSkipsThatItemAlone(Kind kind) {
        open(kind);

        JobRun run = run(new StepBuilder("copy")
                .reader("numbers")
                .processor("processor", bad("8"), new String[] {"swallows", "true"})
                .writer("writer")
                .itemCount(5)
                .skippableExceptionsInclude(List.of(SQLException.class.getName())));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(kind == Kind.H2 ? allBut() : allBut(8));
    }

    @ParameterizedTest
    @EnumSource
    void aRetryOnTheSpotIsNoneInATransactionThatWasGivenUp(Kind kind) {
        open(kind);

        JobRun run = run(new StepBuilder("copy")
                .reader("numbers")
                .processor("processor", bad("8"))
                .writer("writer")
                .itemCount(5)
                .retryLimit(2)
                .skippableExceptionsInclude(List.of(SQLException.class.getName()))
                .retryableExceptionsInclude(List.of(SQLException.class.getName()))
                .noRollbackExceptionsInclude(List.of(SQLException.class.getName())));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8));
    }

    @ParameterizedTest
    @EnumSource
    void inPartitionsToo(Kind kind) {
        open(kind);

        JobRun run = run(step("", "8,12", "", "17", "#{partitionPlan['first']}", "#{partitionPlan['last']}")
                .property(WriteSkip.PROPERTY, "item")
                .skipLimit(2)
                .partitionPlan(2, RangeReader.partitions(2, 10)));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8, 12, 17));
        assertThat(rejected()).containsExactly("8|process", "12|process", "17|write");
    }

    // ---- Writers ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void ofAWriterDropsTheChunkAsJakartaBatchHasIt(Kind kind) {
        open(kind);

        JobRun run = run(step("", "", "", "8"));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(6, 7, 8, 9, 10));
        assertThat(run.step("copy").counts().writeSkips()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void ofAWriterSkipsTheItemWhereItIsToldSo(Kind kind) {
        open(kind);

        JobRun run = run(
                step("", "", "", "8,9,20").property(WriteSkip.PROPERTY, "item").skipLimit(3));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8, 9, 20));
        assertThat(run.step("copy").counts().writeSkips()).isEqualTo(3);
        assertThat(run.step("copy").counts().written()).isEqualTo(17);
        assertThat(rejected()).containsExactly("8|write", "9|write", "20|write");
    }

    @ParameterizedTest
    @EnumSource
    void ofAWriterGoesOnBehindTheItemsThatItSkipped(Kind kind) {
        open(kind);
        StepBuilder step =
                step("", "", "", "8,9,12").property(WriteSkip.PROPERTY, "item").skipLimit(2);

        JobRun failed = run(step);
        List<String> before = database().rows("select N from ITEM order by N");
        JobRun restarted = run(step);

        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(before).hasSize(8).doesNotContain("8", "9", "12");
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8, 9, 12));
        assertThat(rejected()).containsExactly("8|write", "9|write", "12|write");
    }

    /** Only the commit shows which item is bad. */
    @ParameterizedTest
    @EnumSource(names = "POSTGRESQL") // H2 has no constraints that wait for the commit
    void ofACommitSkipsTheItemAlone(Kind kind) {
        open(kind);
        database().execute("create table GOOD (N integer primary key)");
        allBut(8).forEach(item -> database().execute("insert into GOOD (N) values (?)", item));
        database().execute("alter table ITEM add foreign key (N) references GOOD (N) deferrable initially deferred");

        JobRun run = run(step("", "", "", "").skippableExceptionsInclude(List.of(Exception.class.getName())));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8));
    }

    /** The engine takes a skip for the stop, and rolls nothing back by itself. */
    @ParameterizedTest
    @EnumSource
    void isNoneInAChunkThatAStopEnds(Kind kind) {
        open(kind);
        StepBuilder step = step("", "", "", "8").property(WriteSkip.PROPERTY, "item");

        JobRun stopped = run(step.listener("stops", new String[] {"at", "8"}));
        List<String> before = database().rows("select N from ITEM order by N");
        JobRun restarted = run(step("", "", "", "8").property(WriteSkip.PROPERTY, "item"));

        assertThat(stopped.status()).isEqualTo(BatchStatus.STOPPED);
        assertThat(before).hasSize(5);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8));
    }

    /** The chunk is rolled back, and there is nothing to write when the engine comes to its stop. */
    @ParameterizedTest
    @EnumSource
    void ofAnItemInWhoseProcessingAStopCameLeavesTheJobStopped(Kind kind) {
        open(kind);

        JobRun stopped = run(step("", "8", "", "").listener("stops", new String[] {"at", "8"}));
        JobRun restarted = run(step("", "8", "", ""));

        assertThat(stopped.status()).isEqualTo(BatchStatus.STOPPED);
        assertThat(restarted.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8));
    }

    @ParameterizedTest
    @EnumSource
    void ofTheLastChunkThatHasNoItemsEndsTheStep(Kind kind) {
        open(kind);

        JobRun run = run(step("", "", "", "8").listener("failsAfter").property(WriteSkip.PROPERTY, "item"));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(8));
        assertThat(run.step("copy").counts().writeSkips()).isEqualTo(2);
    }

    /** What is to be retried without a rollback is rolled back where its transaction is gone. */
    @ParameterizedTest
    @EnumSource
    void thenARetryLosesNothingOfWhatProcessorsWrote(Kind kind) {
        open(kind);

        JobRun run = run(step("", "", "", "3")
                .property(WriteSkip.PROPERTY, "item")
                .writer("writer", bad("3"), new String[] {"failsOnceAt", "13"})
                .retryableExceptionsInclude(List.of(IllegalStateException.class.getName()))
                .noRollbackExceptionsInclude(List.of(IllegalStateException.class.getName())));

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(allBut(3));
        assertProcessed(allBut(3));
    }

    // ---- Any of them -----------------------------------------------------------------------------------------------

    static Stream<Arguments> anyBadItems() {
        List<Arguments> all = new ArrayList<>();
        var some = Arbitraries.integers().between(1, ITEMS).set().ofMaxSize(4);
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < 12; i++) {
                all.add(Arguments.of(kind, some.sample(), some.sample(), some.sample(), i % 2 == 0));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("anyBadItems")
    void whateverFailsNoGoodItemIsLost(
            Kind kind, Set<Integer> process, Set<Integer> listener, Set<Integer> write, boolean twoAtOnce) {
        open(kind);
        StepBuilder step = step("", list(process), list(listener), list(write))
                .itemCount(twoAtOnce ? 2 : 7)
                .property(WriteSkip.PROPERTY, "item");

        JobRun run = run(step);

        Set<Integer> good = allBut();
        good.removeAll(process);
        good.removeAll(listener);
        good.removeAll(write);
        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertWritten(good);
        assertThat(rejected()).hasSize(ITEMS - good.size());
        assertThat(run.step("copy").counts().processSkips()
                        + run.step("copy").counts().writeSkips())
                .isEqualTo(ITEMS - good.size());
        assertThat(run.step("copy").counts().written()).isEqualTo(good.size());
    }

    private static String list(Set<Integer> items) {
        return String.join(",", items.stream().map(String::valueOf).toList());
    }
}
