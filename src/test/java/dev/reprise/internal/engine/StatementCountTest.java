package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.database.WatchedDatabase;
import dev.reprise.database.WatchedDatabase.Cost;
import dev.reprise.internal.engine.TestNode.Chunk;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.internal.store.Requests;
import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a launch and a chunk cost, counted where they leave for the database. */
class StatementCountTest {

    private static final String[] PARAMETERS = {"month", "2001-01", "-note", "first", "-origin", "SFO"};

    private final Job job = TestNode.job();

    @ParameterizedTest
    @EnumSource
    void ofALaunchIsSmallAndItCommitsOnce(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        WatchedDatabase database = node.database.watched();
        node.start(job, "month", "2000-12"); // records the definition, once in a deployment

        database.startRecording();
        node.start(job, PARAMETERS);
        Cost first = database.stopRecording();

        // PostgreSQL takes all of it at once.
        assertThat(first.sql()).hasSize(kind == TestDatabase.Kind.H2 ? 5 : 1);
        assertThat(first.commits()).isEqualTo(1);
    }

    /** The same, which no node owns then; who takes it finds all in one transaction. */
    @ParameterizedTest
    @EnumSource
    void ofALaunchForAnyNodeIsTheSame(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        WatchedDatabase database = node.database.watched();
        node.start(job, "month", "2000-12"); // records the definition, once in a deployment
        Properties asked = TestNode.parameters(PARAMETERS);
        asked.setProperty("reprise.dispatch", "true");

        database.startRecording();
        long id = node.repository
                .launching()
                .launch(asked, given -> node.start(job, given).getExecutionId());
        Cost launch = database.stopRecording();

        assertThat(launch.sql()).hasSize(kind == TestDatabase.Kind.H2 ? 5 : 1);
        assertThat(launch.commits()).isEqualTo(1);
        assertThat(node.owner(id)).containsExactly(kind == TestDatabase.Kind.H2 ? "node-1" : "");
    }

