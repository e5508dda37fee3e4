package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Skip;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.runtime.BatchStatus;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
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
    private static final List<String> OF_THE_ENGINE = List.of(
            "reader open",
            "writer open",
            "writer close",
            "reader close",
            "beforeChunk",
            "afterChunk",
            "analyzeCollectorData",
            "analyzeStatus");

    private static final List<String> OF_ARTIFACTS = List.of(
            "beforeJob",
            "afterJob",
            "beforeStep",
            "afterStep",
            "process",
            "beginCheckpoint",
            "endCheckpoint",
            "reader made",
            "batchlet made",
            "listener made",
            "algorithm made",
            "decider made",
            "mapper made",
            "reducer made",
            "collector made",
            "analyzer made",
            "decide",
            "mapPartitions",
            "collectPartitionData",
            "beginPartitionedStep",
            "beforePartitionedStepCompletion",
            "afterPartitionedStepCompletion");

    private final TestDatabase.Kind kind;
    private final TestDatabase database;
    private int timeOut = 180;
    private InProcessBatch batch;

    OutageBesideChunksTest(TestDatabase.Kind kind) {
        this.kind = kind;
        database = TestDatabase.shared(kind);
    }

    @BeforeEach
    void open() {
        database.execute("drop table if exists WORKED");
        database.execute(WorkingArtifacts.TABLE);
        batch = WorkingArtifacts.in(
                        InProcessBatch.builder().database(database.watched().url()))
                .build()
                .open();
        WorkingArtifacts.use(batch.dataSource());
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
        WorkingArtifacts.TROUBLE.put(place, connection -> {
            throw Invisible.failure("it was reset", "08006");
        });

        assertGoesOn(job, "it was reset");
    }

    /** An artifact that says nothing of it: the connection tells. */
    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open", "writer close", "reader close", "process", "afterStep"})
    void underAnArtifactThatHidesIt(String place) {
        Job job = job("reader", "writer");
        WorkingArtifacts.TROUBLE.put(place, connection -> {
            connection.unwrap(Connection.class).close();
            throw new IllegalStateException("I cannot work");
        });

        assertGoesOn(job, "I cannot work");
    }

    /** The commit tells, or who works next. */
    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open", "writer close", "reader close", "process", "afterStep"})
    void underAnArtifactThatGoesOn(String place) {
        Skip.unless(kind == TestDatabase.Kind.POSTGRESQL, "H2 in this process has no connection that breaks");
        Job job = job("reader", "writer");
        WorkingArtifacts.TROUBLE.put(
                place, connection -> connection.unwrap(Connection.class).close());

        assertGoesOn(job, "");
    }

    /** When a chunk is tried again, reader and writer are opened at the last checkpoint. */
    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open"})
    void aConnectionThatBreaksInTheCommitOfAReopening(String place) throws Exception {
        Job job = retrying();
        database.watched().failCommitOf("'" + place + "'", 2, Invisible.failure("it was reset", "08006"));
        WorkingArtifacts.TROUBLE.put("write", connection -> {
            throw new IllegalArgumentException("once more");
        });

        assertGoesOn(job, "it was reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "write"})
    void aConnectionThatBreaksInTheCommitOfASkip(String place) throws Exception {
        Job job = skipping();
        WorkingArtifacts.TROUBLE.put(place, connection -> {
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
        WorkingArtifacts.TROUBLE.put(place, connection -> TRANSACTIONS.setRollbackOnly());

        assertStays(job, "");
    }

    @ParameterizedTest
    @MethodSource("beforeTheEnd")
    void whatFailsBeforeACommitStays(String place) {
        Job job = job("reader", "writer");
        WorkingArtifacts.TROUBLE.put(
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
        WorkingArtifacts.TROUBLE.put(place, connection -> {
            throw new IllegalArgumentException("my own");
        });

        assertStays(job, "my own");
    }

    /** The thread would keep it, with its connection. */
    @ParameterizedTest
    @ValueSource(strings = {"reader made", "batchlet made", "decider made", "mapper made", "process", "decide"})
    void whatLeavesATransactionOpenStays(String place) {
        Job job = job("reader", "writer");
        WorkingArtifacts.LEFT_OPEN.add(place);

        assertStays(job, "It left a transaction open, which was rolled back.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reader open", "writer open", "writer close", "reader close"})
    void whatTakesTooLongStays(String place) {
        timeOut = 2;
        Job job = job("reader", "writer");
        WorkingArtifacts.TROUBLE.put(place, connection -> {
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
        assertThat(WorkingArtifacts.TROUBLE).isEmpty();
        JobRun restarted = batch.run(job.getId());
        assertThat(restarted.status()).as(restarted::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(database.rows(WorkingArtifacts.WRITTEN))
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
        return defined(WorkingArtifacts.job("job-" + UUID.randomUUID(), reader, writer, timeOut));
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
        return WorkingArtifacts.chunks("plain", "reader", "writer");
    }

    private Job defined(Job job) {
        batch.define(job);
        return job;
    }
}
