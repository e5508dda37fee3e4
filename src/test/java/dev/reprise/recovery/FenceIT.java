package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.server.ClusterNode;
import dev.reprise.server.Trials;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A node that only seemed dead comes back: nothing of its work is recorded any more, and it serves again. */
class FenceIT extends OnTwoServers {

    private static final String RECORDED = """
            select e.STATUS, e.END_TIME, e.VERSION, s.STATUS, s.END_TIME, s.VERSION, s.WRITE_COUNT, s.COMMIT_COUNT
              from BATCH_JOB_EXECUTION e join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_EXECUTION_ID = ? order by s.STEP_EXECUTION_ID""";

    @Test
    void aPausedNode() {
        new Trials("pause").run(cluster, Trials.count("pauses", 2, 20), (number, random) -> {
            return silent(
                    number,
                    random.nextInt(40),
                    node -> node.server().pause(),
                    node -> node.server().resume());
        });
    }

    @Test
    void aNodeThatIsCutOff() {
        new Trials("cut off").run(cluster, Trials.count("cuts", 2, 20), (number, random) -> {
            return silent(
                    number,
                    random.nextInt(40),
                    node -> node.line().cut(),
                    node -> node.line().restore());
        });
    }

    /** As behind a switch that lost its power: no end of a connection is told to either side. */
    @Test
    void aNodeWhoseLineIsDumb() {
        new Trials("dumb line").run(cluster, Trials.count("mutes", 1, 10), (number, random) -> {
            return silent(
                    number,
                    random.nextInt(40),
                    node -> node.line().mute(),
                    node -> node.line().restore());
        });
    }

    private int silent(int number, int commits, Consumer<ClusterNode> fault, Consumer<ClusterNode> mending) {
        ClusterNode node = number % 2 == 0 ? cluster.b() : cluster.a();
        cluster.nodes().forEach(cluster::awaitReady);
        String run = "silent-" + System.nanoTime();
        Map<String, String> parameters = Map.of("count", "100000", "-pauseMillis", "20");
        long execution = node.start("many", Runs.with(parameters, "run", run)).executionId();
        Runs.awaitCommits(cluster.database(), run, 1 + commits);

        fault.accept(node);
        LocalDateTime silent = cluster.database().now();
        try {
            aftermath.completes(run);
        } finally {
            mending.accept(node);
        }
        if (aftermath.completedBefore(run, silent)) {
            return 0;
        }

        List<List<String>> recorded = cluster.database().rows(RECORDED, execution);
        assertThat(recorded).hasSize(1);
        assertThat(recorded.get(0)).startsWith("FAILED").element(3).isEqualTo("FAILED");
        await("node " + node + " runs nothing of it any more").untilAsserted(() -> {
            assertThat(node.running()).isEmpty();
            assertThat(node.server().management().busyBatchThreads()).isZero();
        });
        await("node " + node + " is alive").until(() -> cluster.reports(node));

        String next = "returned-" + System.nanoTime();
        node.start("many", Map.of("run", next, "count", "5000")).executionId();
        aftermath.completes(next);
        assertThat(aftermath.executions(next)).hasSize(1);
        assertThat(aftermath.executions(next).get(0)).element(3).isEqualTo(node.name());

        aftermath.nothingRuns();
        aftermath.wrote(run, Map.of("work", 100_000));
        aftermath.wrote(next, Map.of("work", 5_000));
        assertThat(aftermath.executions(run)).hasSize(2);
        assertThat(aftermath.executions(run).get(1))
                .element(3)
                .isEqualTo(cluster.other(node).name());
        assertThat(cluster.database().rows(RECORDED, execution))
                .as("what is recorded of the execution, before and after its node returned")
                .isEqualTo(recorded);
        return 1;
    }
}
