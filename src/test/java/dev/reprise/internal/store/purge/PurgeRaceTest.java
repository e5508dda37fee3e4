package dev.reprise.internal.store.purge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.reprise.Patience;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.PurgeCandidate;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.runtime.BatchStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** contract.md §7: history is purged while jobs run. */
class PurgeRaceTest {

    private static final int ROUNDS = Integer.getInteger("reprise.race", 5);

    private static final PurgeRequest ALL = PurgeRequest.olderThan(Duration.ZERO);

    private final ExecutorService pool = Executors.newFixedThreadPool(8);

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    /** What one of those came to that did something at the same moment. */
    private record Outcome(
            @Nullable Object result, @Nullable Kind refused) {}

    private List<Outcome> atOnce(List<Callable<?>> tasks) throws Exception {
        CyclicBarrier together = new CyclicBarrier(tasks.size());
        List<Future<?>> asked = new ArrayList<>();
        for (Callable<?> task : tasks) {
            asked.add(pool.submit(() -> {
                together.await(Patience.MINUTES, TimeUnit.MINUTES);
                return task.call();
            }));
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Future<?> task : asked) {
            try {
                outcomes.add(new Outcome(task.get(), null));
            } catch (ExecutionException e) {
                // Anything else than a refusal fails the test, a database's exception above all.
                if (!(e.getCause() instanceof LaunchRefusedException refused)) {
                    throw e;
                }
                outcomes.add(new Outcome(null, refused.refusal().kind()));
            }
        }
        return outcomes;
    }

    /** A purge that has looked, and is about to remove what it saw. */
    private static Callable<Purges.Removed> removal(TestNode node, PurgeRequest request) {
        Purges.Walk walk = node.repository.purges().walk(request);
        List<PurgeCandidate> seen =
                walk.look(node.repository.purges().beginning()).instances();
        assertThat(seen).hasSize(1).allMatch(instance -> instance.spared() == null);
        return () -> walk.remove(seen, null);
    }

    private static Purges.Removed removed(List<Outcome> outcomes) {
        if (outcomes.get(0).result() instanceof Purges.Removed removed) {
            return removed;
        }
        throw new AssertionError(outcomes);
    }

    private static int executions(TestNode node, Job job) {
        return Integer.parseInt(
                node.database.row("select count(*) from BATCH_JOB_EXECUTION where REPRISE_JOB_NAME = ?", job.getId()));
    }

    /** A foreign key of H2 does not see what another transaction does at the same moment. */
    private static void assertNothingHangsInTheAir(TestNode node) {
        assertThat(node.database.rows("""
                        select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION e
                         where not exists (select 1 from BATCH_JOB_INSTANCE i
                                            where i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID)""")).isEmpty();
        assertThat(node.database.rows("""
                        select JOB_INSTANCE_ID from REPRISE_OWNER o
                         where not exists (select 1 from BATCH_JOB_EXECUTION e
                                            where e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID)""")).isEmpty();
    }

