package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.jobs.Patient;
import dev.reprise.server.Cluster;
import dev.reprise.server.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Launches for any node of two servers: contract.md §3.16. */
class DispatchIT extends OnTwoServers {

    private static final String STARTED = """
            select count(*) from BATCH_JOB_EXECUTION where STATUS = 'STARTED' and REPRISE_NODE = ?""";

    private static final String ENDED = """
            select e.STATUS, max(s.EXIT_CODE), e.REPRISE_NODE, e.REPRISE_SUBMITTER
              from BATCH_JOB_EXECUTION e
              left join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_EXECUTION_ID = ? and e.END_TIME is not null
             group by e.JOB_EXECUTION_ID""";

    private static final Duration LATEST_KILL = Duration.ofSeconds(1);

    /** The other node has nothing to do; the server's security there gives the name its roles. */
    @Test
    void runWhereThereIsAThreadInTheNameOfWhoLaunchedThem() {
        cluster.nodes().forEach(cluster::awaitReady);
        String run = "dispatched-" + System.nanoTime();
        List<Long> busy = new ArrayList<>();
        for (int i = 0; i < Cluster.THREADS; i++) { // of which one waits
            busy.add(cluster.a()
                    .start("many", Map.of("run", run + "-busy-" + i, "count", "1000000", "-pauseMillis", "200"))
                    .executionId());
        }
        await().timeout(Patience.GUARD).until(() -> cluster.database().number(STARTED, "a") == Cluster.THREADS - 1);

        long dispatched = cluster.a()
                .launch("patient", Map.of("run", run, "tells", Patient.CALLER, "reprise.dispatch", "true"))
                .executionId();
        await().timeout(Patience.GUARD)
                .until(() -> !cluster.database().rows(ENDED, dispatched).isEmpty());

        assertThat(cluster.database().rows(ENDED, dispatched))
                .containsExactly(List.of("COMPLETED", "test-operator, may launch: true", "b", "test-operator"));
        busy.forEach(cluster.a()::stop);
        busy.forEach(id -> await().timeout(Patience.GUARD)
                .until(() -> !cluster.database().rows(ENDED, id).isEmpty()));
        aftermath.nothingRuns();
    }

    /** At any moment: whatever it had taken is restarted, and what it had not is run as if nothing had been. */
    @Test
    void outliveTheNodeThatLaunchedThem() {
        new Trials("kill, dispatched").run(cluster, Trials.count("kills.dispatched", 1, 10), (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            String run = "dispatched-" + System.nanoTime() + "-";
            Map<String, String> parameters =
                    Map.of("count", "10000", "-pauseMillis", "100", "reprise.dispatch", "true");
            int launches = 2 * Cluster.THREADS + 5;
            for (int i = 0; i < launches; i++) {
                cluster.a()
                        .launch("many", Runs.with(parameters, "run", run + i))
                        .executionId();
            }
            TimeUnit.MILLISECONDS.sleep(
                    random.nextLong(LATEST_KILL.toMillis())); // the moment of the fault, not a wait for something

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
