package dev.reprise.internal.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import dev.reprise.testing.InProcessBatch;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a dead node still holds in PostgreSQL is ended before it is taken over, and nobody else's (contract.md §6). */
class DeadSessionsTest {

    private static final String[] MONTH = {"month", "2001-01"};

    private final String sessionName = "node " + UUID.randomUUID();
    private final Job job = TestNode.job();
    private TestNode dead;
    private JobExecutionImpl left;
    private Connection session;

    /** A node in mid-chunk: it has a row locked, and reports once more. */
    @BeforeEach
    void beInMidChunk() throws SQLException {
        TestDatabase database = TestDatabase.shared(TestDatabase.Kind.POSTGRESQL);
        dead = TestNode.on(database);
        left = dead.run(job, MONTH);
        StepExecutionImpl step = dead.step(left, "load");
        session = database.plain().getConnection();
        session.setAutoCommit(false);
        session.setClientInfo("ApplicationName", sessionName);
        try (PreparedStatement lock = session.prepareStatement(
                "update BATCH_STEP_EXECUTION set VERSION = VERSION where STEP_EXECUTION_ID = ?")) {
            lock.setLong(1, step.getStepExecutionId());
            assertThat(lock.executeUpdate()).isEqualTo(1);
        }
        reports(dead);
    }

    private void reports(TestNode node) {
        assertThat(node.database.execute(
                        "update REPRISE_NODE set SESSION_NAME = ?, HEARTBEAT_AT = current_timestamp"
                                + " where APPLICATION = ?",
                        sessionName,
                        node.identity.application()))
                .isEqualTo(1);
    }

    private TestNode comesBack() {
        TestNode again = dead.other("node-1");
        reports(again);
        return again;
    }

    @AfterEach
    void close() throws SQLException {
        if (session != null) {
            session.close();
        }
    }

    @Test
    void areEnded() {
        TestNode again = comesBack();

        assertThat(again.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        assertThat(again.status(left.getExecutionId())).isEqualTo("FAILED");
        assertThatThrownBy(() -> session.commit()).isInstanceOf(SQLException.class);
    }

    /** Opened between the last report and the pause: the database may have heard of the node before, and not since. */
    @Test
    void areEndedWhenTheyBeganBehindTheLastReport() {
        lastReported(dead, 60);

        assertThat(dead.other("node-2").repository.thisNode().takeOverFromTheDead())
                .isEqualTo(1);

        assertThatThrownBy(() -> session.commit()).isInstanceOf(SQLException.class);
    }

    /** A job whose rows somebody else has locked looks as if it hung. */
    @Test
    void whatWaitsSaysForWhom() throws Exception {
        TestDatabase database = dead.database;
        Database access = new Database(named(database.plain(), "node waiting"), InProcessBatch.transactionManager());
        LockWaits waits = new LockWaits(access, Duration.ofMillis(100));
        assertThat(waits.waits()).isEmpty();
        try (Connection waiting = database.plain().getConnection()) {
            waiting.setClientInfo("ApplicationName", "node waiting");
            Thread job = new Thread(() -> {
                try (Statement update = waiting.createStatement()) {
                    update.execute("update BATCH_STEP_EXECUTION set VERSION = VERSION where JOB_EXECUTION_ID = "
                            + left.getExecutionId());
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            job.start();

            await().until(() -> !waits.waits().isEmpty());
            assertThat(waits.waits())
                    .singleElement()
                    .extracting(LockWaits.Wait::message)
                    .asString()
                    .matches(
                            "A job of this node waits for a lock for \\d+ s now \\(its session: \\d+\\), which is held by"
                                    + " session \\d+ \\(" + sessionName
                                    + " at [0-9.:]+(/\\d+)?\\), in a transaction for \\d+ s");
            session.rollback();
            job.join();
        }
        assertThat(waits.waits()).isEmpty();
    }

    private static DataSource named(DataSource database, String applicationName) {
        return (DataSource) Proxy.newProxyInstance(
                DeadSessionsTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    Object result = method.invoke(database, arguments);
                    if (result instanceof Connection connection) {
                        connection.setClientInfo("ApplicationName", applicationName);
                    }
                    return result;
                });
    }

    /** The server was started again, and another application of it works already, or its own has come back. */
    @Test
    void ofALaterProcessAreLeftAlone() throws SQLException {
        lastReported(dead, 60);
        TestNode neighbour = TestNode.on(dead.database);
        dead.database.execute(
                "update REPRISE_NODE set SESSION_NAME = ?, STARTED_AT = current_timestamp,"
                        + " PROCESS_STARTED_AT = current_timestamp - interval '30' second where APPLICATION = ?",
                sessionName,
                neighbour.identity.application());

        dead.other("node-2").repository.thisNode().takeOverFromTheDead();

        session.commit();
    }

    /** The process was paused, works again, and has its sessions still: what it began since is its own. */
    @Test
    void ofAPausedProcessAreLeftAloneWithWhatTheyBeganSince() throws SQLException {
        session.rollback();
        TestNode again = comesBack();
        session.createStatement().execute("select count(*) from REPRISE_NODE");

        assertThat(again.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);

        session.commit();
    }

    /** Longer ago than the lease of the others by so much; its own ends a minute from now. */
    private void lastReported(TestNode node, int secondsAgo) {
        long lease = TestNode.LEASE.toSeconds();
        assertThat(node.database.execute(
                        "update REPRISE_NODE set HEARTBEAT_AT = current_timestamp - ? * interval '1' second, LEASE_MILLIS ="
                                + " ?, PROCESS_STARTED_AT = current_timestamp - interval '10' day"
                                + " where APPLICATION = ? and NODE_ID = ?",
                        lease + secondsAgo,
                        (lease + secondsAgo + 60) * 1000,
                        node.identity.application(),
                        node.identity.name()))
                .isEqualTo(1);
    }

    /** Another application on the same server, and so with the same sessions, lives: so the server does. */
    @Test
    void areLeftToALiveServer() throws SQLException {
        TestNode neighbour = TestNode.on(dead.database);
        dead.database.execute(
                "update REPRISE_NODE set SESSION_NAME = ?, STARTED_AT = STARTED_AT - interval '1' hour"
                        + " where APPLICATION = ?",
                sessionName,
                neighbour.identity.application());
        TestNode again = comesBack();

        assertThat(again.repository.thisNode().takeOverFromTheDead())
                .as("its locks are waited for, and then left to another try")
                .isZero();
        Refusal refusal = catchThrowableOfType(LaunchRefusedException.class, () -> again.start(job, MONTH))
                .refusal();
        assertThat(refusal.kind()).isEqualTo(Kind.ALREADY_RUNNING);
        assertThat(refusal.message()).contains("one of its database sessions still holds locks");
        assertThat(again.holders())
                .as("for whom it waits")
                .anySatisfy(holder -> assertThat(holder)
                        .matches("session \\d+ \\(" + sessionName
                                + " at [0-9.:]+(/\\d+)?\\), in a transaction for \\d+ s"));

        session.commit();
        assertThat(again.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);
    }
}
