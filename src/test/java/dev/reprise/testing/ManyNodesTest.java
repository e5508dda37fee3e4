package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.state.NodeState;
import dev.reprise.state.Placement;
import dev.reprise.state.StepState;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.jberet.job.model.Job;
import org.junit.jupiter.api.Test;

/** Partitions run on several nodes, and say where. */
class ManyNodesTest extends ManyNodes {

    @Test
    void runAtTheSameTime() throws Exception {
        Job job = job();
        beginTogether(SLOTS + 2);
        other("node-2", 2, job).begin();

        JobRun run = batch.run(job.getId());

        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
        assertThat(run.step("load").counts().written()).isEqualTo((long) PARTITIONS * ITEMS);
    }

    /** As many run as there is room for, one more may, and the rest have not got their turn. */
    @Test
    void sayWhereTheyAre() throws Exception {
        int run = SLOTS + 1;
        Job job = job(run + 1, null);
        Stuck stuck = stuckEverywhere(job);

        List<StepState> meanwhile = partitions(job);
        Map<String, Integer> taken = batch.repository().neighbours().seen().nodes().stream()
                .collect(Collectors.toMap(NodeState::name, NodeState::partitions));
        stuck.gate().open();
        List<StepState> after = stuck.run().get().step("load").partitions();

        Map<Placement.Wait, List<StepState>> waiting = meanwhile.stream()
                .filter(its -> placement(its).waits() != null)
                .collect(Collectors.groupingBy(
                        its -> Objects.requireNonNull(placement(its).waits())));
        assertThat(waiting.get(Placement.Wait.READY)).hasSize(1);
        assertThat(waiting.get(Placement.Wait.PLANNED)).hasSize(PARTITIONS - run - 1);
        assertThat(waiting.values().stream().flatMap(List::stream))
                .allMatch(its -> its.started() == null
                        && placement(its).node() == null
                        && placement(its).committed() == null);
        List<StepState> placed =
                meanwhile.stream().filter(its -> placement(its).waits() == null).toList();
        assertThat(placed).hasSize(run).allSatisfy(its -> {
            assertThat(placement(its).nodesDied()).isZero();
            assertThat(placement(its).earlier()).isEmpty();
            assertThat(placement(its).committed()).isAfterOrEqualTo(its.started());
        });
        assertThat(placed.stream().map(its -> placement(its).node()))
                .containsOnlyOnce("node-2")
                .contains("this-process");
        assertThat(taken).isEqualTo(Map.of("this-process", run - 1, "node-2", 1));
        assertThat(after).hasSize(PARTITIONS).allSatisfy(its -> {
            assertThat(placement(its).waits()).isNull();
            assertThat(placement(its).node()).isIn("this-process", "node-2");
            assertThat(placement(its).committed()).isBetween(its.started(), its.ended());
        });
    }

    @Test
    void haveTheirPartOfTheLogWhereTheyRan() throws Exception {
        Job job = job();
        beginTogether(SLOTS + 1);
        AnotherNode two = other("node-2", 1, job).begin();

        LOG.setLevel(Level.INFO);
        JobRun run;
        try {
            run = batch.run(job.getId());
        } finally {
            LOG.setLevel(null);
        }

        await().timeout(Patience.GUARD)
                .until(() ->
                        two.logs.last(run.executionId(), 1000).orElseThrow().complete());
        ExecutionLogs.Part part = two.logs.last(run.executionId(), 1000).orElseThrow();
        assertThat(run.step("load").partitions())
                .filteredOn(its -> "node-2".equals(placement(its).node()))
                .isNotEmpty()
                .allSatisfy(its -> assertThat(part.text())
                        .contains("node-2 opens " + its.name().replace("load:partition", "p")));
    }

    @Test
    void runOnNodesOfTheGroupThatTheyWant() {
        Job job = job(PARTITIONS, "large");
        other("small", new Capacity(PARTITIONS, Set.of("small", "larger")), job).begin();
        other("large", new Capacity(1, Set.of("nearby", "large")), job).begin();

        JobRun run = batch.run(job.getId());

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.step("load").partitions())
                .hasSize(PARTITIONS)
                .allSatisfy(partition -> assertThat(placement(partition).node()).isEqualTo("large"));
    }
}
