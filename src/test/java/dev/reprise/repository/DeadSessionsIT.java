package dev.reprise.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.reprise.repository.Refusal.Kind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a dead node still holds in PostgreSQL is ended before it is taken over, and nobody else's (semantics.md §6). */
class DeadSessionsIT {

    private static final String[] MONTH = {"month", "2001-01"};

    private final String sessionName = "node " + UUID.randomUUID();
    private final Job job = TestNode.job();
    private TestNode dead;
    private JobExecutionImpl left;
    private Connection session;

    /** A node in mid-chunk: it has a row locked, and reports once more. */
    @BeforeEach
    void beInMidChunk() throws SQLException {
        assumeTrue(
                "postgresql".equals(System.getProperty("reprise.it.database")),
                "An H2 file has one process, whose sessions end with it.");
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

        assertThat(again.repository.takeOverFromTheDead()).isEqualTo(1);

        assertThat(again.status(left.getExecutionId())).isEqualTo("FAILED");
        assertThatThrownBy(() -> session.commit()).isInstanceOf(SQLException.class);
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

        assertThat(again.repository.takeOverFromTheDead())
                .as("its locks are waited for, and then left to another try")
                .isZero();
        Refusal refusal = catchThrowableOfType(LaunchRefusedException.class, () -> again.start(job, MONTH))
                .refusal();
        assertThat(refusal.kind()).isEqualTo(Kind.ALREADY_RUNNING);
        assertThat(refusal.message()).contains("one of its database sessions still holds locks");

        session.commit();
        assertThat(again.repository.takeOverFromTheDead()).isEqualTo(1);
    }
}