    /** The instance is known, and so are the original's parameters: the engine has loaded it. */
    @ParameterizedTest
    @EnumSource
    void ofARestartIsSmallAndOneTransaction(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        WatchedDatabase database = node.database.watched();
        JobExecutionImpl failed = node.run(job, PARAMETERS);
        node.end(failed, BatchStatus.FAILED);
        JobExecutionImpl original = node.load(failed.getExecutionId(), job);

        database.startRecording();
        node.repository.createJobExecution(original.getJobInstance(), new Properties(original.getJobParameters()));
        Cost restart = database.stopRecording();

        assertThat(restart.sql()).hasSize(kind == TestDatabase.Kind.H2 ? 3 : 1);
        assertThat(restart.commits()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void ofAChunkIsOneStatementInTheTransactionOfTheChunk(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        WatchedDatabase database = node.database.watched();
        JobExecutionImpl execution = node.run(job);
        StepExecutionImpl step = node.step(execution, "load");
        StepExecutionImpl partitioned = node.step(execution, "spread");
        PartitionExecutionImpl partition = node.partition(partitioned, 0, null);

        for (var running : new org.jberet.runtime.AbstractStepExecution[] {step, partition}) {
            for (String checkpoint : new String[] {"10", "20"}) {
                database.startRecording();
                node.save(execution, running, new Chunk(10, 0, checkpoint));
                Cost saved = database.recorded();
                TestDatabase.TRANSACTIONS.commit();
                Cost committed = database.stopRecording();

                assertThat(saved.sql()).hasSize(1);
                assertThat(saved.commits()).isZero();
                assertThat(committed.sql()).hasSize(1);
                assertThat(committed.commits()).isEqualTo(1);
            }
        }
    }

    /** Two transactions beside the launch's: the job starts with its first step, and ends with its last. */
    @ParameterizedTest
    @EnumSource
    void ofAJobOfOneStepIsTwoMoreTransactions(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        WatchedDatabase database = node.database.watched();
        JobExecutionImpl execution = node.start(job, PARAMETERS);

        database.startRecording();
        node.running(execution);
        StepExecutionImpl step = node.step(execution, "load");
        assertCost(database.stopRecording(), kind == TestDatabase.Kind.H2 ? 3 : 1);
        database.startRecording();
        node.end(step, BatchStatus.COMPLETED);
        node.end(execution, BatchStatus.COMPLETED);
        assertCost(database.stopRecording(), kind == TestDatabase.Kind.H2 ? 3 : 1);
    }

    /**
     * What leaves as one text is one transaction on the server, also when the driver has prepared it there: each row has the
     * number of the transaction that wrote it last.
     */
    @Test
    void whatIsSentAtOnceIsOneTransaction() {
        TestDatabase database = TestDatabase.shared(TestDatabase.Kind.POSTGRESQL);
        TestNode node = TestNode.on(database);
        for (int i = 0; i < 40; i++) {
            JobExecutionImpl execution = node.start(job, "number", String.valueOf(i));
            assertThat(transactions(database, execution)).as("launch %s", i).isEqualTo("1");
            node.running(execution);
            StepExecutionImpl step = node.step(execution, "load");
            assertThat(transactionsWithStep(database, execution))
                    .as("start %s", i)
                    .isEqualTo("1");
            node.end(step, BatchStatus.COMPLETED);
            node.end(execution, BatchStatus.COMPLETED);
            assertThat(transactionsWithStep(database, execution))
                    .as("end %s", i)
                    .isEqualTo("1");
        }
    }

    private static String transactions(TestDatabase database, JobExecutionImpl execution) {
        return database.row("""
                select count(distinct X) from (
                    select cast(xmin as text) as X from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = %1$s
                    union all
                    select cast(xmin as text) from BATCH_JOB_EXECUTION_PARAMS where JOB_EXECUTION_ID = %1$s
                    union all
                    select cast(xmin as text) from REPRISE_OWNER where JOB_EXECUTION_ID = %1$s) WRITTEN""".formatted(execution.getExecutionId()));
    }

    private static String transactionsWithStep(TestDatabase database, JobExecutionImpl execution) {
        return database.row("""
                select count(distinct X) from (
                    select cast(xmin as text) as X from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = %1$s
                    union all
                    select cast(xmin as text) from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = %1$s) WRITTEN""".formatted(execution.getExecutionId()));
    }

    /** Which looks for what others ask, too. */
    @ParameterizedTest
    @EnumSource
    void ofAReportIsOneStatement(TestDatabase.Kind kind) throws SQLException {
        TestNode node = TestNode.on(TestDatabase.shared(kind));
        WatchedDatabase database = node.database.watched();
        NodeRegistry registry = new NodeRegistry(node.database.pooled(), TestDatabase.TRANSACTIONS);

        try (Connection connection = node.database.pooled().getConnection()) {
            database.startRecording();
            assertThat(registry.heartbeat(connection, node.identity, Duration.ofMinutes(1)))
                    .isEqualTo(NodeRegistry.Report.ALIVE);
            assertThat(database.stopRecording().sql()).hasSize(1);
            node.repository.neighbours().requests().ask(request(node), Duration.ofMinutes(1));
            assertThat(registry.heartbeat(connection, node.identity, Duration.ofMinutes(1)))
                    .isEqualTo(NodeRegistry.Report.ASKED);
        }
    }

    /** Which looks for executions that wait for a node, too; who does is the report's to say, and costs nothing until then. */
    @Test
    void ofAReportThatTellsOfWhatWaitsForANode() throws SQLException {
        TestNode node = TestNode.on(TestDatabase.shared(TestDatabase.Kind.POSTGRESQL));
        NodeRegistry registry = new NodeRegistry(node.database.pooled(), TestDatabase.TRANSACTIONS);
        Properties asked = TestNode.parameters("reprise.dispatch", "true");

        try (Connection connection = node.database.pooled().getConnection()) {
            node.start(TestNode.job());
            assertThat(registry.heartbeat(connection, node.identity, Duration.ofMinutes(1)))
                    .isEqualTo(NodeRegistry.Report.ALIVE);
            long id = node.repository
                    .launching()
                    .launch(asked, given -> node.start(job, given).getExecutionId());
            assertThat(registry.heartbeat(connection, node.identity, Duration.ofMinutes(1)))
                    .isEqualTo(NodeRegistry.Report.ASKED);
            node.repository.interventions().stop(id);
            assertThat(registry.heartbeat(connection, node.identity, Duration.ofMinutes(1)))
                    .isEqualTo(NodeRegistry.Report.ALIVE);
        }
    }

    private static Requests.Request request(TestNode node) {
        return new Requests.Request(
                0,
                node.identity.application(),
                null,
                "stop",
                1,
                "{}",
                new Requests.Asker("somebody", null, List.of("batch-operator"), "office"));
    }

    private static void assertCost(Cost cost, int roundTrips) {
        assertThat(cost.sql()).hasSize(roundTrips);
        assertThat(cost.commits()).isEqualTo(1);
    }
}
