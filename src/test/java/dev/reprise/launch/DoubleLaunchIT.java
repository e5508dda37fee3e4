package dev.reprise.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.jobs.Tables;
import dev.reprise.server.TestWar;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal.Kind;
import jakarta.annotation.Resource;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.concurrent.ContextService;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** contract.md §3: however many ask at the same moment for one identity, exactly one execution starts. */
@ExtendWith(ArquillianExtension.class)
class DoubleLaunchIT {

    private static final int THREADS = 32;
    private static final int ROUNDS = 100;

    @Inject
    private JobLauncher launcher;

    @Inject
    private Tables tables;

    @Resource
    private ContextService contexts;

    @Deployment
    static WebArchive war() {
        return TestWar.withTestJobs();
    }

    @Test
    void startsOneOf32AHundredTimesAndRefusesAllOthers() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                assertOneWinner(pool, "round" + round);
            }
        } finally {
            pool.shutdownNow();
            assertThat(pool.awaitTermination(10, TimeUnit.MINUTES)).isTrue();
        }
    }

    private void assertOneWinner(ExecutorService pool, String name) throws Exception {
        CyclicBarrier together = new CyclicBarrier(THREADS);
        LaunchRequest request = LaunchRequest.of("outcome").with("race", name);
        Callable<Object> contender = contexts.contextualCallable(() -> {
            together.await(10, TimeUnit.MINUTES);
            try {
                return launcher.start(request);
            } catch (LaunchRefusedException e) {
                return e.refusal().kind();
            }
        });
        List<Future<Object>> answers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            answers.add(pool.submit(contender));
        }
        List<JobExecution> winners = new ArrayList<>();
        Map<Kind, Integer> refusals = new EnumMap<>(Kind.class);
        for (Future<Object> answer : answers) {
            Object result = answer.get(10, TimeUnit.MINUTES);
            if (result instanceof JobExecution execution) {
                winners.add(execution);
            } else {
                refusals.merge((Kind) result, 1, Integer::sum);
            }
        }
        assertThat(winners).as(name).hasSize(1);
        assertThat(refusals.keySet()).as(name).isSubsetOf(Kind.ALREADY_RUNNING, Kind.ALREADY_COMPLETE);
        assertThat(refusals.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(THREADS - 1);
        launcher.await(winners.get(0).getExecutionId(), null);
        assertThat(tables.column(
                        "select count(*) from BATCH_JOB_EXECUTION_PARAMS where PARAMETER_NAME = 'race'"
                                + " and PARAMETER_VALUE = ?",
                        name))
                .containsExactly("1");
    }
}
