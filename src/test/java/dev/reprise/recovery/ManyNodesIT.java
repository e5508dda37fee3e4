package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.server.Cluster;
import dev.reprise.server.ClusterNode;
import dev.reprise.server.Trials;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Partitions that any node may run (contract.md §9), on two servers: whatever befalls one of them, every item is written
 * once. Node {@code a} has launched the job, and {@code b} works for it.
 */
class ManyNodesIT extends OnTwoServers {

    private static final int PARTITIONS = 6;

    /** Of those that are over when the others are in the middle of their work. */
    private static final int FEW = 400;

    private static final int FEW_PARTITIONS = 2;

    private static final int MANY = 10_000;

    private static final Map<String, Integer> ALL =
            Map.of("work", FEW_PARTITIONS * FEW + (PARTITIONS - FEW_PARTITIONS) * MANY);

    /** Of a run, its partitions: execution, name, status, node, nodes that died of it, written. */
    private static final String PARTITIONS_OF_RUN = """
            select s.JOB_EXECUTION_ID, s.STEP_NAME, s.STATUS, s.REPRISE_NODE, s.REPRISE_ATTEMPT, s.WRITE_COUNT
              from BATCH_STEP_EXECUTION s
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and s.REPRISE_PARTITION is not null
             order by s.STEP_EXECUTION_ID""";

    private static final String EXITS_OF_RUN = """
            select s.EXIT_CODE, s.REPRISE_NODE
              from BATCH_STEP_EXECUTION s
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and s.REPRISE_PARTITION is not null""";

    /** What a node is in the middle of. */
    private static final String AT_WORK = """
            select s.STEP_NAME
              from REPRISE_WORK w
              join BATCH_STEP_EXECUTION s on s.STEP_EXECUTION_ID = w.STEP_EXECUTION_ID
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = w.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and w.STATE = 'TAKEN' and w.NODE_ID = ?
               and s.STATUS = 'STARTED' and s.COMMIT_COUNT > 0 and s.WRITE_COUNT < ?
             order by s.STEP_NAME""";

    private static final String TAKEN_BY = "select count(*) from REPRISE_WORK where NODE_ID = ?";

    private static final String OVER = """
            select s.STEP_NAME
              from BATCH_STEP_EXECUTION s
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and s.REPRISE_PARTITION is not null
               and s.STATUS = 'COMPLETED'
             order by s.STEP_NAME""";

    /** A partition as its newest row has it. */
    private record Partition(long execution, String name, String status, String node, int deaths, long written) {}

    private List<Partition> partitions(String run) {
        return cluster.database().rows(PARTITIONS_OF_RUN, run).stream()
                .map(row -> new Partition(
                        Long.parseLong(row.get(0)),
                        row.get(1),
                        row.get(2),
                        row.get(3),
                        Integer.parseInt(row.get(4)),
                        Long.parseLong(row.get(5))))
                .toList();
    }

    private List<String> statuses(String run) {
        return aftermath.executions(run).stream()
                .map(execution -> execution.get(1))
                .toList();
    }

    private void trials(String kind, Trial trial) {
        new Trials("many nodes, " + kind)
                .run(cluster, Trials.count("nodes." + kind.replaceAll("\\W+", "."), 1, 10), (number, random) -> {
                    cluster.nodes().forEach(cluster::awaitReady);
                    String run = "spread-" + System.nanoTime();
                    long execution =
                            cluster.a().start("spread", parameters(run)).executionId();
                    int faults = trial.of(run, execution);
                    aftermath.nothingRuns();
                    aftermath.wrote(run, ALL);
                    return faults;
                });
    }

    private static Map<String, String> parameters(String run) {
        return Map.of("run", run, "few", String.valueOf(FEW), "count", String.valueOf(MANY), "-pauseMillis", "60");
    }

    @FunctionalInterface
    private interface Trial {
        int of(String run, long execution) throws Exception;
    }

