package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.server.Trials;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** A server that is suspended, undeployed or shut down stops what it runs itself, and nothing of that is lost. */
class SuspendIT extends OnTwoServers {

    private static final Map<String, String> EIGHT_SECONDS = Map.of("count", "200000", "-pauseMillis", "40");

    private static final String STATUS = "select STATUS from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?";

    @Test
    void aSuspendedServerStopsItsOwnAndGoesOnWhenItResumes() {
        new Trials("suspend").run(cluster, Trials.count("suspends", 1, 20), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            String ofA = "suspended-" + System.nanoTime();
            String ofB = "untouched-" + System.nanoTime();
            long stopped = start(ofA);
            long untouched = cluster.b()
                    .start("many", Runs.with(EIGHT_SECONDS, "run", ofB))
                    .executionId();
            Runs.awaitCommits(cluster.database(), ofB, 1);

            cluster.a().server().management().suspend(Patience.GUARD);
            Set<String> seen = new TreeSet<>();
            try {
                await("the suspended server's execution ends")
                        .pollInterval(Duration.ofMillis(20))
                        .until(() -> {
                            seen.addAll(cluster.database().column(STATUS, untouched));
                            return cluster.database()
                                    .column(STATUS, stopped)
                                    .get(0)
                                    .matches("STOPPED|FAILED|COMPLETED");
                        });
            } finally {
                cluster.a().server().management().resume();
            }

            aftermath.completes(ofA);
            aftermath.completes(ofB);
            seen.addAll(cluster.database().column(STATUS, untouched));
            assertThat(seen).as("states of the other server's execution").doesNotContain("STOPPING", "STOPPED");
            assertThat(aftermath.executions(ofB)).hasSize(1);
            assertOnceMore(ofA);
            aftermath.nothingRuns();
            aftermath.wrote(ofA, Map.of("work", 200_000));
            aftermath.wrote(ofB, Map.of("work", 200_000));
            return 1;
        });
    }

    @Test
    void whatAServerRanThatIsShutDownGoesOn() {
        new Trials("shutdown").run(cluster, Trials.count("shutdowns", 1, 20), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            String run = "shut-down-" + System.nanoTime();
            start(run);

            cluster.a().server().stop();
            cluster.a().server().begin();

            aftermath.completes(run);
            assertOnceMore(run);
            aftermath.nothingRuns();
            aftermath.wrote(run, Map.of("work", 200_000));
            return 1;
        });
    }

    @Test
    void whatAServerRanThatIsUndeployedGoesOn() {
        new Trials("undeploy").run(cluster, Trials.count("undeploys", 1, 20), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            String run = "undeployed-" + System.nanoTime();
            start(run);

            cluster.a().server().management().undeploy();
            cluster.a().server().management().deploy();

            aftermath.completes(run);
            assertOnceMore(run);
            aftermath.nothingRuns();
            aftermath.wrote(run, Map.of("work", 200_000));
            return 1;
        });
    }

    private long start(String run) {
        long execution =
                cluster.a().start("many", Runs.with(EIGHT_SECONDS, "run", run)).executionId();
        Runs.awaitCommits(cluster.database(), run, 3);
        return execution;
    }

    /** Stopped at the end of a chunk, and then restarted once. */
    private void assertOnceMore(String run) {
        List<List<String>> executions = aftermath.executions(run);
        assertThat(executions.stream().map(execution -> execution.get(1)))
                .as("executions of " + run + ": " + executions)
                .containsExactly("STOPPED", "COMPLETED");
        assertThat(aftermath.steps(run).stream().map(step -> step.get(2)))
                .as("steps of " + run + ": " + aftermath.steps(run))
                .containsExactly("STOPPED", "COMPLETED");
    }
}