    /** What others begin while a purge has its locks ends when that has ended. */
    private Future<JobExecutionImpl> begunWhileRemoving(
            Purges.Walk walk, List<PurgeCandidate> seen, Callable<JobExecutionImpl> launch) {
        List<Future<JobExecutionImpl>> begun = new ArrayList<>();
        Purges.Removed removed = walk.remove(seen, executions -> {
            begun.add(pool.submit(launch));
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> begun.get(0).get(300, TimeUnit.MILLISECONDS));
        });
        assertThat(removed.instances()).hasSize(1);
        return begun.get(0);
    }

    private static Kind refusalOf(Future<JobExecutionImpl> launch) throws Exception {
        try {
            throw new AssertionError("execution "
                    + launch.get(Patience.MINUTES, TimeUnit.MINUTES).getExecutionId() + " started");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LaunchRefusedException refused) {
                return refused.refusal().kind();
            }
            throw e;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRestartThatComesWhileItsHistoryIsRemovedFindsNothing(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.migrated(kind));
        Job job = TestNode.job();
        JobExecutionImpl failed = node.run(job, "month", "1");
        node.end(failed, BatchStatus.FAILED);
        JobExecutionImpl original = node.load(failed.getExecutionId(), job);
        Purges.Walk walk = node.repository
                .purges()
                .walk(ALL.ofJob(job.getId())
                        .includingRestartable()
                        .forgettingIdentity()
                        .keepingNewest(0));
        List<PurgeCandidate> seen =
                walk.look(node.repository.purges().beginning()).instances();

        Future<JobExecutionImpl> restart = begunWhileRemoving(
                walk,
                seen,
                () -> node.repository.createJobExecution(
                        original.getJobInstance(), new Properties(original.getJobParameters())));

        assertThat(refusalOf(restart)).isEqualTo(Kind.NOT_THE_LAST);
        assertNothingHangsInTheAir(node);
        assertThat(executions(node, job)).isZero();
        node.start(job, "month", "1");
        assertThat(executions(node, job)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aLaunchThatComesWhileHistoryIsRemovedIsRefusedAsBefore(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.migrated(kind));
        Job job = TestNode.job();
        node.end(node.run(job, "month", "1"), BatchStatus.COMPLETED);
        node.end(node.run(job, "month", "2"), BatchStatus.COMPLETED);
        Purges.Walk walk = node.repository.purges().walk(ALL.ofJob(job.getId()));
        List<PurgeCandidate> seen =
                walk.look(node.repository.purges().beginning()).instances().subList(0, 1);
        List<Future<JobExecutionImpl>> begun = new ArrayList<>();

        walk.remove(seen, executions -> begun.add(pool.submit(() -> node.start(job, "month", "1"))));

        assertThat(refusalOf(begun.get(0))).isEqualTo(Kind.ALREADY_COMPLETE);
        assertThat(executions(node, job)).isEqualTo(1);
        assertNothingHangsInTheAir(node);
    }

    /** It has looked before, and looks again. */
    @ParameterizedTest
    @EnumSource
    void aPurgeThatComesAfterARestartSparesIt(TestDatabase.Kind kind) {
        TestNode node = TestNode.on(TestDatabase.migrated(kind));
        Job job = TestNode.job();
        JobExecutionImpl failed = node.run(job, "month", "1");
        node.end(failed, BatchStatus.FAILED);
        Purges.Walk walk = node.repository
                .purges()
                .walk(ALL.ofJob(job.getId())
                        .includingRestartable()
                        .forgettingIdentity()
                        .keepingNewest(0));
        List<PurgeCandidate> seen =
                walk.look(node.repository.purges().beginning()).instances();
        assertThat(seen).hasSize(1);

        JobExecutionImpl restarted = node.rerun(failed.getExecutionId(), job);

        assertThat(walk.remove(seen, null).instances()).isEmpty();
        node.end(restarted, BatchStatus.COMPLETED);
        assertThat(executions(node, job)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void aPurgeAndARestartNeverBothWin(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.migrated(kind));
        Set<Kind> refusals = EnumSet.noneOf(Kind.class);
        for (int round = 0; round < ROUNDS; round++) {
            Job job = TestNode.job();
            JobExecutionImpl failed = node.run(job, "month", "1");
            node.end(failed, BatchStatus.FAILED);
            JobExecutionImpl original = node.load(failed.getExecutionId(), job);

            List<Outcome> outcomes = atOnce(List.of(
                    removal(
                            node,
                            ALL.ofJob(job.getId())
                                    .includingRestartable()
                                    .forgettingIdentity()
                                    .keepingNewest(0)),
                    () -> node.repository.createJobExecution(
                            original.getJobInstance(), new Properties(original.getJobParameters())),
                    () -> node.start(job, "month", "1")));

            boolean gone = !removed(outcomes).instances().isEmpty();
            boolean restarted = outcomes.get(1).result() != null;
            boolean started = outcomes.get(2).result() != null;
            outcomes.stream()
                    .map(Outcome::refused)
                    .filter(refused -> refused != null)
                    .forEach(refusals::add);
            assertThat(gone && restarted).as("purged and restarted").isFalse();
            assertThat(!gone && started)
                    .as("started although it could be restarted")
                    .isFalse();
            assertThat(executions(node, job)).isEqualTo((gone ? 0 : 1) + (restarted || started ? 1 : 0));
            assertNothingHangsInTheAir(node);
        }
        assertThat(refusals).isSubsetOf(EnumSet.of(Kind.ALREADY_RUNNING, Kind.RESTART_INSTEAD, Kind.NOT_THE_LAST));
    }

    @ParameterizedTest
    @EnumSource
    void whatCompletedIsRefusedBeforeWhileAndAfterItIsPurged(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.migrated(kind));
        for (int round = 0; round < ROUNDS; round++) {
            Job job = TestNode.job();
            node.end(node.run(job, "month", "1"), BatchStatus.COMPLETED);
            // Of an instance of its own, that it is not the newest.
            node.end(node.run(job, "month", "2"), BatchStatus.FAILED);
            Purges.Walk walk = node.repository.purges().walk(ALL.ofJob(job.getId()));
            List<PurgeCandidate> seen =
                    walk.look(node.repository.purges().beginning()).instances().subList(0, 1);
            Callable<JobExecutionImpl> launch = () -> node.start(job, "month", "1");

            List<Outcome> outcomes = atOnce(List.of(() -> walk.remove(seen, null), launch, launch, launch, launch));

            assertThat(outcomes.subList(1, 5))
                    .extracting(Outcome::refused)
                    .isSubsetOf(Kind.ALREADY_COMPLETE, Kind.ALREADY_RUNNING)
                    .contains(Kind.ALREADY_COMPLETE);
            assertThat(executions(node, job))
                    .isEqualTo(removed(outcomes).instances().isEmpty() ? 2 : 1);
            assertNothingHangsInTheAir(node);
        }
    }

    /** The number of a job's instances is written down, and stays right whatever is launched and purged meanwhile. */
    @ParameterizedTest
    @EnumSource
    void instancesAreCountedRightWhileTheyComeAndGo(TestDatabase.Kind kind) throws Exception {
        TestNode node = TestNode.on(TestDatabase.migrated(kind));
        Job job = TestNode.job();
        String numbers = kind == TestDatabase.Kind.H2 ? "system_range(1, 3000)" : "generate_series(1, 3000)";
        String number = kind == TestDatabase.Kind.H2 ? "X" : "generate_series";
        node.database.execute("""
                insert into BATCH_JOB_INSTANCE (JOB_INSTANCE_ID, VERSION, JOB_NAME, JOB_KEY)
                select %s, 0, '%s', concat('key', %s) from %s""".formatted(number, job.getId(), number, numbers));
        node.database.execute("""
                insert into BATCH_JOB_EXECUTION
                    (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, END_TIME, STATUS, REPRISE_JOB_NAME)
                select %s, 0, %s, localtimestamp - interval '2' day + %s * interval '1' second,
                       localtimestamp - interval '2' day, 'COMPLETED', '%s'
                  from %s""".formatted(number, number, number, job.getId(), numbers));
        node.database.execute("alter sequence BATCH_JOB_INSTANCE_SEQ restart with 5000");
        node.database.execute("alter sequence BATCH_JOB_EXECUTION_SEQ restart with 5000");
        String tally = "select COUNTED_TO, COUNTED from REPRISE_TALLY where APPLICATION = '' and JOB_NAME = '"
                + job.getId() + "'";

        assertThat(node.repository.getJobInstanceCount(job.getId())).isEqualTo(3000);
        assertThat(node.database.row(tally)).isEqualTo("3000|3000");

        AtomicBoolean purging = new AtomicBoolean(true);
        PurgeRequest forget =
                PurgeRequest.olderThan(Duration.ofDays(1)).ofJob(job.getId()).forgettingIdentity();
        atOnce(List.of(
                () -> {
                    Purges.Walk walk = node.repository.purges().walk(forget);
                    Purges.Position position = node.repository.purges().beginning();
                    for (int page = 0; page < 2; page++) {
                        Purges.Page found = walk.look(position);
                        for (int from = 0; from < 1000; from += 250) {
                            walk.remove(found.instances().subList(from, from + 250), null);
                        }
                        position = found.next();
                    }
                    purging.set(false);
                    return position;
                },
                () -> {
                    int launched = 0;
                    while (purging.get() || launched < 50) {
                        node.start(job, "month", "" + launched++);
                    }
                    return launched;
                },
                () -> {
                    int before = 3000;
                    while (purging.get()) {
                        int now = node.repository.getJobInstanceCount(job.getId());
                        assertThat(now).isBetween(1000, before + 2000);
                    }
                    return before;
                }));

        int there = Integer.parseInt(
                node.database.row("select count(*) from BATCH_JOB_INSTANCE where JOB_NAME = ?", job.getId()));
        assertThat(node.repository.getJobInstanceCount(job.getId())).isEqualTo(there);
        assertThat(node.database.row(tally)).isEqualTo("3000|1000");
        assertThat(there).isGreaterThanOrEqualTo(1050);
    }
}
