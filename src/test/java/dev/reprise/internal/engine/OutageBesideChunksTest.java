package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.Decider;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.AbstractPartitionAnalyzer;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.api.partition.PartitionReducer;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.StepExecution;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What artifacts do beside chunks, in a transaction of the engine's or of their own, and the connection breaks in its commit:
 * the execution goes on by itself. What else fails there is the application's, and stays.
 */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
@ExtendWith(ExpectedFailures.class)
class OutageBesideChunksTest {

    private static final TransactionManager TRANSACTIONS = InProcessBatch.transactionManager();

    private static final String AWAY = "A database was away while it ran.";

    /** Where the engine begins the transaction, and ends it. */
    private static final List<String> OF_THE_ENGINE =
            List.of("reader open", "writer open", "writer close", "reader close", "analyzeCollectorData");

    private static final List<String> OF_ARTIFACTS = List.of(
            "beforeJob",
            "afterJob",
            "beforeStep",
            "afterStep",
            "process",
            "decide",
            "mapPartitions",
            "beginPartitionedStep",
            "beforePartitionedStepCompletion",
            "afterPartitionedStepCompletion");

    /** What happens once where an artifact works. */
    private static final Map<String, Trouble> TROUBLE = new ConcurrentHashMap<>();

    @FunctionalInterface
    private interface Trouble {
        void happens(Connection connection) throws Exception;
    }

    private static @Nullable DataSource dataSource;

    @Parameter
    private TestDatabase.Kind kind;

    private int timeOut = 180;
    private TestDatabase database;
    private InProcessBatch batch;

    @BeforeEach
    void open() {
        database = TestDatabase.shared(kind);
        TROUBLE.clear();
        database.execute("drop table if exists WORKED");
        database.execute("create table WORKED (PLACE varchar(100), N integer)");
        batch = InProcessBatch.builder()
                .database(database.watched().url())
                .artifact("reader", Reader::new)
                .artifact("writer", Writer::new)
                .artifact("both", ReaderAndWriter::new)
                .artifact("batchlet", Batchlet::new)
                .artifact("listener", Listener::new)
                .artifact("decider", ADecider::new)
                .artifact("mapper", Mapper::new)
                .artifact("reducer", Reducer::new)
                .artifact("analyzer", Analyzer::new)
                .artifact("collector", () -> (jakarta.batch.api.partition.PartitionCollector) () -> "data")
                .build()
                .open();
        dataSource = batch.dataSource();
    }

    @AfterEach
    void close() {
        batch.close();
    }

    static Stream<String> places() {
        return Stream.concat(OF_THE_ENGINE.stream(), OF_ARTIFACTS.stream());
    }

    @ParameterizedTest
    @MethodSource("places")
    void aConnectionThatBreaksInACommit(String place) throws Exception {
        Job job = job("reader", "writer");
        database.watched().failCommitOf("'" + place + "'", 1, Invisible.failure("it was reset", "08006"));

        assertGoesOn(job, "Could not commit transaction");
    }

    /** The second partition, too: it works on a thread of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open", "writer close", "reader close"})
    void aConnectionThatBreaksInACommitOfTheSecondPartition(String place) throws Exception {
        Job job = job("reader", "writer");
        database.watched().failCommitOf("'" + place + "'", 2, Invisible.failure("it was reset", "08006"));

        assertGoesOn(job, "Could not commit transaction");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader open", "reader close"})
    void whatReadsAndWrites(String place) throws Exception {
        Job job = job("both", "both");
        database.watched().failCommitOf("'" + place + "'", 1, Invisible.failure("it was reset", "08006"));

        assertGoesOn(job, "Could not commit transaction");
    }

    /** As the driver throws it to an artifact, whose exception nobody can read back. */
    @ParameterizedTest
    @MethodSource("places")
    void aConnectionThatBreaksInAStatement(String place) {
        Job job = job("reader", "writer");
        TROUBLE.put(place, connection -> {
            throw Invisible.failure("it was reset", "08006");
        });

        assertGoesOn(job, "it was reset");
    }

    /** An artifact that says nothing of it: the connection tells. */
    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open", "writer close", "reader close", "process", "afterStep"})
    void underAnArtifactThatHidesIt(String place) {
        Job job = job("reader", "writer");
        TROUBLE.put(place, connection -> {
            connection.unwrap(Connection.class).close();
            throw new IllegalStateException("I cannot work");
        });

        assertGoesOn(job, "I cannot work");
    }

