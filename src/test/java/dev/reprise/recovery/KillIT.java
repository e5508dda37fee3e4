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

/** {@code kill -9} of a node in the middle of its jobs, at any moment: semantics.md §6. */
class KillIT extends OnTwoServers {

    /** A node reports up to a heartbeat before it dies, and the others look once in a heartbeat. */
    private static final Duration TAKE_OVER = Cluster.LEASE.plus(Cluster.HEARTBEAT.multipliedBy(2));

    /** What two cores may add, on which the killed server starts again at the same time. */
    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** After the launch. The pauses of each job alone, between its chunks, take longer. */
    private static final Duration LATEST_KILL = Duration.ofMillis(2500);

    private static final Duration LONGEST_JOB = Duration.ofMinutes(2);

    @Test
    void theOtherNodeEndsItAtOnceAndGoesOn() {
        new Trials("kill, chunks").run(cluster, Trials.count("kills", 20, 200), (number, random) -> {
            killed("many", Map.of("count", "200000", "-pauseMillis", "15"), Map.of("work", 200_000), number, random);
            return 1;
        });
    }

    @Test
    void partitionsGoOnEachFromItsOwnPlace() {
        new Trials("kill, partitions").run(cluster, Trials.count("kills.partitions", 2, 20), (number, random) -> {
            killed("ranges", Map.of("count", "50000", "-pauseMillis", "60"), Map.of("work", 200_000), number, random);
            return 1;
        });
    }

    @Test
    void flowsOfASplitGoOn() {
        new Trials("kill, split").run(cluster, Trials.count("kills.splits", 2, 20), (number, random) -> {
            Map<String, Integer> written = Map.of("left", 60_000, "right", 60_000, "last", 60_000);
            killed("two-flows", Map.of("count", "60000", "-pauseMillis", "50"), written, number, random);
            return 1;
        });
    }

    private void killed(
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

        LocalDateTime killed = cluster.database().now();
        victim.server().kill();
        cluster.begin();

        LocalDateTime end = aftermath.end(execution, LONGEST_JOB);
        aftermath.completes(run, LONGEST_JOB);
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
        assertThat(takenOver).isLessThanOrEqualTo(TAKE_OVER.plus(MARGIN));
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
            cluster.a().server().start();

            for (String run : List.of(runOfA, runOfB)) {
                aftermath.completes(run, LONGEST_JOB);
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
            assertThat(cluster.database().number("""
                            select count(*) from REPRISE_OWNER o
                              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID
                             where e.STATUS = 'STARTING' and o.NODE_ID = 'a'"""))
                    .as("executions that wait for a thread")
                    .isGreaterThanOrEqualTo(launches - Cluster.THREADS - 5);

            cluster.a().server().kill();

            for (int i = 0; i < launches; i++) {
                aftermath.completes(run + i, LONGEST_JOB);
                aftermath.wrote(run + i, Map.of("work", 10_000));
            }
            aftermath.nothingRuns();
            cluster.begin();
            return 1;
        });
    }
}
