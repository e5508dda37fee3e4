package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import dev.reprise.testing.RangeReader;
import jakarta.annotation.Resource;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.listener.AbstractStepListener;
import jakarta.batch.api.partition.PartitionAnalyzer;
import jakarta.batch.api.partition.PartitionCollector;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.Step;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A transaction that takes longer than it may, before, while and after its chunk is recorded: nothing of the chunk is
 * recorded, and a restart does all of it. Chunks of 5 of 20 items; a second for each.
 */
@ExtendWith(ExpectedFailures.class)
class TransactionTimeoutTest {

    /** What happens in the chunk that begins with item 6, once. */
    private static final AtomicReference<@Nullable Trouble> TROUBLE = new AtomicReference<>();

    private static final List<String> TWENTY =
            IntStream.rangeClosed(1, 20).mapToObj(String::valueOf).toList();

    private @Nullable TestDatabase database;
    private @Nullable InProcessBatch batch;
    private final String table = "T" + UUID.randomUUID().toString().replace("-", "");

    @AfterEach
    void close() {
        TROUBLE.set(null);
        if (batch != null) {
            batch.close();
        }
    }

    /** In a chunk, behind the SQL of its writer. */
    private interface Trouble {
        void with(Writer writer) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void beforeAChunkIsRecorded(TestDatabase.Kind kind) {
        open(kind);
        TROUBLE.set(writer -> awaitEndOf(current()));

        assertNothingOfTheChunkIsLost(step("load").build());
    }

    @ParameterizedTest
    @EnumSource
    void beforeAChunkIsRecordedThatMayBeSkippedOrRetried(TestDatabase.Kind kind) {
        open(kind);
        TROUBLE.set(writer -> awaitEndOf(current()));

        assertNothingOfTheChunkIsLost(step("load")
                .skippableExceptionsInclude(List.of("java.lang.Exception"))
                .retryableExceptionsInclude(List.of("java.lang.Exception"))
                .build());
    }

    @ParameterizedTest
    @EnumSource
    void whileAChunkIsRecorded(TestDatabase.Kind kind) {
        open(kind);
        TROUBLE.set(writer -> database().holdWhileActive(writer.step.getStepExecutionId(), current()));

        assertNothingOfTheChunkIsLost(step("load").build());
    }

    @ParameterizedTest
    @EnumSource
    void afterAChunkIsRecorded(TestDatabase.Kind kind) {
        open(kind);
        TROUBLE.set(writer -> beforeCommit(current()));

        assertNothingOfTheChunkIsLost(step("load").build());
    }

