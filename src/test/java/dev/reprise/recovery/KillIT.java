package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.server.Cluster;
import dev.reprise.server.ClusterNode;
import dev.reprise.server.Trials;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** {@code kill -9} of a node in the middle of its jobs, at any moment: contract.md §6. */
class KillIT extends OnTwoServers {

    /**
     * Reports of the other node until it takes over. A node reports up to a heartbeat before it dies, and the others look
     * once in a heartbeat; a few more may arrive until the end is recorded.
     */
    private static final long TAKE_OVER = Cluster.LEASE.dividedBy(Cluster.HEARTBEAT) + 2 + 5;

    /** After the launch. The pauses of each job alone, between its chunks, take longer. */
    private static final Duration LATEST_KILL = Duration.ofMillis(2500);

    @Test
    void theOtherNodeEndsItAtOnceAndGoesOn() {
        new Trials("kill, chunks").run(cluster, Trials.count("kills", 20, 200), (number, random) -> {
            return killed(
                    "many", Map.of("count", "200000", "-pauseMillis", "15"), Map.of("work", 200_000), number, random);
        });
    }

    @Test
    void partitionsGoOnEachFromItsOwnPlace() {
        new Trials("kill, partitions").run(cluster, Trials.count("kills.partitions", 2, 20), (number, random) -> {
            return killed(
                    "ranges", Map.of("count", "50000", "-pauseMillis", "60"), Map.of("work", 200_000), number, random);
        });
    }

    @Test
    void flowsOfASplitGoOn() {
        new Trials("kill, split").run(cluster, Trials.count("kills.splits", 2, 20), (number, random) -> {
            Map<String, Integer> written = Map.of("left", 60_000, "right", 60_000, "last", 60_000);
            return killed("two-flows", Map.of("count", "60000", "-pauseMillis", "50"), written, number, random);
        });
    }

    private int killed(
            String job,
            Map<String, String> parameters,
            Map<String, Integer> written,
            int number,
            RandomGenerator random)
            throws InterruptedException {
        ClusterNode victim = number % 2 == 0 ? cluster.b() : cluster.a();
        cluster.nodes().forEach(cluster::awaitReady);
        cluster.database().execute("truncate TEST_ITEM");
        String run = job + "-killed-" + System.nanoTime();
        long execution = victim.start(job, Runs.with(parameters, "run", run)).executionId();
        TimeUnit.MILLISECONDS.sleep(
                random.nextLong(LATEST_KILL.toMillis())); // the moment of the fault, not a wait for something

        victim.server().kill();
        LocalDateTime killed = cluster.database().now();
        cluster.begin();
        if (aftermath.completedBefore(run, killed)) {
            return 0;
        }

        LocalDateTime end = aftermath.end(execution);
        aftermath.completes(run);
        Duration takenOver = Duration.between(killed, end);
        Duration complete = Duration.between(killed, cluster.database().now());
        List<List<String>> executions = aftermath.executions(run);
        System.out.println(run + ": node " + victim + " killed, taken over after " + takenOver.toMillis()
                + " ms, complete after " + complete.toMillis() + " ms by execution "
                + executions.get(executions.size() - 1));
        aftermath.nothingRuns();
        aftermath.wrote(run, written);
        assertThat(executions).as("executions of " + run).hasSize(2);
        assertThat(executions.get(0)).element(1).isEqualTo("FAILED");
        assertThat(executions.get(0)).element(4).asString().contains("Node " + victim.name() + " (");
        assertThat(cluster.reports(cluster.other(victim), killed, end))
                .as("reports of the other node until it took over")
                .isLessThanOrEqualTo(TAKE_OVER);
        return 1;
    }

    @Test
    void oneNodeGoesOnWithWhatBothLeft() {
        new Trials("kill, both nodes").run(cluster, Trials.count("kills.both", 1, 10), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            String runOfA = "both-a-" + System.nanoTime();
            String runOfB = "both-b-" + System.nanoTime();
            Map<String, String> parameters = Map.of("count", "100000", "-pauseMillis", "20");
            cluster.a().start("many", Runs.with(parameters, "run", runOfA)).executionId();
            cluster.b().start("many", Runs.with(parameters, "run", runOfB)).executionId();
            Runs.awaitCommits(cluster.database(), runOfA, 1 + random.nextInt(20));

            cluster.a().server().kill();
            cluster.b().server().kill();
            LocalDateTime killed = cluster.database().now();
            cluster.a().server().start();
            if (aftermath.completedBefore(runOfA, killed) || aftermath.completedBefore(runOfB, killed)) {
                aftermath.nothingRuns();
                cluster.begin();
                return 0;
            }

            for (String run : List.of(runOfA, runOfB)) {
                aftermath.completes(run);
                aftermath.wrote(run, Map.of("work", 100_000));
                assertThat(aftermath.executions(run)).hasSize(2);
                assertThat(aftermath.executions(run).get(1)).element(3).isEqualTo("a");
            }
            aftermath.nothingRuns();
            cluster.begin();
            return 2;
        });
    }

    @Test
    void whatWaitedForAThreadRunsOnTheOtherNode() {
        int launches = 2 * Cluster.THREADS + 5;
        new Trials("kill, queue").run(cluster, Trials.count("kills.queues", 1, 10), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            String run = "queue-" + System.nanoTime() + "-";
            Map<String, String> parameters = Map.of("count", "10000", "-pauseMillis", "300");
            for (int i = 0; i < launches; i++) {
                cluster.a().start("many", Runs.with(parameters, "run", run + i)).executionId();
            }
            long waiting = cluster.database().number("""
                            select count(*) from REPRISE_OWNER o
                              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID
                             where e.STATUS = 'STARTING' and o.NODE_ID = 'a'""");
            if (waiting < launches - Cluster.THREADS - 5) {
                aftermath.nothingRuns();
                return 0;
            }

            cluster.a().server().kill();

            for (int i = 0; i < launches; i++) {
                aftermath.completes(run + i);
                aftermath.wrote(run + i, Map.of("work", 10_000));
            }
            aftermath.nothingRuns();
            cluster.begin();
            return 1;
        });
    }
}
