package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.server.ClusterNode;
import dev.reprise.server.Trials;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The database goes away in the middle of jobs, for longer than the lease, and comes back. */
class OutageIT extends OnTwoServers {

    @Test
    void everyJobCompletesAfterwards() {
        int seconds = Trials.count("outage.seconds", 8, 20);
        new Trials("outage").run(cluster, Trials.count("outages", 2, 10), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            List<String> runs = new ArrayList<>();
            for (ClusterNode node : cluster.nodes()) {
                for (int i = 0; i < 2; i++) {
                    String run = "outage-" + node + "-" + System.nanoTime();
                    node.start("many", Map.of("run", run, "count", "60000", "-pauseMillis", "40"))
                            .executionId();
                    runs.add(run);
                }
            }
            runs.forEach(run -> Runs.awaitCommits(cluster.database(), run, 1));
            TimeUnit.MILLISECONDS.sleep(random.nextLong(500)); // the moment of the fault, not a wait for something

            cluster.database().stop();
            TimeUnit.SECONDS.sleep(seconds); // its duration
            cluster.database().start();

            for (String run : runs) {
                aftermath.completes(run);
            }
            aftermath.nothingRuns();
            for (String run : runs) {
                aftermath.wrote(run, Map.of("work", 60_000));
                assertThat(aftermath.executions(run)).as("executions of " + run).hasSizeLessThanOrEqualTo(3);
            }
            return 1;
        });
    }
}
