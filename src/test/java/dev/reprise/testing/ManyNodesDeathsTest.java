package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.database.WatchedDatabase;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.state.StepState;
import jakarta.batch.runtime.BatchStatus;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.junit.jupiter.api.Test;

/** Nodes that run partitions of others die, while the others live. */
class ManyNodesDeathsTest extends ManyNodes {

    /** Of the nodes that die. */
    private static final Capacity FRAIL = new Capacity(1, Set.of("frail"));

    /** A node takes one, and dies while it runs it. */
    private void diesOf(Job job, String node, String where) throws SQLException {
        Gate stuck = gate(node + " " + where);
        AnotherNode dying = other(node, FRAIL, job).begin();
        stuck.awaitSomebody();
        dying.dies(url);
    }

    /** What they did before counts, and so does when they began. */
    @Test
    void sayWhoDiedOfThem() throws Exception {
        Job job = job();
        Stuck stuck = stuckElsewhere(job, 2);
        Map<String, Instant> before = partitions(job).stream()
                .filter(its -> "node-2".equals(placement(its).node()))
                .filter(its -> placement(its).committed() != null)
                .collect(Collectors.toMap(StepState::name, its -> Objects.requireNonNull(its.started())));
        stuck.other().dies(url);
        other("node-3", PARTITIONS, job).begin();
        JobRun ended = stuck.run().get();
        stuck.gate().open();

        assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(before).isNotEmpty();
        assertThat(ended.step("load").partitions())
                .filteredOn(its -> before.containsKey(its.name()))
                .allSatisfy(its -> {
                    assertThat(placement(its).nodesDied()).isEqualTo(1);
                    assertThat(placement(its).earlier()).containsExactly("node-2");
                    assertThat(placement(its).node()).isIn("this-process", "node-3");
                    assertThat(its.started()).isEqualTo(before.get(its.name()));
                });
    }

    /** Whatever runs here takes the node with it, so it is not tried for ever. */
    @Test
    void areGivenUpWhenThreeNodesHaveDiedOfThem() throws Exception {
        Job job = job(1, "frail");
        CompletableFuture<JobRun> run = run(job);
        for (int death = 1; death <= 3; death++) {
            diesOf(job, "frail-" + death, "after 3");
        }
        other("sound", FRAIL, job).begin();

        JobRun ended = run.get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.FAILED);
        assertThat(ended.step("load").partitions())
                .filteredOn(partition -> partition.status() == BatchStatus.FAILED)
                .singleElement()
                .satisfies(partition -> assertThat(partition.failure())
                        .contains("It does not go on elsewhere: 3 nodes died while they ran it, so it may be why."));
    }

    @Test
    void areLeftToAPersonIfTheyAreBatchlets() throws Exception {
        Job job = new JobBuilder("many-" + UUID.randomUUID())
                .step(new StepBuilder("call")
                        .property("reprise.partitions", "distributed")
                        .property("reprise.partitions.group", "frail")
                        .batchlet("batchlet")
                        .partitionPlan(2, 1, List.of())
                        .build())
                .build();
        batch.define(job);
        CompletableFuture<JobRun> run = run(job);
        diesOf(job, "frail", "calls");
        other("sound", FRAIL, job).begin();

        JobRun ended = run.get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.FAILED);
        assertThat(ended.step("call").partitions())
                .extracting(partition ->
                        partition.status() + " " + placement(partition).node())
                .containsExactly("FAILED frail", "COMPLETED sound");
        assertThat(ended.step("call").partitions().get(0).failure()).contains("It does not go on elsewhere: ");
    }

    @Test
    void goOnWhereADeadNodeWasInTheSameExecution() throws Exception {
        Job job = job();
        Stuck stuck = stuckElsewhere(job, PARTITIONS);
        await().timeout(Patience.GUARD)
                .until(() -> written.size() + 4 * stuck.gate().came() == PARTITIONS * ITEMS);
        stuck.other().dies(url);
        other("node-3", PARTITIONS, job).begin();
        JobRun ended = stuck.run().get();
        List<String> result = List.copyOf(written);
        stuck.gate().open();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ended.step("load").counts().written()).isEqualTo((long) PARTITIONS * ITEMS);
        assertThat(result).containsAll(all());
    }

    /** Its thread wakes after another node has gone on. */
    /** No other node may run them: this one must not leave them to others for ever. */
    @Test
    void areTakenAgainWhereTheDatabaseFailedAsOneWasBegun() throws SQLException {
        Job job = job(PARTITIONS, "large");
        WatchedDatabase watched = WatchedDatabase.of(url);
        url = watched.url();
        watched.fail(2, "where e\\.JOB_EXECUTION_ID = \\?", "57014");
        other("node-2", new Capacity(2, Set.of("large")), job).begin();

        JobRun run = batch.run(job.getId());

        assertThat(watched.failures()).isEqualTo(2);
        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
        assertThat(rows()).doesNotContain("node-2 1");
    }

    @Test
    void recordNothingWhereTheyWereLost() throws Exception {
        Job job = job();
        Stuck stuck = stuckElsewhere(job, PARTITIONS);
        stuck.other().dies(url);
        other("node-3", PARTITIONS, job).begin();
        JobRun ended = stuck.run().get();
        String before = rows();
        stuck.gate().open();
        await().timeout(Patience.GUARD)
                .until(() -> stuck.other().repository.running().partitions().isEmpty());

        assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(rows()).isEqualTo(before).doesNotContain("node-2 1");
    }
}
