package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.Skip;
import dev.reprise.database.WatchedDatabase;
import dev.reprise.database.WatchedDatabase.Death;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of the nodes that run the partitions of a step dies at its first statement, at its second, and so on, while the others
 * live (contract.md §9). Whatever it was doing, each item is written exactly once, and nothing is left behind.
 */
@ExtendWith(ExpectedFailures.class)
class CrashOfNodesIT {

    private static final int SLOTS = Runtime.getRuntime().availableProcessors();

    /** More than the node of the step runs at a time. */
    private static final int PARTITIONS = SLOTS + 3;

    private static final int ITEMS = 4;

    private static final int CHUNK = 3;

    private static final Job JOB = new JobBuilder("crashing")
            .step(new StepBuilder("load")
                    .property("reprise.partitions", "distributed")
                    .reader("reader", new String[] {"first", "#{partitionPlan['first']}"})
                    .writer("writer", new String[] {"run", "#{jobParameters['run']}"})
                    .itemCount(CHUNK)
                    .partitionPlan(PARTITIONS, PARTITIONS, plan())
                    .build())
            .build();

    private String url = "";
    private WatchedDatabase watched;

    /** Until then those of the node of the step wait for their first items. */
    private volatile CountDownLatch theirs = new CountDownLatch(0);

    /** Until then those of the first worker wait behind their first chunks. */
    private volatile CountDownLatch worker = new CountDownLatch(0);

    /** Those of a trial: closed only then, for what they run is interrupted. */
    private final List<AnotherNode> nodes = new ArrayList<>();

    private static List<Properties> plan() {
        return IntStream.range(0, PARTITIONS)
                .mapToObj(number -> {
                    Properties properties = new Properties();
                    properties.setProperty("first", String.valueOf(number * ITEMS));
                    return properties;
                })
                .toList();
    }

    @BeforeEach
    void database() throws SQLException {
        Skip.unless(
                "postgresql".equals(System.getProperty("reprise.it.database")),
                "partitions on many nodes need PostgreSQL");
        var postgres = PostgresServer.emptySchema();
        url = postgres.getUrl() + "&user=" + postgres.getUser();
        watched = WatchedDatabase.of(url);
        rows(WrittenNumbers.TABLE);
    }

    @AfterEach
    void goOn() {
        theirs.countDown();
        worker.countDown();
    }

    /** Reads four numbers, and waits where the test wants it to. */
    public final class Reader extends AbstractItemReader {

        @Inject
        @BatchProperty
        private int first;

        private final boolean ofTheStep;
        private final boolean ofTheWorker;
        private int read;

        Reader(String node) {
            this.ofTheStep = node.equals("step");
            this.ofTheWorker = node.equals("worker");
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            read = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public @Nullable Integer readItem() throws InterruptedException {
            if (ofTheStep) {
                theirs.await();
            }
            if (ofTheWorker && read == CHUNK) {
                worker.await();
            }
            return read == ITEMS ? null : first + ++read;
        }

        @Override
        public Serializable checkpointInfo() {
            return read;
        }
    }

    private Map<String, Supplier<?>> artifacts(String node) {
        return Map.of("reader", () -> new Reader(node), "writer", WrittenNumbers::new);
    }

    @TempDir
    private Path folder;

    private InProcessBatch process(String database) {
        InProcessBatch.Builder builder =
                InProcessBatch.builder().database(database).threads(20);
        artifacts("step").forEach(builder::artifact);
        InProcessBatch process = builder.build().open();
        process.define(JOB);
        return process;
    }

    private AnotherNode node(String database, String kind, String name) {
        AnotherNode node = new AnotherNode(
                        database,
                        name,
                        new Capacity(PARTITIONS, Set.of()),
                        folder.resolve(UUID.randomUUID().toString()),
                        artifacts(kind))
                .with(JOB);
        nodes.add(node);
        return node;
    }

    // ---- Who dies --------------------------------------------------------------------------------------------------

    /** While it takes partitions, commits their chunks and ends them. */
    @Test
    void aWorker() throws Exception {
        besideTheStep("worker", (number, run) -> {
            watched.beginAnotherProcess();
            AnotherNode dying = node(watched.url(), "other", "worker-" + number);
            watched.killAfter(number);
            dying.begin();
            awaitDeathOr(() -> over(run) == PARTITIONS - SLOTS);
            return buried(dying);
        });
    }

