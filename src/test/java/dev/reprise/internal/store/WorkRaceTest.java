package dev.reprise.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.Patience;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.TestDatabase;
import dev.reprise.internal.engine.TestNode;
import dev.reprise.internal.store.WorkOfTheDead.Left;
import dev.reprise.internal.store.WorkPlan.Planned;
import dev.reprise.state.NodeIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** contract.md §9: however many nodes ask at the same moment for partitions, and whatever comes between, each has one runner. */
class WorkRaceTest {

    private static final int CLAIMERS = 16;
    private static final int PARTITIONS = 60;

    /** Few enough for every build; {@code -Dreprise.race=100} asks for more. */
    private static final int ROUNDS = Math.max(1, Integer.getInteger("reprise.race", 20) / 5);

    private static final TestDatabase DATABASE = TestDatabase.migrated(TestDatabase.Kind.POSTGRESQL);

    private final TestNode parent = TestNode.on(DATABASE);
    private final Database access = new Database(DATABASE.pooled(), TestDatabase.TRANSACTIONS);

    /** Tries nothing again: nobody is to wait for another in a circle. */
    private final Jdbi jdbi = Jdbi.create(DATABASE.pooled());

    private final List<NodeIdentity> nodes = new ArrayList<>();
    private long instanceId;
    private long executionId;
    private long step;

    /** Who has taken it, and when: no two of the same version. */
    private record Claim(long id, long version, NodeIdentity node) {}

    private final Queue<Claim> claims = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void join() {
        NodeRegistry registry = new NodeRegistry(DATABASE.pooled(), TestDatabase.TRANSACTIONS);
        IntStream.range(0, CLAIMERS)
                .forEach(i -> nodes.add(registry.join(parent.identity.application(), "claimer-" + i)));
    }

    private void plan(int most) {
        claims.clear();
        DATABASE.execute("delete from REPRISE_WORK");
        JobExecutionImpl execution = parent.run(TestNode.job());
        instanceId = execution.getJobInstance().getInstanceId();
        executionId = execution.getExecutionId();
        StepExecutionImpl running = parent.step(execution, "load");
        step = running.getStepExecutionId();
        WorkRow row = WorkRow.of(running);
        List<Planned> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(number ->
                        new Planned(number, NewStep.partitionName("load", number), "number=" + number, Map.of()))
                .toList();
        jdbi.useTransaction(handle -> WorkPlan.insert(
                handle, row, executionId, parent.identity, partitions, new WorkPlan.Limits(most, null)));
    }

    private List<Taken> take(NodeIdentity node, int most) {
        List<Taken> taken = jdbi.inTransaction(handle -> Work.take(
                handle,
                node,
                new Work.Wanted(most, List.of(), ConcurrentHashMap.newKeySet(), List.of()),
                definition -> true));
        taken.forEach(one -> claims.add(new Claim(one.id(), one.version(), node)));
        return taken;
    }

    private void end(Taken taken) {
        assertThat(jdbi.<Boolean, RuntimeException>inTransaction(
                        handle -> Work.end(handle, WorkRow.of(taken), taken.node(), "")))
                .as(taken.toString())
                .isTrue();
    }

    private int count(String states) {
        return Integer.parseInt(
                DATABASE.row("select count(*) from REPRISE_WORK where PARTITION_OF = ? and STATE in " + states, step));
    }

    private void assertOneRunnerAtATime() {
        assertThat(claims.stream().map(claim -> claim.id() + " at " + claim.version()))
                .as("claims of a partition at a version of it")
                .doesNotHaveDuplicates();
    }

    /** Of each partition: status, version, nodes that died of it. */
    private List<String> partitions() {
        return DATABASE.rows("""
                select s.STATUS, s.VERSION, s.REPRISE_ATTEMPT from BATCH_STEP_EXECUTION s
                 where s.REPRISE_PARTITION_OF = ? order by s.REPRISE_PARTITION""", step);
    }

