package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.annotation.Resource;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection that breaks is seen as one, whatever is thrown for it: the execution goes on by itself. */
@ExtendWith(ExpectedFailures.class)
class BrokenConnectionTest {

    private static final AtomicBoolean TROUBLE = new AtomicBoolean();

    private @Nullable InProcessBatch batch;

    @AfterEach
    void close() {
        if (batch != null) {
            batch.close();
        }
    }

    /** As what JCA throws for a commit: the deployment does not see the class, so nobody can read the exception back. */
    @ParameterizedTest
    @EnumSource
    void inACommitWithAnExceptionThatCannotBeReadBack(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.shared(kind);
        InProcessBatch open = open(database);
        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(step("load", "0").build())
                .build();
        open.define(job);
        database.watched().failCommitWith(2, Invisible.failure("the connection was reset", "08006"));

        JobRun failed = open.run(job.getId());

        assertGoesOn(open, job, failed, database, 4);
        assertThat(failed.step("load").failure()).contains("Could not commit transaction");
        assertThat(open.repository().recorded().stackTrace(failed.executionId(), stepId(database, failed)))
                .hasValueSatisfying(trace ->
                        assertThat(trace).contains("the connection was reset").doesNotContain("-84, -19, 0, 5"));
    }

    @ParameterizedTest
    @EnumSource
    void inACommitOfAPartition(TestDatabase.Kind kind) throws Exception {
        TestDatabase database = TestDatabase.shared(kind);
        InProcessBatch open = open(database);
        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(step("load", "#{partitionPlan['offset']}")
                        .partitionPlan(2, 2, CrashEverywhereIT.Reader.partitions(2))
                        .build())
                .build();
        open.define(job);
        database.watched().failCommitWith(2, Invisible.failure("the connection was reset", "08006"));

        assertGoesOn(open, job, open.run(job.getId()), database, 8);
    }

    /** A writer that says nothing of what it met: the connection tells. */
    @Test
    void underAWriterThatHidesIt() {
        TestDatabase database = TestDatabase.shared(TestDatabase.Kind.POSTGRESQL);
        InProcessBatch open = open(database);
        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(step("load", "0").build())
                .build();
        open.define(job);
        TROUBLE.set(true);

        JobRun failed = open.run(job.getId());

        assertThat(failed.step("load").failure()).contains("I cannot write");
        assertGoesOn(open, job, failed, database, 4);
    }

    /** What it has written is there once. */
    private static void assertGoesOn(InProcessBatch open, Job job, JobRun failed, TestDatabase database, int items) {
        assertThat(failed.status()).as(failed::toString).isEqualTo(BatchStatus.FAILED);
        assertThat(failed.failure()).as(failed::toString).startsWith("A database was away while it ran.");
        JobRun restarted = open.run(job.getId());
        assertThat(restarted.status()).as(restarted::toString).isEqualTo(BatchStatus.COMPLETED);
        assertThat(database.rows("select N from BROKEN order by N"))
                .isEqualTo(IntStream.rangeClosed(1, items)
                        .mapToObj(String::valueOf)
                        .toList());
    }

    private static long stepId(TestDatabase database, JobRun run) {
        return Long.parseLong(database.row(
                "select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ?", run.executionId()));
    }

    private static StepBuilder step(String id, String offset) {
        return new StepBuilder(id)
                .reader("reader", new String[] {"count", "4"}, new String[] {"offset", offset})
                .writer("writer")
                .itemCount(2);
    }

    private InProcessBatch open(TestDatabase database) {
        database.execute("drop table if exists BROKEN");
        database.execute("create table BROKEN (N integer)");
        InProcessBatch open = InProcessBatch.builder()
                .database(database.watched().url())
                .artifact("reader", CrashEverywhereIT.Reader::new)
                .artifact("writer", () -> new Writer(database))
                .build()
                .open();
        batch = open;
        return open;
    }

    /** Loses its connection when told to, and hides why. */
    public static final class Writer extends AbstractItemWriter {

        private final TestDatabase database;

        @Resource
        private DataSource dataSource;

        Writer(TestDatabase database) {
            this.database = database;
        }

        @Override
        public void writeItems(List<Object> items) throws Exception {
            try (Connection connection = dataSource.getConnection()) {
                try (PreparedStatement insert = connection.prepareStatement("insert into BROKEN values (?)")) {
                    for (Object item : items) {
                        insert.setInt(1, (Integer) item);
                        insert.executeUpdate();
                    }
                }
                if (TROUBLE.getAndSet(false)) {
                    try (Statement statement = connection.createStatement();
                            ResultSet pid = statement.executeQuery("select pg_backend_pid()")) {
                        pid.next();
                        database.rows("select pg_terminate_backend(?)", pid.getInt(1));
                    }
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("select 1");
                    } catch (SQLException e) {
                        throw new IllegalStateException("I cannot write");
                    }
                }
            }
        }
    }
}