    /** Waits until both nodes are in the middle of partitions; says which those of a node are. */
    private List<String> awaitBothAtWork(String run, ClusterNode of) {
        List<String> found = new ArrayList<>();
        await("both nodes work for " + run).pollInterval(Duration.ofMillis(20)).until(() -> {
            found.clear();
            found.addAll(atWork(run, of));
            return !found.isEmpty() && !atWork(run, cluster.other(of)).isEmpty();
        });
        return List.copyOf(found);
    }

    /** Not the last half of it, which might be over before anything befalls the node. */
    private List<String> atWork(String run, ClusterNode node) {
        return cluster.database().column(AT_WORK, run, node.name(), MANY / 2);
    }

    private void assertOneExecution(String run) {
        assertThat(statuses(run)).as(told(run)).containsExactly("COMPLETED");
        assertThat(partitions(run))
                .as(told(run))
                .hasSize(PARTITIONS)
                .allMatch(partition -> partition.status().equals("COMPLETED"));
    }

    private String told(String run) {
        return aftermath.executions(run) + " with " + partitions(run);
    }

    private static List<Partition> of(List<Partition> partitions, List<String> names) {
        return partitions.stream()
                .filter(partition -> names.contains(partition.name()))
                .toList();
    }

    @Test
    void bothRunThem() {
        trials("nothing happens", (run, execution) -> {
            aftermath.completes(run);

            assertOneExecution(run);
            assertThat(partitions(run).stream().map(Partition::node))
                    .as(told(run))
                    .contains("a", "b");
            assertThat(partitions(run).stream().map(Partition::deaths)).containsOnly(0);
            return 1;
        });
    }

    /** Artifacts of one share a bean of its scope, and those of no other do. Each takes longer than a bell or a report. */
    @Test
    void eachHasTheBeansOfItsScope() {
        cluster.nodes().forEach(cluster::awaitReady);
        String run = "scoped-" + System.nanoTime();
        cluster.a().start("scoped", Map.of("run", run));
        aftermath.completes(run);

        List<List<String>> partitions = cluster.database().rows(EXITS_OF_RUN, run);
        assertThat(partitions.stream().map(partition -> partition.get(0)))
                .hasSize(4)
                .containsOnly("2000 read, 2000 written");
        assertThat(partitions.stream().map(partition -> partition.get(1))).contains("a", "b");
        aftermath.wrote(run, Map.of("work", 4 * 2000));
    }

    /** In the same execution, behind what the dead one has committed. */
    @Test
    void aWorkerIsKilled() {
        trials("worker killed", (run, execution) -> {
            List<String> left = awaitBothAtWork(run, cluster.b());

            cluster.b().server().kill();
            LocalDateTime killed = cluster.database().now();
            cluster.begin();
            aftermath.completes(run);
            if (aftermath.completedBefore(run, killed)) {
                return 0;
            }

            assertOneExecution(run);
            assertThat(of(partitions(run), left))
                    .as(told(run))
                    .allMatch(partition ->
                            partition.deaths() == 1 || partition.node().equals("b"));
            assertThat(partitions(run).stream().mapToInt(Partition::deaths).sum())
                    .as(told(run))
                    .isBetween(1, Cluster.PROCESSORS);
            return 1;
        });
    }