    @ParameterizedTest
    @EnumSource
    void afterAChunkIsRecordedThatMayBeSkipped(TestDatabase.Kind kind) {
        open(kind);
        TROUBLE.set(writer -> beforeCommit(current()));

        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(step("load")
                        .skippableExceptionsInclude(List.of("java.lang.Exception"))
                        .build())
                .build();
        batch().define(job);

        JobRun run = batch().run(job.getId());

        // Gone through again item by item: what fails at a commit once is no item's fault.
        assertThat(run.status()).as(run::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(database().rows("select N from " + table + " order by N")).isEqualTo(TWENTY);
        assertThat(run.step("load").counts().written()).isEqualTo(20);
        assertThat(run.step("load").counts().writeSkips()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void whileAChunkOfAPartitionIsRecorded(TestDatabase.Kind kind) {
        open(kind);
        TROUBLE.set(writer -> awaitEndOf(current()));

        assertNothingOfTheChunkIsLost(step("load", "#{partitionPlan['first']}", "#{partitionPlan['last']}")
                .partitionPlan(2, 2, RangeReader.partitions(2, 10))
                .build());
    }

    private void assertNothingOfTheChunkIsLost(Step step) {
        Job job = new JobBuilder("job-" + UUID.randomUUID()).step(step).build();
        batch().define(job);

        JobRun failed = batch().run(job.getId());
        assertThat(failed.status()).as(failed::toString).isEqualTo(BatchStatus.FAILED);
        assertThat(database().rows("select N from " + table + " where N between 6 and 10"))
                .isEmpty();

        JobRun restarted = batch().run(job.getId());
        assertThat(restarted.status()).as(restarted::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(database().rows("select N from " + table + " order by N")).isEqualTo(TWENTY);
        assertThat(failed.step("load").counts().written()
                        + restarted.step("load").counts().written())
                .isEqualTo(20);
    }

    /** As a pool may have it: the connection was asked for in time, and its statement comes when it commits by itself. */
    @ParameterizedTest
    @EnumSource
    void aRecordThatWasCommittedByItselfIsTakenBack(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.withLateStatements(TestDatabase.shared(kind));
        Job job = TestNode.job();
        var execution = node.run(job);
        var step = node.step(execution, "load");
        node.commit(execution, step, new TestNode.Chunk(10, 1, "10"));
        String before = node.stepRow(step);
        LateStatements.armed.set(true);
        try {
            node.save(execution, step, new TestNode.Chunk(10, 2, "20"));
            throw new AssertionError("saved");
        } catch (NotRecordedError expected) {
            assertThat(expected).hasMessageContaining("jakarta.transaction.global.timeout");
        } finally {
            InProcessBatch.transactionManager().suspend();
        }

        assertThat(node.stepRow(step)).isEqualTo(before);
        assertThat(node.original("load", execution).getReaderCheckpointInfo()).isEqualTo("10");
        node.end(step, BatchStatus.FAILED);
        node.end(execution, BatchStatus.FAILED);
        assertThat(node.stepRow(step)).startsWith("FAILED|FAILED|20|9|1|1|");
    }

    @ParameterizedTest
    @EnumSource
    void aBatchletsUserDataIsKeptWithoutItsTransaction(TestDatabase.Kind kind) {
        open(kind);
        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(new StepBuilder("work")
                        .batchlet("batchlet")
                        .nextOn("*")
                        .to("load")
                        .build())
                .step(step("load").build())
                .build();
        batch().define(job);

        JobRun run = batch().run(job.getId());

        assertThat(run.status()).as(run::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.step("work").status()).isEqualTo(BatchStatus.FAILED);
        assertThat(run.step("work").failure()).contains("It left a transaction open, which was rolled back.");
        assertThat(batch().operator()
                        .getStepExecutions(run.executionId())
                        .get(0)
                        .getPersistentUserData())
                .isEqualTo("kept");
        assertThat(database().rows("select N from " + table + " order by N")).isEqualTo(TWENTY);
    }

    @ParameterizedTest
    @EnumSource
    void anAnalyzersTransactionFailsTheStepAndNotItsPartitions(TestDatabase.Kind kind) {
        open(kind);
        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(step("load", "#{partitionPlan['first']}", "#{partitionPlan['last']}")
                        .partitionMapper("mapper")
                        .partitionCollector("collector")
                        .partitionAnalyzer("analyzer")
                        .build())
                .build();
        batch().define(job);

        JobRun failed = batch().run(job.getId());
        assertThat(failed.status()).as(failed::toString).isEqualTo(BatchStatus.FAILED);

        JobRun restarted = batch().run(job.getId());
        assertThat(restarted.status()).as(restarted::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(database().rows("select N from " + table + " order by N")).isEqualTo(TWENTY);
    }

    /** Nobody has stopped it. */
    @ParameterizedTest
    @EnumSource
    void whatIsNotThisNodesToWriteEndsFailedAndNotStopped(TestDatabase.Kind kind) {
        open(kind);
        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(step("load").listener("raising").next("after").build())
                .step(step("after").build())
                .build();
        batch().define(job);

        JobRun run = batch().run(job.getId());

        assertThat(run.status()).as(run::toString).isEqualTo(BatchStatus.FAILED);
        assertThat(run.failure()).contains("is not the one this node wrote");
    }

    // ---- What it takes ---------------------------------------------------------------------------------------------

    private void open(TestDatabase.Kind kind) {
        TestDatabase opened = TestDatabase.shared(kind);
        database = opened;
        opened.execute("create table " + table + " (N integer not null)");
        batch = InProcessBatch.builder()
                .database(opened.watched().url())
                .artifact("reader", RangeReader::new)
                .artifact("writer", () -> new Writer(table))
                .artifact("batchlet", Batchlet::new)
                .artifact("mapper", Mapper::new)
                .artifact("collector", () -> (PartitionCollector) () -> "data")
                .artifact("analyzer", Analyzer::new)
                .artifact("raising", () -> new Raising(opened))
                .build()
                .open();
    }

    private TestDatabase database() {
        return Objects.requireNonNull(database);
    }

    private InProcessBatch batch() {
        return Objects.requireNonNull(batch);
    }

    private static StepBuilder step(String id) {
        return step(id, "1", "20");
    }

    private static StepBuilder step(String id, String first, String last) {
        return new StepBuilder(id)
                .property("jakarta.transaction.global.timeout", "1")
                .reader("reader", new String[] {"first", first}, new String[] {"last", last})
                .writer("writer")
                .itemCount(5);
    }

    private static Transaction current() throws SystemException {
        return InProcessBatch.transactionManager().getTransaction();
    }

    private static void awaitEndOf(Transaction transaction) {
        await().until(() -> transaction.getStatus() != Status.STATUS_ACTIVE
                && transaction.getStatus() != Status.STATUS_ROLLING_BACK);
    }

    private static void beforeCommit(Transaction transaction) throws Exception {
        transaction.registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {
                await().until(() -> transaction.getStatus() != Status.STATUS_ACTIVE);
            }

            @Override
            public void afterCompletion(int status) {}
        });
    }

    /** Numbers into the table. */
    public static final class Writer extends AbstractItemWriter {

        private final String table;

        @Inject
        private StepContext step;

        @Resource
        private DataSource dataSource;

        Writer(String table) {
            this.table = table;
        }

        @Override
        public void writeItems(List<Object> items) throws Exception {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement insert = connection.prepareStatement("insert into " + table + " values (?)")) {
                for (Object item : items) {
                    insert.setInt(1, (Integer) item);
                    insert.executeUpdate();
                }
            }
            Trouble trouble = items.contains(6) ? TROUBLE.getAndSet(null) : null;
            if (trouble != null) {
                trouble.with(this);
            }
        }
    }

    /** Leaves a transaction behind that has timed out. */
    public static final class Batchlet extends AbstractBatchlet {

        @Inject
        private StepContext step;

        @Override
        public @Nullable String process() throws Exception {
            TransactionManager transactions = InProcessBatch.transactionManager();
            transactions.setTransactionTimeout(1);
            transactions.begin();
            step.setPersistentUserData("kept");
            awaitEndOf(current());
            return null;
        }
    }

    /** On the thread and with the time-out of the analyzer. */
    public static final class Mapper implements PartitionMapper {
        @Override
        public PartitionPlan mapPartitions() throws Exception {
            InProcessBatch.transactionManager().setTransactionTimeout(1);
            PartitionPlanImpl plan = new PartitionPlanImpl();
            plan.setPartitions(2);
            plan.setPartitionProperties(RangeReader.partitions(2, 10).toArray(Properties[]::new));
            return plan;
        }
    }

    /** Takes too long, once. */
    public static final class Analyzer implements PartitionAnalyzer {

        private static final Set<String> DONE = ConcurrentHashMap.newKeySet();

        @Inject
        private JobContext job;

        @Override
        public void analyzeCollectorData(Serializable data) throws Exception {
            if (DONE.add(job.getJobName())) {
                awaitEndOf(current());
            }
        }

        @Override
        public void analyzeStatus(BatchStatus batchStatus, String exitStatus) {}
    }

    /** As somebody else who writes the row of the step. */
    public static final class Raising extends AbstractStepListener {

        private final TestDatabase database;

        @Inject
        private StepContext step;

        Raising(TestDatabase database) {
            this.database = database;
        }

        @Override
        public void afterStep() {
            database.execute(
                    "update BATCH_STEP_EXECUTION set VERSION = VERSION + 1 where STEP_EXECUTION_ID = ?",
                    step.getStepExecutionId());
        }
    }
}