    /** It lives, and does not hear of one thing that it has done: of whatever it does not know, somebody goes on with it once. */
    @Test
    void aWorkerThatIsNotToldOnce() throws Exception {
        besideTheStep("deaf", (number, run) -> {
            watched.beginAnotherProcess();
            AnotherNode deaf = node(watched.url(), "other", "deaf-" + number);
            watched.swallowAnswerAfter(number);
            deaf.begin();
            await().until(() -> over(run) == PARTITIONS - SLOTS);
            return !watched.swallowed().isEmpty();
        });
    }

    /** While it takes over what another one has left, and goes on with it. */
    @Test
    void whoTakesOver() throws Exception {
        besideTheStep("heir", (number, run) -> {
            worker = new CountDownLatch(1);
            AnotherNode dead = node(url, "worker", "dead-" + number);
            dead.begin();
            await().until(() -> begun(run) == PARTITIONS - SLOTS);
            dead.dies(url);
            watched.beginAnotherProcess();
            AnotherNode dying = node(watched.url(), "other", "heir-" + number);
            watched.killAfter(number);
            dying.begin();
            awaitDeathOr(() -> over(run) == PARTITIONS - SLOTS);
            return buried(dying);
        });
    }

    /** While its server stops, and it puts back what it has. */
    @Test
    void whoPutsBack() throws Exception {
        besideTheStep("stopping", (number, run) -> {
            worker = new CountDownLatch(1);
            watched.beginAnotherProcess();
            AnotherNode dying = node(watched.url(), "worker", "stopping-" + number);
            dying.begin();
            await().until(() -> begun(run) == PARTITIONS - SLOTS);
            dying.watch.close();
            watched.killAfter(number);
            dying.repository.thisNode().suspend();
            worker.countDown();
            awaitDeathOr(() -> taken(dying.identity.name()) == 0);
            return buried(dying);
        });
    }

    @FunctionalInterface
    private interface Trial {

        /** Returns whether it has died. */
        boolean died(int number, String run) throws Exception;
    }

    /** The node of the step lives, and waits until it has happened. */
    private void besideTheStep(String kind, Trial trial) throws Exception {
        int crashes = 0;
        try (InProcessBatch step = process(url)) {
            boolean died = true;
            while (died) {
                String run = kind + crashes;
                theirs = new CountDownLatch(1);
                CompletableFuture<JobRun> running =
                        CompletableFuture.supplyAsync(() -> step.run(JOB.getId(), Map.of("run", run)));
                await().until(() -> taken("this-process") == SLOTS);
                try {
                    died = trial.died(crashes, run);
                } finally {
                    theirs.countDown(); // or nothing would end
                }

                await().timeout(Patience.GUARD).until(() -> {
                    step.repository().running().partitions().reported(); // as it does on a server
                    return running.isDone();
                });
                JobRun ended = running.get();
                worker.countDown(); // what wakes of the dead is fenced
                nodes.forEach(AnotherNode::close);
                nodes.clear();
                assertThat(ended.status()).as(run + ": " + ended).isEqualTo(BatchStatus.COMPLETED);
                check(run, 1);
                crashes += died ? 1 : 0;
            }
        }
        System.out.println(kind + ": at each of " + crashes + " moments");
        assertThat(crashes).isGreaterThan(5);
    }

    /** While it plans, runs its own and hears of the others; a worker lives. */
    @Test
    void theNodeOfTheStep() throws Exception {
        int crashes = 0;
        watched.beginAnotherProcess();
        InProcessBatch process = process(watched.url());
        try (AnotherNode living = node(url, "other", "living")) {
            living.begin();
            boolean died = true;
            while (died) {
                String run = "step" + crashes;
                watched.killAfter(crashes);
                try (InProcessBatch dying = process) {
                    Properties parameters = new Properties();
                    parameters.setProperty("run", run);
                    dying.operator().start(JOB.getId(), parameters);
                    awaitDeathOr(() -> ended(run));
                } catch (Death expected) {
                    // of the thread that launches it, or of the one that ends the process
                }
                died = watched.isDead();
                watched.beginAnotherProcess();
                process = process(watched.url());
                check(run, launchedUntilComplete(process, run));
                crashes += died ? 1 : 0;
            }
        } finally {
            process.close();
        }
        System.out.println("step: crashed at each of " + crashes + " statements and commits");
        assertThat(crashes).isGreaterThan(10);
    }

