package dev.reprise.internal.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §3: however many ask at the same moment for one identity, exactly one execution starts. */
class LaunchRaceTest {

    private static final int THREADS = 32;
    /** Few enough for every build; {@code -Dreprise.race=100} asks for more. */
    private static final int IDENTITIES = Integer.getInteger("reprise.race", 20);

    /** How one identity's askers were answered. */
    private record Answers(List<JobExecutionImpl> executions, Map<Kind, Integer> refusals) {}

    @ParameterizedTest
    @EnumSource
    void startsExactlyOneExecutionOfAnIdentityHoweverManyAskAtOnce(TestDatabase.Kind kind) throws Exception {
        startsExactlyOne(TestDatabase.migrated(kind));
    }

    /** The same, where the way to PostgreSQL does not take several statements in one text. */
    @Test
    void startsExactlyOneExecutionAlsoOneStatementAtATime() throws Exception {
        TestDatabase database = TestDatabase.migrated(TestDatabase.Kind.POSTGRESQL);
        database.watched().takesOneStatementAtATime();
        startsExactlyOne(database);

        TestNode node = TestNode.on(database);
        JobExecutionImpl execution = node.start(TestNode.job());
        node.running(execution);
        node.end(node.step(execution, "load"), BatchStatus.COMPLETED);
        node.end(execution, BatchStatus.COMPLETED);
        assertThat(database.rows(
                        "select STATUS from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?",
                        execution.getExecutionId()))
                .containsExactly("COMPLETED");
    }

    private static void startsExactlyOne(TestDatabase database) throws Exception {
        TestNode node = TestNode.on(database);
        Job job = TestNode.job();
        List<Long> failed = new ArrayList<>();
        List<Long> restarted = new ArrayList<>();

        for (Answers answers : race(month -> () -> node.start(job, "month", "m" + month), node)) {
            assertThat(answers.refusals()).isEqualTo(Map.of(Kind.ALREADY_RUNNING, THREADS - 1));
            failed.add(answers.executions().get(0).getExecutionId());
        }
        assertThat(executionsByStatus(node)).containsExactly("FAILED|" + IDENTITIES);

        for (Answers answers : race(month -> () -> node.restart(failed.get(month), job), node)) {
            assertThat(answers.refusals()).isEqualTo(Map.of(Kind.ALREADY_RUNNING, THREADS - 1));
            restarted.add(answers.executions().get(0).getExecutionId());
        }
        assertThat(executionsByStatus(node)).containsExactly("FAILED|" + 2 * IDENTITIES);
        assertThat(node.database.row("select count(*) from BATCH_JOB_INSTANCE")).isEqualTo("" + IDENTITIES);

        node.database.execute(
                "update BATCH_JOB_EXECUTION set STATUS = 'COMPLETED' where JOB_EXECUTION_ID >= ?", restarted.get(0));
        for (Answers answers : race(month -> () -> node.start(job, "month", "m" + month), node)) {
            assertThat(answers.executions()).isEmpty();
            assertThat(answers.refusals()).isEqualTo(Map.of(Kind.ALREADY_COMPLETE, THREADS));
        }
        for (Answers answers : race(10, month -> () -> node.restart(restarted.get(month), job), node)) {
            assertThat(answers.executions()).isEmpty();
            assertThat(answers.refusals()).isEqualTo(Map.of(Kind.ALREADY_COMPLETE, THREADS));
        }
        assertThat(executionsByStatus(node)).containsExactly("COMPLETED|" + IDENTITIES, "FAILED|" + IDENTITIES);
        assertThat(node.database.row("select count(*) from REPRISE_OWNER")).isEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource
    void letsNodesRaceForWhatADeadOneLeft(TestDatabase.Kind kind) throws Exception {
        TestNode dead = TestNode.on(TestDatabase.migrated(kind));
        Job job = TestNode.job();
        List<Long> left = new ArrayList<>();
        for (int month = 0; month < 20; month++) {
            left.add(dead.run(job, "month", "m" + month).getExecutionId());
        }
        TestNode next = dead.other(dead.identity.name());

        for (Answers answers : race(left.size(), month -> () -> next.restart(left.get(month), job), next)) {
            assertThat(answers.executions()).hasSize(1);
            assertThat(answers.refusals()).isEqualTo(Map.of(Kind.ALREADY_RUNNING, THREADS - 1));
        }
        assertThat(executionsByStatus(next)).containsExactly("FAILED|" + 2 * left.size());
    }

    private static List<String> executionsByStatus(TestNode node) {
        return node.database.rows("select STATUS, count(*) from BATCH_JOB_EXECUTION group by STATUS order by STATUS");
    }

    private static List<Answers> race(IntFunction<Callable<JobExecutionImpl>> launches, TestNode node)
            throws Exception {
        return race(IDENTITIES, launches, node);
    }

    /** All threads ask for one identity after the other, each time at the same moment; who starts then fails. */
    private static List<Answers> race(int identities, IntFunction<Callable<JobExecutionImpl>> launches, TestNode node)
            throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier together = new CyclicBarrier(THREADS);
            List<Answers> all = new ArrayList<>();
            for (int i = 0; i < identities; i++) {
                Callable<JobExecutionImpl> launch = launches.apply(i);
                List<Future<JobExecutionImpl>> asked = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    asked.add(pool.submit(() -> {
                        together.await(Patience.MINUTES, TimeUnit.MINUTES);
                        return launch.call();
                    }));
                }
                Answers answers = new Answers(new ArrayList<>(), new EnumMap<>(Kind.class));
                for (Future<JobExecutionImpl> answer : asked) {
                    try {
                        answers.executions().add(answer.get());
                    } catch (ExecutionException e) {
                        // Anything else than a refusal fails the test, a database's exception above all.
                        if (!(e.getCause() instanceof LaunchRefusedException refused)) {
                            throw e;
                        }
                        answers.refusals().merge(refused.refusal().kind(), 1, Integer::sum);
                    }
                }
                answers.executions().forEach(execution -> node.end(execution, BatchStatus.FAILED));
                all.add(answers);
            }
            return all;
        } finally {
            pool.shutdownNow();
        }
    }
}
