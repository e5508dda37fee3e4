package dev.reprise.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import dev.reprise.jobs.Patient;
import dev.reprise.remote.Reply;
import dev.reprise.server.ClusterNode;
import dev.reprise.server.Trials;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stops at any moment, sent to any node, reach what runs, what waits for a thread and what is just ending. */
class StopStormIT extends OnTwoServers {

    /** More than the two nodes have threads for: the last ones wait. */
    private static final int AT_ONCE = 40;

    /**
     * A report that was on its way when the stop was asked for, the one after which the node sees it, and as many as may
     * arrive until its other threads have passed it on and recorded the end. Unstopped the batchlet waits for 120.
     */
    private static final int REPORTS = 10;

    private static final String NOT_RUNNING = "jakarta.batch.operations.JobExecutionNotRunningException";

    private static final String NEITHER_STOPPED_NOR_COMPLETED = """
            select JOB_EXECUTION_ID, STATUS, EXIT_CODE, EXIT_MESSAGE from BATCH_JOB_EXECUTION
             where JOB_EXECUTION_ID = any (?) and STATUS not in ('STOPPED', 'COMPLETED')""";

    private static final String STEPS_OF_COMPLETED = """
            select e.JOB_EXECUTION_ID, e.REPRISE_JOB_NAME, s.STEP_NAME, s.STATUS
              from BATCH_JOB_EXECUTION e
              left join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_EXECUTION_ID = any (?) and e.STATUS = 'COMPLETED'
               and (s.STATUS is null or s.STATUS <> 'COMPLETED')""";

    private static final String MISSING_STEPS_OF_COMPLETED = """
            select e.JOB_EXECUTION_ID, count(s.STEP_EXECUTION_ID)
              from BATCH_JOB_EXECUTION e
              left join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_EXECUTION_ID = any (?) and e.STATUS = 'COMPLETED' and e.REPRISE_JOB_NAME = 'short'
             group by e.JOB_EXECUTION_ID having count(s.STEP_EXECUTION_ID) <> 2""";

    private static final String STEPS_OF_STOPPED = """
            select e.JOB_EXECUTION_ID, e.REPRISE_JOB_NAME, s.STEP_NAME, s.STATUS
              from BATCH_JOB_EXECUTION e join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_EXECUTION_ID = any (?) and e.STATUS = 'STOPPED'
               and s.STATUS not in ('STOPPED', 'COMPLETED')""";

    private static final String BATCHLET = """
            select START_TIME, END_TIME, EXIT_CODE from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ?""";

    private final ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);

    /** A job that was stopped. */
    private record Stopped(
            String job, String run, long execution, ClusterNode runs, ClusterNode asked, LocalDateTime at) {}

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void everyStopEndsInOrder() {
        int stops = Trials.count("stops", 200, 2000);
        new Trials("stop").run(cluster, stops / AT_ONCE, (number, random) -> {
            cluster.nodes().forEach(cluster::awaitReady);
            List<Future<Stopped>> asked = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                RandomGenerator own = new java.util.SplittableRandom(random.nextLong());
                String run = "storm-" + System.nanoTime() + "-" + i;
                asked.add(pool.submit(() -> stopped(run, own)));
            }
            List<Stopped> storm = new ArrayList<>();
            for (Future<Stopped> answer : asked) {
                storm.add(answer.get(Patience.MINUTES, TimeUnit.MINUTES));
            }
            aftermath.nothingRuns();
            assertInOrder(storm);
            return AT_ONCE;
        });
    }

    private Stopped stopped(String run, RandomGenerator random) throws InterruptedException {
        ClusterNode runs = random.nextBoolean() ? cluster.a() : cluster.b();
        ClusterNode asked = random.nextBoolean() ? cluster.a() : cluster.b();
        boolean chunks = random.nextBoolean();
        String job = chunks ? "short" : "patient";
        Map<String, String> parameters =
                chunks ? Map.of("run", run, "-pauseMillis", "30") : Map.of("run", run, "-millis", "120000");
        long execution = runs.start(job, parameters).executionId();
        TimeUnit.MILLISECONDS.sleep(random.nextLong(900)); // the moment of the stop, not a wait for something
        LocalDateTime at = cluster.database().now();
        Reply reply = asked.stop(execution);
        assertThat(reply.isDone() || (chunks && reply.what().equals(NOT_RUNNING)))
                .as(() -> job + " " + run + ", execution " + execution + " on " + runs + ", stop sent to " + asked
                        + ": " + reply)
                .isTrue();
        return new Stopped(job, run, execution, runs, asked, at);
    }

    private void assertInOrder(List<Stopped> storm) {
        Long[] executions = storm.stream().map(Stopped::execution).toArray(Long[]::new);
        assertThat(rows(NEITHER_STOPPED_NOR_COMPLETED, executions)).isEmpty();
        assertThat(rows(STEPS_OF_COMPLETED, executions))
                .as("steps of COMPLETED executions")
                .isEmpty();
        assertThat(rows(MISSING_STEPS_OF_COMPLETED, executions))
                .as("COMPLETED executions without all their steps")
                .isEmpty();
        assertThat(rows(STEPS_OF_STOPPED, executions))
                .as("steps of STOPPED executions")
                .isEmpty();
        for (Stopped stopped : storm) {
            assertThat(aftermath.executions(stopped.run()))
                    .as(stopped.toString())
                    .hasSize(1);
            if (stopped.job().equals("short")) {
                aftermath.wroteNothingTwice(stopped.run());
            } else {
                assertToldToStop(stopped);
            }
        }
    }

    private void assertToldToStop(Stopped stopped) {
        List<List<String>> steps = cluster.database().rows(BATCHLET, stopped.execution());
        if (steps.isEmpty()) {
            return; // stopped while it waited for a thread
        }
        assertThat(steps).as(stopped.toString()).hasSize(1);
        Optional<LocalDateTime> start = time("START_TIME", stopped.execution());
        if (start.isEmpty() || start.get().isAfter(stopped.at())) {
            return; // it had not begun
        }
        assertThat(steps.get(0))
                .as("told to stop, or not even begun: " + stopped)
                .element(2)
                .isIn(Patient.INTERRUPTED, "STOPPED");
        assertThat(cluster.reports(
                        stopped.runs(),
                        stopped.at(),
                        time("END_TIME", stopped.execution()).orElseThrow()))
                .as(() -> "reports of the node from the stop to the end of " + stopped)
                .isLessThanOrEqualTo(REPORTS);
    }

    private Optional<LocalDateTime> time(String column, long execution) {
        return cluster.database()
                .time("select " + column + " from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = ?", execution);
    }

    private List<List<String>> rows(String sql, Long[] executions) {
        return cluster.database().rows(sql, (Object) executions);
    }
}