    /** Returns how many executions there are of it at the most. */
    private static int launchedUntilComplete(InProcessBatch process, String run) {
        List<JobRun> rounds = new ArrayList<>();
        while (rounds.isEmpty() || rounds.get(rounds.size() - 1).status() != BatchStatus.COMPLETED) {
            assertThat(rounds).as("executions of %s", run).hasSizeLessThan(4);
            try {
                rounds.add(process.run(JOB.getId(), Map.of("run", run)));
            } catch (LaunchRefusedException e) {
                assertThat(e.refusal().kind()).as(e.getMessage()).isEqualTo(Refusal.Kind.ALREADY_COMPLETE);
                break;
            }
        }
        return rounds.size() + 1;
    }

    // ---- What is to be seen ----------------------------------------------------------------------------------------

    private void awaitDeathOr(Callable<Boolean> done) {
        await().pollInterval(Duration.ofMillis(10)).until(() -> watched.isDead() || done.call());
    }

    /** The others know that it is dead, if it is. */
    private boolean buried(AnotherNode node) throws SQLException {
        boolean dead = watched.isDead();
        watched.killAfter(Integer.MAX_VALUE);
        node.dies(url);
        return dead;
    }

    private boolean ended(String run) throws SQLException {
        return !rows("""
                select e.STATUS from BATCH_JOB_EXECUTION e
                  join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                 where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and e.END_TIME is not null""", run).isEmpty();
    }

    private long over(String run) throws SQLException {
        return number("COMPLETED", run);
    }

    /** How many partitions wait behind their first chunk. */
    private long begun(String run) throws SQLException {
        return Long.parseLong(
                rows(PARTITIONS_OF_RUN + " and s.COMMIT_COUNT = 1", run).get(0));
    }

    private long number(String status, String run) throws SQLException {
        return Long.parseLong(
                rows(PARTITIONS_OF_RUN + " and s.STATUS = ?", run, status).get(0));
    }

    private long taken(String node) throws SQLException {
        return Long.parseLong(rows("select count(*) from REPRISE_WORK where STATE = 'TAKEN' and NODE_ID = ?", node)
                .get(0));
    }

    private static final String PARTITIONS_OF_RUN = """
            select count(*) from BATCH_STEP_EXECUTION s
              join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
             where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and s.REPRISE_PARTITION is not null""";

    private void check(String run, int most) throws SQLException {
        assertThat(rows("select N from WRITTEN where RUN = ? order by N", run))
                .as(run)
                .isEqualTo(IntStream.rangeClosed(1, PARTITIONS * ITEMS)
                        .mapToObj(String::valueOf)
                        .toList());
        List<String> executions = rows("""
                select e.STATUS from BATCH_JOB_EXECUTION e
                  join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                 where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? order by e.JOB_EXECUTION_ID desc""", run);
        assertThat(executions).as(run).startsWith("COMPLETED").hasSizeLessThanOrEqualTo(most);
        assertThat(rows("""
                        select sum(s.WRITE_COUNT) from BATCH_STEP_EXECUTION s
                          join BATCH_JOB_EXECUTION_PARAMS p on p.JOB_EXECUTION_ID = s.JOB_EXECUTION_ID
                         where p.PARAMETER_NAME = 'run' and p.PARAMETER_VALUE = ? and s.REPRISE_PARTITION is null""", run))
                .as("written by the steps of %s", run)
                .containsExactly(String.valueOf(PARTITIONS * ITEMS));
        assertThat(rows("""
                        select STEP_NAME, STATUS from BATCH_STEP_EXECUTION
                         where END_TIME is null or STATUS in ('STARTING', 'STARTED', 'STOPPING')""")).as("left behind by %s", run).isEmpty();
        assertThat(rows("select JOB_EXECUTION_ID from REPRISE_OWNER")).as(run).isEmpty();
        await().untilAsserted(() -> assertThat(rows("select STATE from REPRISE_WORK"))
                .as("work of " + run)
                .isEmpty());
    }

    private List<String> rows(String sql, Object... parameters) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> rows = new ArrayList<>();
            if (statement.execute()) {
                try (ResultSet row = statement.getResultSet()) {
                    while (row.next()) {
                        rows.add(row.getString(1));
                    }
                }
            }
            return rows;
        }
    }
}
