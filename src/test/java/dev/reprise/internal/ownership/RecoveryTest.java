package dev.reprise.internal.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is due is restarted after a report, through the engine. */
class RecoveryTest {

    private static final AtomicBoolean BROKEN = new AtomicBoolean();

    /** The batchlet hears no stop as long as this is so. */
    private static final AtomicBoolean HELD = new AtomicBoolean();

    private static final AtomicBoolean WAITS = new AtomicBoolean();

    @RegisterExtension
    static final InProcessBatch BATCH = InProcessBatch.builder()
            .artifact("task", () -> new AbstractBatchlet() {
                @Override
                public String process() {
                    if (BROKEN.get()) {
                        throw new IllegalStateException("broken");
                    }
                    while (HELD.get()) {
                        WAITS.set(true);
                        LockSupport.parkNanos(1_000_000);
                    }
                    WAITS.set(false);
                    return "DONE";
                }
            })
            .build();

    private final AtomicBoolean mayRestart = new AtomicBoolean(true);
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void define() {
        BATCH.define(new JobBuilder("recovered")
                .step(new StepBuilder("only").batchlet("task").build())
                .build());
        BROKEN.set(true);
    }

    @Test
    void restartsWhatIsDue() {
        JobRun failed = BATCH.run("recovered", Map.of("month", "2001-01"));
        assertThat(failed.status()).isEqualTo(BatchStatus.FAILED);
        BROKEN.set(false);
        due(failed);

        try (Recovery recovery = recovery()) {
            mayRestart.set(false);
            recovery.reported();
            await().until(() -> asked.get() > 0);
            assertThat(number("select count(*) from BATCH_JOB_EXECUTION")).isEqualTo(1);

            mayRestart.set(true);
            recovery.reported();
            await().untilAsserted(() -> assertThat(
                            number("select count(*) from BATCH_JOB_EXECUTION where STATUS = 'COMPLETED'"))
                    .isEqualTo(1));
            await().untilAsserted(() ->
                    assertThat(number("select count(*) from REPRISE_RESTART")).isZero());
        }
        assertThat(number("select max(REPRISE_RECOVERIES) from BATCH_JOB_EXECUTION"))
                .isEqualTo(1);
    }

    @Test
    void triesAgainLaterWhatCouldNotBeRestarted() {
        JobRun failed = BATCH.run("recovered", Map.of("month", "2001-01"));
        due(failed);
        execute("update BATCH_JOB_EXECUTION set REPRISE_JOB_NAME = 'gone'");
        execute("update BATCH_JOB_INSTANCE set JOB_NAME = 'gone'");

        try (Recovery recovery = recovery()) {
            recovery.reported();
            await().untilAsserted(() -> assertThat(
                            number("select count(*) from REPRISE_RESTART where NOT_BEFORE > current_timestamp"))
                    .isEqualTo(1));
        }
        assertThat(number("select count(*) from BATCH_JOB_EXECUTION")).isEqualTo(1);
    }

    /** As while versions are exchanged node by node: it is left for a node with the definition that ran, or for a person. */
    @Test
    void leavesWhatRanAnotherDefinition() {
        JobRun failed = BATCH.run("recovered", Map.of("month", "2001-01"));
        due(failed);
        BATCH.define(new JobBuilder("recovered")
                .step(new StepBuilder("renamed").batchlet("task").build())
                .build());
        BROKEN.set(false);

        try (Recovery recovery = recovery()) {
            recovery.reported();
            await().untilAsserted(() -> assertThat(number("select count(*) from REPRISE_RESTART"
                            + " where NODE_ID is null and NOT_BEFORE > current_timestamp"))
                    .isEqualTo(1));
        }
        assertThat(number("select count(*) from BATCH_JOB_EXECUTION")).isEqualTo(1);
        assertThat(BATCH.report(failed.executionId()).failure())
                .contains("It is not restarted by itself:", "step only: has begun in this instance");

        define();
        BROKEN.set(false);
        execute("update REPRISE_RESTART set NOT_BEFORE = current_timestamp");
        try (Recovery recovery = recovery()) {
            recovery.reported();
            await().untilAsserted(() -> assertThat(
                            number("select count(*) from BATCH_JOB_EXECUTION where STATUS = 'COMPLETED'"))
                    .isEqualTo(1));
        }
    }

    /** It was paused, and another node has closed what it ran: the engine would answer JBERET000610. */
    @Test
    void whatThisNodeHasLostIsRestartedWhenItsThreadsHaveEndedAndNotBefore() throws Exception {
        BROKEN.set(false);
        HELD.set(true);
        LaunchRequest request = LaunchRequest.of("recovered").with("month", "2001-02");
        long lost = BATCH.launcher().start(request).getExecutionId();
        await().until(WAITS::get);
        RepriseRepository repository = BATCH.repository();
        repository.thisNode().lost(repository.thisNode().node().orElseThrow(), "was paused");
        execute("delete from REPRISE_OWNER");
        execute("update BATCH_JOB_EXECUTION set STATUS = 'FAILED', EXIT_CODE = 'FAILED', END_TIME = current_timestamp");
        execute(
                "update BATCH_STEP_EXECUTION set STATUS = 'FAILED', END_TIME = current_timestamp, VERSION = VERSION + 1");

        for (Callable<?> launch : List.<Callable<?>>of(
                () -> BATCH.launcher().start(request), () -> BATCH.launcher().restart(lost, Map.of()))) {
            assertThatThrownBy(launch::call)
                    .isInstanceOf(LaunchRefusedException.class)
                    .hasMessage("recovered[month=2001-02] does not start on this node: this node has lost execution "
                            + lost + ", and threads of it still end that here. Launch it on another node, or later.");
        }

        HELD.set(false);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(BATCH.launcher().run(request).getBatchStatus())
                        .isEqualTo(BatchStatus.COMPLETED));
    }

    private Recovery recovery() {
        return new Recovery(
                BATCH.repository(),
                job -> RecoveryTest.class.getClassLoader(),
                () -> {
                    asked.incrementAndGet();
                    return mayRestart.get();
                },
                () -> {});
    }

    private static void due(JobRun failed) {
        execute("""
                insert into REPRISE_RESTART
                    (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, ATTEMPT, NOT_BEFORE)
                select JOB_INSTANCE_ID, JOB_EXECUTION_ID, 'in-process', 1, current_timestamp from BATCH_JOB_EXECUTION
                 where JOB_EXECUTION_ID =\s""" + failed.executionId());
    }

    private static void execute(String sql) {
        try (Connection connection = BATCH.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isEqualTo(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long number(String sql) {
        try (Connection connection = BATCH.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
