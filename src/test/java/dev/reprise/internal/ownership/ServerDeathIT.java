package dev.reprise.internal.ownership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.server.ServerProcess;
import dev.reprise.server.ServerProcess.Answer;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A real server that is killed, or stopped, and started again: contract.md §3 row 5, and what survives. */
class ServerDeathIT {

    private static final Pattern COMPLETED = Pattern.compile("slow\\[.*]: execution (\\d+) COMPLETED");

    private static final String RUN = "killed-" + System.nanoTime();

    @Test
    void aKilledServersExecutionIsTakenOverAndResumedAndEverythingSurvivesRestarts() {
        try (ServerProcess server = new ServerProcess("death").start()) {
            Map<String, String> launch = Map.of("job", "slow", "run", RUN, "count", "1000", "-pauseMillis", "15");
            Answer started = server.launch(launch);
            assertThat(started.status()).as(started.text()).isEqualTo(201);
            await("some chunks are committed").until(() -> server.log().contains("step work: "));

            server.kill();
            server.start();

            assertThat(server.log()).contains("1 execution of a dead node closed");
            await("the execution is restarted by itself, and completes")
                    .until(() -> COMPLETED.matcher(server.log()).find());
            assertThat(server.log())
                    .containsPattern("Execution " + started.executionId() + " of slow is restarted as execution \\d+");
            Matcher completed = COMPLETED.matcher(server.log());
            assertThat(completed.find()).isTrue();
            long restarted = Long.parseLong(completed.group(1));
            assertThat(restarted).isGreaterThan(started.executionId());

            server.stop();
            server.start();

            Answer refused = server.launch(launch);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.text()).contains("is already complete (execution " + restarted);

            server.stop();
            assertThat(server.rows("select ITEM, count(*) from TEST_ITEM where RUN = '" + RUN
                            + "' group by ITEM having count(*) <> 1"))
                    .as("items written twice")
                    .isEmpty();
            assertThat(server.rows("select count(*) from TEST_ITEM where RUN = '" + RUN + "'"))
                    .containsExactly(List.of("1000"));
            List<List<String>> steps = server.rows(
                    "select e.STATUS, s.STATUS, s.READ_COUNT, s.WRITE_COUNT, s.EXIT_MESSAGE from BATCH_JOB_EXECUTION e"
                            + " join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID"
                            + " where e.JOB_EXECUTION_ID in (" + started.executionId() + ", "
                            + restarted + ") order by e.JOB_EXECUTION_ID");
            assertThat(steps).hasSize(2);
            assertThat(steps.get(0).subList(0, 2)).containsExactly("FAILED", "FAILED");
            assertThat(steps.get(0).get(4)).contains("died while it ran this");
            assertThat(steps.get(1).subList(0, 2)).containsExactly("COMPLETED", "COMPLETED");
            long before = Long.parseLong(steps.get(0).get(3));
            assertThat(before)
                    .as("what the killed server had committed")
                    .isPositive()
                    .isLessThan(1000);
            assertThat(Long.parseLong(steps.get(1).get(2))).isEqualTo(1000 - before);
            assertThat(server.rows(
                            "select count(*) from REPRISE_OWNER where JOB_EXECUTION_ID = " + started.executionId()))
                    .containsExactly(List.of("0"));
        }
    }
}