    /** Each of the nodes does that, and others something else at the same time, until all are done; who throws, fails. */
    private void atOnce(Function<NodeIdentity, Callable<?>> ofEach, Callable<?>... others) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLAIMERS + others.length);
        CyclicBarrier together = new CyclicBarrier(CLAIMERS + others.length);
        try {
            List<Callable<?>> all = new ArrayList<>(nodes.stream().map(ofEach).toList());
            all.addAll(List.of(others));
            List<Future<?>> done = new ArrayList<>();
            for (Callable<?> one : all) {
                done.add(threads.submit(() -> {
                    together.await();
                    return one.call();
                }));
            }
            for (Future<?> one : done) {
                one.get(Patience.MINUTES, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void eachIsTakenOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            plan(PARTITIONS);
            atOnce(node -> () -> {
                while (count("('READY')") > 0) {
                    take(node, ThreadLocalRandom.current().nextInt(1, 4)).forEach(this::end);
                }
                return null;
            });

            assertOneRunnerAtATime();
            assertThat(claims).hasSize(PARTITIONS);
            assertThat(count("('DONE')")).isEqualTo(PARTITIONS);
            assertThat(partitions()).containsOnly("COMPLETED|2|0");
        }
    }

    /** The node of the step lets the next ones be taken while some are. */
    @Test
    void noMoreAreTakenThanMayRunAtATime() throws Exception {
        int most = 5;
        for (int round = 0; round < ROUNDS; round++) {
            plan(most);
            AtomicInteger mostAtWork = new AtomicInteger();
            atOnce(
                    node -> () -> {
                        while (count("('PLANNED', 'READY')") > 0) {
                            for (Taken taken : take(node, 3)) {
                                mostAtWork.accumulateAndGet(count("('READY', 'TAKEN')"), Math::max);
                                end(taken);
                            }
                        }
                        return null;
                    },
                    () -> {
                        while (count("('PLANNED')") > 0) {
                            jdbi.useTransaction(handle -> WorkOfSteps.next(handle, step, most));
                        }
                        return null;
                    });

            assertOneRunnerAtATime();
            assertThat(mostAtWork.get()).isLessThanOrEqualTo(most);
            assertThat(partitions()).containsOnly("COMPLETED|2|0");
        }
    }

    /** What was taken is its taker's to end, and what was stopped nobody takes. */
    @Test
    void aStopMeetsWhatIsTakenAndWhatIsNot() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            plan(PARTITIONS / 2);
            AtomicBoolean stopped = new AtomicBoolean();
            Queue<Taken> taken = new ConcurrentLinkedQueue<>();
            atOnce(
                    node -> () -> {
                        while (!stopped.get()) {
                            taken.addAll(take(node, 1));
                        }
                        return null;
                    },
                    () -> {
                        while (taken.size() < 5) {
                            Thread.onSpinWait();
                        }
                        jdbi.useTransaction(handle -> WorkOfSteps.stop(handle, step));
                        stopped.set(true);
                        return null;
                    },
                    () -> {
                        while (!stopped.get()) {
                            jdbi.useTransaction(handle -> new RunningSteps(access.dialect(), access.tables())
                                    .requestStop(handle, executionId));
                        }
                        return null;
                    });
            jdbi.useTransaction(handle -> WorkOfSteps.stop(handle, step));

            assertOneRunnerAtATime();
            Set<Long> ids = ConcurrentHashMap.newKeySet();
            taken.forEach(one -> ids.add(one.id()));
            assertThat(count("('PLANNED', 'READY')")).isZero();
            assertThat(count("('TAKEN')")).isEqualTo(taken.size());
            assertThat(DATABASE.rows("""
                            select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION
                             where REPRISE_PARTITION_OF = ? and STATUS = 'STOPPING' order by 1""", step))
                    .as("what is to stop is what somebody runs")
                    .isEqualTo(ids.stream().sorted().map(String::valueOf).toList());
            taken.forEach(this::end);
            assertThat(count("('DONE')")).isEqualTo(PARTITIONS);
        }
    }

    /** As by servers that stop: each is run once to its end, whoever has had it before, and nobody has died of it. */
    @Test
    void whatIsPutBackIsTakenAgain() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            plan(PARTITIONS);
            Map<Long, AtomicInteger> runners = new ConcurrentHashMap<>();
            AtomicInteger ended = new AtomicInteger();
            atOnce(node -> () -> {
                while (ended.get() < PARTITIONS) {
                    for (Taken taken : take(node, 2)) {
                        AtomicInteger its = runners.computeIfAbsent(taken.id(), id -> new AtomicInteger());
                        assertThat(its.incrementAndGet()).isEqualTo(1);
                        its.decrementAndGet();
                        if (ThreadLocalRandom.current().nextBoolean()) {
                            assertThat(jdbi.<Boolean, RuntimeException>inTransaction(
                                            handle -> Work.putBack(handle, taken.id(), taken.version(), false)))
                                    .isTrue();
                        } else {
                            end(taken);
                            ended.incrementAndGet();
                        }
                    }
                }
                return null;
            });

            assertOneRunnerAtATime();
            assertThat(count("('DONE')")).isEqualTo(PARTITIONS);
            assertThat(partitions()).allMatch(row -> row.startsWith("COMPLETED|") && row.endsWith("|0"));
        }
    }

    /** Nodes that are taken for dead and are not end what they have, while all others move it: one of them does. */
    @Test
    void whatTheDeadHadIsMovedOrEndedByThem() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            plan(PARTITIONS);
            Queue<Taken> theirs = new ConcurrentLinkedQueue<>();
            for (NodeIdentity node : nodes) {
                theirs.addAll(take(node, 2));
            }
            DATABASE.execute(
                    "update REPRISE_NODE set HEARTBEAT_AT = null where APPLICATION = ?", parent.identity.application());
            AtomicInteger moved = new AtomicInteger();
            AtomicInteger recorded = new AtomicInteger();
            Map<Long, Taken> byId = new ConcurrentHashMap<>();
            theirs.forEach(taken -> byId.put(taken.id(), taken));
            atOnce(node -> () -> {
                String application = parent.identity.application();
                for (Left left :
                        jdbi.withHandle(handle -> WorkOfTheDead.find(handle, application, Duration.ofDays(1)))) {
                    if (jdbi.<Boolean, RuntimeException>inTransaction(
                            handle -> Work.putBack(handle, left.id(), left.version(), true))) {
                        moved.incrementAndGet();
                    }
                    Taken own = theirs.poll();
                    if (own != null
                            && jdbi.<Boolean, RuntimeException>inTransaction(
                                    handle -> Work.end(handle, WorkRow.of(own), own.node(), ""))) {
                        recorded.incrementAndGet();
                    }
                }
                return null;
            });

            assertThat(moved.get() + recorded.get()).isEqualTo(byId.size());
            assertThat(count("('DONE')")).isEqualTo(recorded.get());
            assertThat(count("('TAKEN')")).isZero();
            assertThat(partitions().stream().filter(row -> row.endsWith("|1"))).hasSize(moved.get());
            while (!take(nodes.get(0), PARTITIONS).isEmpty()) {
                // all that is left
            }
            assertOneRunnerAtATime();
            nodes.forEach(node -> DATABASE.execute(
                    "update REPRISE_NODE set HEARTBEAT_AT = current_timestamp where NODE_ID = ?", node.name()));
        }
    }

    /** The node of the step died, or was not told, when it was to forget them; and other executions go on. */
    @Test
    void endsOfAnExecutionThatHasEndedAreForgotten() {
        plan(PARTITIONS);
        end(take(nodes.get(0), 1).get(0));
        DATABASE.execute(
                "insert into REPRISE_COLLECTED (STEP_EXECUTION_ID, PARTITION_OF, JOB_EXECUTION_ID) values (1, ?, ?)",
                step,
                executionId);
        String application = parent.identity.application();

        jdbi.useTransaction(handle -> WorkOfTheDead.forgetEnded(handle, application));
        assertThat(count("('DONE')")).isEqualTo(1);
        assertThat(collected()).isEqualTo("1");

        DATABASE.execute("delete from REPRISE_OWNER where JOB_EXECUTION_ID = ?", executionId);
        jdbi.useTransaction(handle -> WorkOfTheDead.forgetEnded(handle, "another"));
        assertThat(count("('DONE')")).isEqualTo(1);
        jdbi.useTransaction(handle -> WorkOfTheDead.forgetEnded(handle, application));
        assertThat(count("('DONE')")).isZero();
        assertThat(collected()).isEqualTo("0");
    }

    private String collected() {
        return DATABASE.row("select count(*) from REPRISE_COLLECTED where PARTITION_OF = ?", step);
    }

    /** The node of the step is dead, and what it had launched is closed: who has taken a partition of it records nothing more. */
    @Test
    void nothingOfAnExecutionIsTakenThatIsClosed() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            plan(PARTITIONS);
            AtomicBoolean closed = new AtomicBoolean();
            Queue<Taken> taken = new ConcurrentLinkedQueue<>();
            Owner owner = new Owner(instanceId, executionId, parent.identity, false, false);
            atOnce(
                    node -> () -> {
                        while (!closed.get()) {
                            taken.addAll(take(node, 1));
                        }
                        return null;
                    },
                    () -> {
                        while (taken.size() < 5) {
                            Thread.onSpinWait();
                        }
                        assertThat(jdbi.<Boolean, RuntimeException>inTransaction(
                                        handle -> Closing.execution(handle, owner, "closed")
                                                .isPresent()))
                                .isTrue();
                        closed.set(true);
                        return null;
                    });

            assertOneRunnerAtATime();
            assertThat(count("('PLANNED', 'READY', 'TAKEN', 'DONE')")).isZero();
            assertThat(partitions()).allMatch(row -> row.startsWith("FAILED|"));
            for (Taken one : taken) {
                assertThat(jdbi.<Boolean, RuntimeException>inTransaction(
                                handle -> Work.end(handle, WorkRow.of(one), one.node(), "")))
                        .isFalse();
                assertThat(jdbi.<Boolean, RuntimeException>inTransaction(
                                handle -> Work.putBack(handle, one.id(), one.version(), false)))
                        .isFalse();
            }
        }
    }
}