    /** The execution of the dead one is over; what is COMPLETED of it does not run again. */
    @Test
    void theParentIsKilled() {
        trials("parent killed", (run, execution) -> {
            await("some are over")
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> cluster.database().column(OVER, run).size() == FEW_PARTITIONS);
            awaitBothAtWork(run, cluster.a());

            cluster.a().server().kill();
            LocalDateTime killed = cluster.database().now();
            cluster.begin();
            aftermath.completes(run);
            if (aftermath.completedBefore(run, killed)) {
                return 0;
            }

            assertThat(statuses(run)).as(told(run)).containsExactly("FAILED", "COMPLETED");
            Map<String, List<Partition>> byName =
                    partitions(run).stream().collect(Collectors.groupingBy(Partition::name));
            assertThat(byName).as(told(run)).hasSize(PARTITIONS);
            byName.forEach((name, rows) -> {
                Partition last = rows.get(rows.size() - 1);
                assertThat(last.status()).as(told(run)).isEqualTo("COMPLETED");
                assertThat(rows.subList(0, rows.size() - 1))
                        .as(told(run))
                        .noneMatch(before -> before.status().equals("COMPLETED"));
            });
            return 1;
        });
    }

    @Test
    void aWorkerIsTerminated() {
        putBack(
                "worker terminated",
                () -> cluster.b().server().stop(),
                () -> cluster.b().server().begin());
    }

    @Test
    void aWorkerIsSuspended() {
        putBack(
                "worker suspended",
                () -> cluster.b().server().management().suspend(Patience.GUARD),
                () -> cluster.b().server().management().resume());
    }

    @Test
    void aWorkerIsUndeployed() {
        putBack(
                "worker undeployed",
                () -> cluster.b().server().management().undeploy(),
                () -> cluster.b().server().management().deploy());
    }

    /** At a chunk's end, and nobody has died of it; then the other one goes on. */
    private void putBack(String kind, Runnable ends, Runnable begins) {
        trials(kind, (run, execution) -> {
            List<String> left = awaitBothAtWork(run, cluster.b());

            ends.run();
            LocalDateTime asked = cluster.database().now();
            try {
                await("node b has given back what it had")
                        .until(() -> cluster.database().number(TAKEN_BY, "b") == 0);
                aftermath.completes(run);
            } finally {
                begins.run();
            }
            if (aftermath.completedBefore(run, asked)) {
                return 0;
            }

            assertOneExecution(run);
            assertThat(partitions(run).stream().map(Partition::deaths))
                    .as(told(run))
                    .containsOnly(0);
            assertThat(of(partitions(run), left).stream().map(Partition::node))
                    .as(told(run))
                    .contains("a");
            cluster.nodes().forEach(cluster::awaitReady);
            return 1;
        });
    }

    /** For longer than the lease: what wakes is fenced, and then it works again. */
    @Test
    void aWorkerIsPaused() {
        trials("worker paused", (run, execution) -> {
            List<String> left = awaitBothAtWork(run, cluster.b());

            cluster.b().server().pause();
            LocalDateTime paused = cluster.database().now();
            try {
                aftermath.completes(run);
            } finally {
                cluster.b().server().resume();
            }
            if (aftermath.completedBefore(run, paused)) {
                return 0;
            }

            List<Partition> recorded = partitions(run);
            assertOneExecution(run);
            assertThat(of(recorded, left))
                    .as(told(run))
                    .allMatch(partition -> partition.deaths() == 1
                            || (partition.deaths() == 0 && partition.node().equals("b")));
            await("node b runs nothing of it any more")
                    .untilAsserted(
                            () -> assertThat(cluster.b().server().management().busyBatchThreads())
                                    .isZero());
            await("node b is alive").until(() -> cluster.reports(cluster.b()));
            assertThat(partitions(run)).as("after its return").isEqualTo(recorded);
            return 1;
        });
    }

    /** Sent to the node that did not launch it: what runs, on either, and what waits. */
    @Test
    void theyAreStopped() {
        trials("stop", (run, execution) -> {
            awaitBothAtWork(run, cluster.b());

            LocalDateTime asked = cluster.database().now();
            boolean stopped = cluster.b().stop(execution).isDone();
            aftermath.end(execution);
            aftermath.nothingRuns();
            if (!stopped || aftermath.completedBefore(run, asked)) {
                return 0;
            }

            assertThat(statuses(run)).as(told(run)).containsExactly("STOPPED");
            assertThat(partitions(run))
                    .as(told(run))
                    .hasSize(PARTITIONS)
                    .allMatch(partition -> Set.of("STOPPED", "COMPLETED").contains(partition.status()));
            aftermath.wroteNothingTwice(run);

            cluster.b().launch("spread", parameters(run)).executionId();
            aftermath.completes(run);
            assertThat(statuses(run)).as(told(run)).containsExactly("STOPPED", "COMPLETED");
            return 1;
        });
    }
}