    /** When a chunk is tried again, reader and writer are opened at the last checkpoint. */
    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open"})
    void aConnectionThatBreaksInTheCommitOfAReopening(String place) throws Exception {
        Job job = retrying();
        database.watched().failCommitOf("'" + place + "'", 2, Invisible.failure("it was reset", "08006"));
        TROUBLE.put("write", connection -> {
            throw new IllegalArgumentException("once more");
        });

        assertGoesOn(job, "it was reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write"})
    void aConnectionThatBreaksInTheCommitOfASkip(String place) throws Exception {
        Job job = skipping();
        TROUBLE.put(place, connection -> {
            database.watched().failCommitWith(1, Invisible.failure("it was reset", "08006"));
            throw new IllegalArgumentException("not this one");
        });

        JobRun failed = batch.run(job.getId());

        assertThat(failed.failure()).as(failed::toString).startsWith(AWAY);
        assertThat(trace(failed)).contains("it was reset");
        assertThat(batch.run(job.getId()).status()).isEqualTo(BatchStatus.COMPLETED);
    }

    // ---- The application's own -------------------------------------------------------------------------------------

    static Stream<String> beforeTheEnd() {
        return OF_THE_ENGINE.stream();
    }

    @ParameterizedTest
    @MethodSource("beforeTheEnd")
    void whatIsRefusedInACommitStays(String place) throws Exception {
        Job job = job("reader", "writer");
        database.watched().failCommitOf("'" + place + "'", 1, Invisible.failure("twice the same", "23505"));

        assertStays(job, "twice the same");
    }

    @ParameterizedTest
    @MethodSource("beforeTheEnd")
    void whatIsToBeRolledBackStays(String place) {
        Job job = job("reader", "writer");
        TROUBLE.put(place, connection -> TRANSACTIONS.setRollbackOnly());

        assertStays(job, "");
    }

