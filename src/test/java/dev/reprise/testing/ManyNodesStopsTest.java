package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.database.WatchedDatabase;
import jakarta.batch.runtime.BatchStatus;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jberet.job.model.Job;
import org.junit.jupiter.api.Test;

/** Partitions on several nodes are stopped, and so are their nodes. */
class ManyNodesStopsTest extends ManyNodes {

    /** Half of them run on two nodes, the others wait: all end, and a restart goes on with all. */
    @Test
    void stopWhereverTheyAre() throws Exception {
        Job job = job();
        Stuck stuck = stuckEverywhere(job);
        batch.operator().stop(executionOf(job));
        awaitThatNoneIsStarted();
        stuck.gate().open();
        JobRun stopped = stuck.run().get();
        JobRun restarted = batch.run(job.getId());

        assertThat(stopped.status()).as(stopped.toString()).isEqualTo(BatchStatus.STOPPED);
        assertThat(stopped.step("load").partitions())
                .hasSize(PARTITIONS)
                .allMatch(its -> its.status() == BatchStatus.STOPPED);
        assertThat(restarted.status()).as(restarted.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
    }

    /** The node that runs the step hears of the stop from its partitions alone. */
    @Test
    void stopTheirJobWhicheverNodeIsAsked() throws Exception {
        Job job = job();
        Stuck stuck = stuckEverywhere(job);
        stuck.other().engine.stop(executionOf(job));
        stuck.gate().open();
        JobRun stopped = stuck.run().get();
        JobRun restarted = batch.run(job.getId());

        assertThat(stopped.status()).as(stopped.toString()).isEqualTo(BatchStatus.STOPPED);
        assertThat(restarted.status()).as(restarted.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
    }

    /** The same, without that anybody wanted it: another node goes on in the same execution. */
    @Test
    void goOnElsewhereWhenTheirServerStops() throws Exception {
        Job job = job();
        Stuck stuck = stuckElsewhere(job, 2);
        AnotherNode stopping = stuck.other();
        stopping.watch.close();
        stopping.repository.thisNode().suspend();
        boolean over = stopping.repository.thisNode().awaitEnds(Duration.ZERO);
        other("node-3", 2, job).begin();
        stuck.gate().open();
        JobRun ended = stuck.run().get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
        assertThat(rows()).doesNotContain("node-2 1");
        assertThat(over).as("a node is not gone before what it runs for others").isFalse();
        assertThat(stopping.repository.thisNode().awaitEnds(Patience.GUARD)).isTrue();
    }

    /** It was committed, and what the engine hears of it does not say that the database was away. */
    @Test
    void goOnBehindAChunkWhoseAnswerWasLost() {
        Job job = job();
        beginTogether(SLOTS + 1);
        WatchedDatabase watched = WatchedDatabase.of(url);
        url = watched.url();
        other("node-2", 2, job).begin();
        watched.commitAndFailWith(1, new SQLException("nobody knows what became of it", "XX000"));
        JobRun ended = batch.run(job.getId());

        assertThat(watched.hasFailedCommit()).isTrue();
        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(batch.repository().getJobExecutionsByJob(job.getId())).hasSize(1);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
    }

    /** Their chunks take longer than the server waits for them. */
    @Test
    void goOnElsewhereWhenTheirServerInterruptsThem() throws Exception {
        Job job = job();
        Stuck stuck = stuckElsewhere(job, 2);
        stuck.gate().awaitExactly(2);
        AnotherNode stopping = stuck.other();
        stopping.watch.close();
        stopping.repository.thisNode().suspend();
        stopping.engine.close();
        other("node-3", 2, job).begin();
        JobRun ended = stuck.run().get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
        assertThat(rows()).doesNotContain("node-2 1");
    }

    /** As where the answer to the claim was lost, or nothing could begin: nobody would end it. */
    @Test
    void stopThoughNoThreadRunsThem() throws Exception {
        Job job = job();
        Gate stuck = gate("node-1 after 6");
        CompletableFuture<JobRun> run = run(job);
        stuck.awaitExactly(SLOTS);
        AnotherNode idle = other("node-2", PARTITIONS, job);
        execute("update REPRISE_WORK set STATE = 'TAKEN', NODE_ID = 'node-2', INCARNATION = "
                + idle.identity.incarnation() + " where STATE = 'READY'");
        execute("update BATCH_STEP_EXECUTION set STATUS = 'STARTED', VERSION = VERSION + 1 where STATUS = 'STARTING'");
        batch.operator().stop(executionOf(job));
        awaitThatNoneIsStarted();
        idle.begin();
        stuck.open();
        JobRun stopped = run.get();

        assertThat(stopped.status()).as(stopped.toString()).isEqualTo(BatchStatus.STOPPED);
        assertThat(stopped.step("load").partitions())
                .hasSize(PARTITIONS)
                .allMatch(its -> its.status() == BatchStatus.STOPPED);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void awaitThatNoneIsStarted() {
        await().timeout(Patience.GUARD).until(() -> !rows().matches(".*partition[0-9]+ START.*"));
    }
}
