package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.remote.Reply;
import dev.reprise.server.ClusterNode;
import dev.reprise.server.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** contract.md §3: however many ask on two nodes for one identity at the same moment, exactly one execution starts. */
class RaceIT extends OnTwoServers {

    private static final int THREADS_OF_EACH = 16;

    private final ExecutorService pool = Executors.newFixedThreadPool(2 * THREADS_OF_EACH);

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void oneOf32OnTwoNodesStartsAndOneRestarts() {
        Map<ClusterNode, Integer> logged = new LinkedHashMap<>();
        cluster.nodes().forEach(node -> logged.put(node, node.server().log().length()));

        new Trials("race").run(cluster, Trials.count("races", 20, 100), (number, random) -> {
            String run = "race-" + System.nanoTime();
            Map<String, String> patient = Map.of("run", run, "-millis", "60000");
            long started = onlyWinner(
                    number % 2 == 0 ? node -> node.launch("patient", patient) : node -> node.start("patient", patient),
                    "ALREADY_RUNNING");
            stop(started);
            Map<String, String> quick = Map.of("-millis", "60000");
            long restarted = onlyWinner(
                    number % 2 == 0 ? node -> node.restart(started, quick) : node -> node.launch("patient", patient),
                    "ALREADY_RUNNING",
                    "NOT_THE_LAST",
                    "jakarta.batch.operations.JobExecutionNotMostRecentException");
            assertThat(restarted).isGreaterThan(started);
            stop(restarted);
            assertThat(cluster.database().column("""
                    select count(*) from BATCH_JOB_EXECUTION_PARAMS
                     where PARAMETER_NAME = 'run' and PARAMETER_VALUE = ?""", run)).containsExactly("2");
            return 2 * 2 * THREADS_OF_EACH;
        });

        new Aftermath(cluster.database()).nothingRuns();
        logged.forEach((node, length) -> assertThat(node.server().log().substring(length))
                .as("log of node " + node)
                .doesNotContain("ERROR", "SQLException", "deadlock"));
    }

    /** Stopped by the node that runs it. */
    private void stop(long execution) {
        String node = cluster.database()
                .column("select NODE_ID from REPRISE_OWNER where JOB_EXECUTION_ID = ?", execution)
                .get(0);
        ClusterNode runs = node.equals("a") ? cluster.a() : cluster.b();
        await("it can be stopped").until(() -> runs.stop(execution).isDone());
        await("it is stopped")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.database()
                        .column("select STATUS from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?", execution)
                        .equals(List.of("STOPPED")));
        await("it is nobody's")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.database()
                        .column("select 1 from REPRISE_OWNER where JOB_EXECUTION_ID = ?", execution)
                        .isEmpty());
    }

    /** All ask at the same moment: one is given an execution, each other one of those refusals. */
    private long onlyWinner(Function<ClusterNode, Reply> question, String... refusals) throws Exception {
        CyclicBarrier together = new CyclicBarrier(2 * THREADS_OF_EACH);
        List<Future<Reply>> asked = new ArrayList<>();
        for (ClusterNode node : cluster.nodes()) {
            for (int thread = 0; thread < THREADS_OF_EACH; thread++) {
                asked.add(pool.submit(() -> {
                    together.await(Patience.MINUTES, TimeUnit.MINUTES);
                    return question.apply(node);
                }));
            }
        }
        List<Reply> winners = new ArrayList<>();
        for (Future<Reply> answer : asked) {
            Reply reply = answer.get(Patience.MINUTES, TimeUnit.MINUTES);
            if (reply.isDone()) {
                winners.add(reply);
            } else {
                assertThat(reply.what()).as(reply.toString()).isIn((Object[]) refusals);
            }
        }
        assertThat(winners).hasSize(1);
        return winners.get(0).executionId();
    }
}