    @ParameterizedTest
    @MethodSource("beforeTheEnd")
    void whatFailsBeforeACommitStays(String place) {
        Job job = job("reader", "writer");
        TROUBLE.put(
                place,
                connection -> TRANSACTIONS.getTransaction().registerSynchronization(new Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        throw new IllegalArgumentException("cannot be flushed");
                    }

                    @Override
                    public void afterCompletion(int status) {}
                }));

        assertStays(job, "");
    }

    @ParameterizedTest
    @MethodSource("places")
    void whatAnArtifactThrowsStays(String place) {
        Job job = job("reader", "writer");
        TROUBLE.put(place, connection -> {
            throw new IllegalArgumentException("my own");
        });

        assertStays(job, "my own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open", "writer close", "reader close"})
    void whatTakesTooLongStays(String place) {
        timeOut = 2;
        Job job = job("reader", "writer");
        TROUBLE.put(place, connection -> {
            while (TRANSACTIONS.getStatus() == Status.STATUS_ACTIVE) {
                Thread.onSpinWait();
            }
        });

        assertStays(job, "");
    }

    // ---- A job -----------------------------------------------------------------------------------------------------

    private void assertGoesOn(Job job, String why) {
        JobRun failed = batch.run(job.getId());
        assertThat(failed.failure()).as(failed::toString).startsWith(AWAY);
        assertThat(trace(failed)).contains(why);
        assertIsDoneOnce(job);
    }

    private void assertStays(Job job, String why) {
        JobRun failed = batch.run(job.getId());
        assertThat(failed.status()).as(failed::toString).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.failure()).as(failed::toString).doesNotStartWith(AWAY).isNotEmpty();
        assertThat(trace(failed)).contains(why);
        assertIsDoneOnce(job);
    }

    private void assertIsDoneOnce(Job job) {
        assertThat(TROUBLE).isEmpty();
        JobRun restarted = batch.run(job.getId());
        assertThat(restarted.status()).as(restarted::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(database.rows("select N from WORKED where PLACE = 'write' order by N"))
                .isEqualTo(
                        job.getJobElements().size() == 1
                                ? List.of("1", "2", "3", "4")
                                : List.of("1", "1", "1", "2", "2", "2", "3", "3", "3", "4", "4", "4"));
    }

    /** All that was recorded of why. */
    private String trace(JobRun failed) {
        return String.join(
                "\n",
                database.rows(
                        "select EXIT_MESSAGE from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?",
                        failed.executionId()));
    }

    private Job job(String reader, String writer) {
        StepBuilder partitioned = new StepBuilder("partitioned")
                .reader(reader)
                .writer(writer)
                .itemCount(2)
                .property("jakarta.transaction.global.timeout", String.valueOf(timeOut))
                .partitionMapper("mapper")
                .partitionReducer("reducer")
                .partitionCollector("collector")
                .partitionAnalyzer("analyzer")
                .next("plain");
        return defined(new JobBuilder("job-" + UUID.randomUUID())
                .listener("listener")
                .step(partitioned.build())
                .step(new StepBuilder("plain")
                        .reader(reader)
                        .writer(writer)
                        .itemCount(2)
                        .listener("listener")
                        .next("which")
                        .build())
                .decision(new DecisionBuilder("which", "decider")
                        .nextOn("*")
                        .to("last")
                        .build())
                .step(new StepBuilder("last").batchlet("batchlet").build())
                .build());
    }

    private Job retrying() {
        return defined(new JobBuilder("job-" + UUID.randomUUID())
                .step(chunks().retryableExceptionsInclude(List.of(IllegalArgumentException.class.getName()))
                        .build())
                .build());
    }

    private Job skipping() {
        return defined(new JobBuilder("job-" + UUID.randomUUID())
                .step(chunks().skippableExceptionsInclude(List.of(IllegalArgumentException.class.getName()))
                        .build())
                .build());
    }

    private static StepBuilder chunks() {
        return new StepBuilder("plain").reader("reader").writer("writer").itemCount(2);
    }

    private Job defined(Job job) {
        batch.define(job);
        return job;
    }

    /** In the transaction of the thread, or in one of its own. */
    private static void work(String place) throws Exception {
        work(place, 0);
    }

    private static void work(String place, int number) throws Exception {
        boolean own = TRANSACTIONS.getStatus() == Status.STATUS_NO_TRANSACTION;
        if (own) {
            TRANSACTIONS.begin();
        }
        try (Connection connection = dataSource.getConnection()) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("insert into WORKED values ('" + place + "', " + number + ")");
            }
            Trouble trouble = TROUBLE.remove(place);
            if (trouble != null) {
                trouble.happens(connection);
            }
        }
        if (own) {
            TRANSACTIONS.commit();
        }
    }

    /** Four numbers. */
    public static class Reader implements ItemReader {

        private int read;

        @Override
        public void open(@Nullable Serializable checkpoint) throws Exception {
            read = checkpoint == null ? 0 : (Integer) checkpoint;
            work("reader open");
        }

        @Override
        public void close() throws Exception {
            work("reader close");
        }

        @Override
        public @Nullable Object readItem() throws Exception {
            if (read == 4) {
                return null;
            }
            read++;
            if (read == 1) {
                work("read");
            }
            return read;
        }

        @Override
        public Serializable checkpointInfo() {
            return read;
        }
    }

    /** Writes them. */
    public static class Writer implements ItemWriter {

        @Override
        public void open(@Nullable Serializable checkpoint) throws Exception {
            work("writer open");
        }

        @Override
        public void close() throws Exception {
            work("writer close");
        }

        @Override
        public void writeItems(List<Object> items) throws Exception {
            for (Object item : items) {
                work("write", (Integer) item);
            }
        }

        @Override
        public @Nullable Serializable checkpointInfo() {
            return null;
        }
    }

    /** Of one class; each is either. */
    public static final class ReaderAndWriter extends Reader implements ItemWriter {

        @Override
        public void writeItems(List<Object> items) throws Exception {
            new Writer().writeItems(items);
        }
    }

    /** Works. */
    public static final class Batchlet extends AbstractBatchlet {

        @Override
        public String process() throws Exception {
            work("process");
            return "done";
        }
    }

    /** Of job and step. */
    public static final class Listener implements JobListener, StepListener {

        @Override
        public void beforeJob() throws Exception {
            work("beforeJob");
        }

        @Override
        public void afterJob() throws Exception {
            work("afterJob");
        }

        @Override
        public void beforeStep() throws Exception {
            work("beforeStep");
        }

        @Override
        public void afterStep() throws Exception {
            work("afterStep");
        }
    }

    /** Decides nothing. */
    public static final class ADecider implements Decider {

        @Override
        public String decide(StepExecution[] executions) throws Exception {
            work("decide");
            return "on";
        }
    }

    /** Two partitions. */
    public static final class Mapper implements PartitionMapper {

        @Override
        public PartitionPlan mapPartitions() throws Exception {
            work("mapPartitions");
            PartitionPlanImpl plan = new PartitionPlanImpl();
            plan.setPartitions(2);
            return plan;
        }
    }

    /** Does something each time but when it rolls back. */
    public static final class Reducer implements PartitionReducer {

        @Override
        public void beginPartitionedStep() throws Exception {
            work("beginPartitionedStep");
        }

        @Override
        public void beforePartitionedStepCompletion() throws Exception {
            work("beforePartitionedStepCompletion");
        }

        @Override
        public void rollbackPartitionedStep() {}

        @Override
        public void afterPartitionedStepCompletion(PartitionStatus status) throws Exception {
            if (status == PartitionStatus.COMMIT) {
                work("afterPartitionedStepCompletion");
            }
        }
    }

    /** Analyzes what comes of partitions. */
    public static final class Analyzer extends AbstractPartitionAnalyzer {

        @Override
        public void analyzeCollectorData(@Nullable Serializable data) throws Exception {
            work("analyzeCollectorData");
        }
    }
}
