package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.state.NodeState;
import dev.reprise.state.Placement;
import dev.reprise.state.StepState;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions on several nodes of one application, each with an engine of its own, in one process. */
class ManyNodesTest {

    private static final int ITEMS = 10;
    private static final int PARTITIONS = 4 + Runtime.getRuntime().availableProcessors();

    private static final Logger LOG = Logger.getLogger("many");

    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Queue<String> written = new ConcurrentLinkedQueue<>();
    private InProcessBatch batch;
    private final List<AnotherNode> others = new ArrayList<>();
    private String url = "";

    @TempDir
    private Path folder;

    /** Reads 1 to {@value #ITEMS}. */
    public final class Reader extends AbstractItemReader {

        @Inject
        @BatchProperty
        private String partition;

        private final String node;
        private int read;

        Reader(String node) {
            this.node = node;
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            read = checkpoint == null ? 0 : (Integer) checkpoint;
            LOG.info(node + " opens " + partition);
        }

        @Override
        public @Nullable Object readItem() throws InterruptedException {
            CountDownLatch gate = gates.get(node + " after " + read);
            if (gate != null) {
                gate.countDown();
                gate.await();
            }
            return read == ITEMS ? null : partition + "/" + ++read;
        }

        @Override
        public Serializable checkpointInfo() {
            return read;
        }
    }

    /** Says when it is called. */
    public final class Call extends AbstractBatchlet {

        private final String node;

        Call(String node) {
            this.node = node;
        }

        @Override
        public String process() throws InterruptedException {
            CountDownLatch gate = gates.get(node + " calls");
            if (gate != null) {
                gate.countDown();
                gate.await();
            }
            return "called";
        }
    }

    /** Writes into memory. */
    public final class Writer extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {
            items.forEach(item -> written.add((String) item));
        }
    }

    @BeforeEach
    void open() {
        url = PostgresServer.emptySchemaUrl();
        batch = InProcessBatch.builder()
                .database(url)
                .threads(20)
                .artifact("reader", () -> new Reader("node-1"))
                .artifact("writer", Writer::new)
                .artifact("batchlet", () -> new Call("node-1"))
                .build()
                .open();
    }

    @AfterEach
    void close() {
        gates.values().forEach(gate -> IntStream.range(0, 1000).forEach(i -> gate.countDown()));
        others.forEach(other -> {
            other.close();
        });
        batch.close();
    }

    private AnotherNode other(String name, int slots, Job job) {
        return other(name, new Capacity(slots, Set.of()), job);
    }

    private AnotherNode other(String name, Capacity capacity, Job job) {
        AnotherNode other = new AnotherNode(
                url,
                name,
                capacity,
                folder.resolve(name),
                Map.of("reader", () -> new Reader(name), "writer", Writer::new, "batchlet", () -> new Call(name)));
        others.add(other);
        other.engine.define(job);
        return other;
    }

    private Job job() {
        return job(PARTITIONS, null);
    }

    /**
     * @param atOnce how many of the partitions may run at a time
     * @param group of the nodes that may run them; null: all
     */
    private Job job(int atOnce, @Nullable String group) {
        Properties[] plan = IntStream.range(0, PARTITIONS)
                .mapToObj(i -> {
                    Properties properties = new Properties();
                    properties.setProperty("partition", "p" + i);
                    return properties;
                })
                .toArray(Properties[]::new);
        StepBuilder step = new StepBuilder("load");
        if (group != null) {
            step.property("reprise.partitions.group", group);
        }
        Job job = new JobBuilder("many-" + UUID.randomUUID())
                .step(step.property("reprise.partitions", "distributed")
                        .property("reprise.partitions.max", String.valueOf(atOnce))
                        .reader("reader", new String[] {"partition", "#{partitionPlan['partition']}"})
                        .writer("writer")
                        .itemCount(3)
                        .partitionPlan(PARTITIONS, PARTITIONS, List.of(plan))
                        .build())
                .build();
        batch.define(job);
        return job;
    }

    private List<String> all() {
        return IntStream.range(0, PARTITIONS)
                .boxed()
                .flatMap(p -> IntStream.rangeClosed(1, ITEMS).mapToObj(i -> "p" + p + "/" + i))
                .toList();
    }

    /** None goes on before more have begun than one node runs at a time. */
    private void bothBegin() {
        CountDownLatch together = new CountDownLatch(1 + Runtime.getRuntime().availableProcessors());
        gates.put("node-1 after 0", together);
        gates.put("node-2 after 0", together);
    }

    @Test
    void runAtTheSameTime() throws Exception {
        Job job = job();
        int atOnce = 2 + Runtime.getRuntime().availableProcessors();
        CountDownLatch together = new CountDownLatch(atOnce);
        gates.put("node-1 after 0", together);
        gates.put("node-2 after 0", together);
        other("node-2", 2, job).begin();

        JobRun run = batch.run(job.getId());

        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
        assertThat(run.step("load").counts().written()).isEqualTo((long) PARTITIONS * ITEMS);
    }

    /** As many run as there is room for, one more may, and the rest have not got their turn. */
    @Test
    void sayWhereTheyAre() throws Exception {
        int run = 1 + Runtime.getRuntime().availableProcessors();
        Job job = job(run + 1, null);
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("node-1 after 6", stuck);
        gates.put("node-2 after 6", stuck);
        other("node-2", 1, job).begin();
        CompletableFuture<JobRun> running = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() == 1000 - run);

        List<StepState> meanwhile = partitions(job);
        Map<String, Integer> taken = batch.repository().neighbours().seen().nodes().stream()
                .collect(Collectors.toMap(NodeState::name, NodeState::partitions));
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());
        List<StepState> after = running.get().step("load").partitions();

        Map<Placement.Wait, List<StepState>> waiting = meanwhile.stream()
                .filter(its -> placement(its).waits() != null)
                .collect(Collectors.groupingBy(
                        its -> Objects.requireNonNull(placement(its).waits())));
        assertThat(waiting.get(Placement.Wait.READY)).hasSize(1);
        assertThat(waiting.get(Placement.Wait.PLANNED)).hasSize(PARTITIONS - run - 1);
        assertThat(waiting.values().stream().flatMap(List::stream))
                .allMatch(its -> its.started() == null
                        && placement(its).node() == null
                        && placement(its).committed() == null);
        List<StepState> placed =
                meanwhile.stream().filter(its -> placement(its).waits() == null).toList();
        assertThat(placed).hasSize(run).allSatisfy(its -> {
            assertThat(placement(its).nodesDied()).isZero();
            assertThat(placement(its).earlier()).isEmpty();
            assertThat(placement(its).committed()).isAfterOrEqualTo(its.started());
        });
        assertThat(placed.stream().map(its -> placement(its).node()))
                .containsOnlyOnce("node-2")
                .contains("this-process");
        assertThat(taken).isEqualTo(Map.of("this-process", run - 1, "node-2", 1));
        assertThat(after).hasSize(PARTITIONS).allSatisfy(its -> {
            assertThat(placement(its).waits()).isNull();
            assertThat(placement(its).node()).isIn("this-process", "node-2");
            assertThat(placement(its).committed()).isBetween(its.started(), its.ended());
        });
    }

    private List<StepState> partitions(Job job) {
        long execution = batch.operator().getRunningExecutions(job.getId()).get(0);
        return batch.repository().recorded().steps(execution).get(0).partitions();
    }

    private static Placement placement(StepState partition) {
        return Objects.requireNonNull(partition.placement());
    }

    @Test
    void haveTheirPartOfTheLogWhereTheyRan() throws Exception {
        Job job = job();
        bothBegin();
        AnotherNode two = other("node-2", 1, job);
        two.begin();

        LOG.setLevel(Level.INFO);
        JobRun run;
        try {
            run = batch.run(job.getId());
        } finally {
            LOG.setLevel(null);
        }

        await().timeout(Patience.GUARD)
                .until(() ->
                        two.logs.last(run.executionId(), 1000).orElseThrow().complete());
        ExecutionLogs.Part part = two.logs.last(run.executionId(), 1000).orElseThrow();
        assertThat(run.step("load").partitions())
                .filteredOn(its -> "node-2".equals(placement(its).node()))
                .isNotEmpty()
                .allSatisfy(its -> assertThat(part.text())
                        .contains("node-2 opens " + its.name().replace("load:partition", "p")));
    }

    /** What they did before counts, and so does when they began. */
    @Test
    void sayWhoDiedOfThem() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        AnotherNode dying = other("node-2", 2, job);
        gates.put("node-2 after 6", stuck);
        bothBegin();
        dying.begin();
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() < 1000);
        Map<String, Instant> before = partitions(job).stream()
                .filter(its -> "node-2".equals(placement(its).node()))
                .filter(its -> placement(its).committed() != null)
                .collect(Collectors.toMap(StepState::name, its -> Objects.requireNonNull(its.started())));
        dying.dies(url);
        other("node-3", PARTITIONS, job).begin();
        JobRun ended = run.get();
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());

        assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(before).isNotEmpty();
        assertThat(ended.step("load").partitions())
                .filteredOn(its -> before.containsKey(its.name()))
                .allSatisfy(its -> {
                    assertThat(placement(its).nodesDied()).isEqualTo(1);
                    assertThat(placement(its).earlier()).containsExactly("node-2");
                    assertThat(placement(its).node()).isIn("this-process", "node-3");
                    assertThat(its.started()).isEqualTo(before.get(its.name()));
                });
    }

    @Test
    void runOnNodesOfTheGroupThatTheyWant() {
        Job job = job(PARTITIONS, "large");
        other("small", new Capacity(PARTITIONS, Set.of("small", "larger")), job).begin();
        other("large", new Capacity(1, Set.of("nearby", "large")), job).begin();

        JobRun run = batch.run(job.getId());

        assertThat(run.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(run.step("load").partitions())
                .hasSize(PARTITIONS)
                .allSatisfy(partition -> assertThat(placement(partition).node()).isEqualTo("large"));
    }

    /** Whatever runs here takes the node with it, so it is not tried for ever. */
    @Test
    void areGivenUpWhenThreeNodesHaveDiedOfThem() throws Exception {
        Job job = job(1, "frail");
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        for (int death = 1; death <= 3; death++) {
            CountDownLatch stuck = new CountDownLatch(1000);
            gates.put("frail-" + death + " after 3", stuck);
            AnotherNode dying = other("frail-" + death, new Capacity(1, Set.of("frail")), job);
            dying.begin();
            await().timeout(Patience.GUARD).until(() -> stuck.getCount() < 1000);
            dying.dies(url);
        }
        other("sound", new Capacity(1, Set.of("frail")), job).begin();

        JobRun ended = run.get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.FAILED);
        assertThat(ended.step("load").partitions())
                .filteredOn(partition -> partition.status() == BatchStatus.FAILED)
                .singleElement()
                .satisfies(partition -> assertThat(partition.failure())
                        .contains("It does not go on elsewhere: 3 nodes died while they ran it, so it may be why."));
    }

    @Test
    void areLeftToAPersonIfTheyAreBatchlets() throws Exception {
        Job job = new JobBuilder("many-" + UUID.randomUUID())
                .step(new StepBuilder("call")
                        .property("reprise.partitions", "distributed")
                        .property("reprise.partitions.group", "frail")
                        .batchlet("batchlet")
                        .partitionPlan(2, 1, List.of())
                        .build())
                .build();
        batch.define(job);
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("frail calls", stuck);
        AnotherNode dying = other("frail", new Capacity(1, Set.of("frail")), job);
        dying.begin();
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() < 1000);
        dying.dies(url);
        other("sound", new Capacity(1, Set.of("frail")), job).begin();

        JobRun ended = run.get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.FAILED);
        assertThat(ended.step("call").partitions())
                .extracting(partition ->
                        partition.status() + " " + placement(partition).node())
                .containsExactly("FAILED frail", "COMPLETED sound");
        assertThat(ended.step("call").partitions().get(0).failure()).contains("It does not go on elsewhere: ");
    }

    @Test
    void goOnWhereADeadNodeWasInTheSameExecution() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        AnotherNode dying = other("node-2", PARTITIONS, job);
        gates.put("node-2 after 6", stuck);
        bothBegin();
        dying.begin();
        Thread running = new Thread(() -> {
            JobRun run = batch.run(job.getId());
            written.add("run " + run.status() + " " + run.step("load").counts().written());
        });
        running.start();
        await().timeout(Patience.GUARD)
                .until(() -> stuck.getCount() < 1000
                        && written.size() + 4 * (1000 - stuck.getCount()) == (long) PARTITIONS * ITEMS);
        dying.dies(url);
        AnotherNode living = other("node-3", PARTITIONS, job);
        living.begin();
        await().timeout(Patience.GUARD).until(() -> written.stream().anyMatch(line -> line.startsWith("run")));
        List<String> result = List.copyOf(written);
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());
        running.join();

        assertThat(result).contains("run COMPLETED " + PARTITIONS * ITEMS).containsAll(all());
    }

    /** Its thread wakes after another node has gone on. */
    @Test
    void recordNothingWhereTheyWereLost() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("node-2 after 6", stuck);
        bothBegin();
        AnotherNode dying = other("node-2", PARTITIONS, job);
        dying.begin();
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() < 1000);
        dying.dies(url);
        other("node-3", PARTITIONS, job).begin();
        JobRun ended = run.get();
        String before = rows();
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());
        await().timeout(Patience.GUARD)
                .until(() -> dying.repository.running().partitions().isEmpty());

        assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(rows()).isEqualTo(before).doesNotContain("node-2 1");
    }

    private String rows() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select string_agg(STEP_NAME || ' ' || STATUS || ' ' || VERSION || ' ' || WRITE_COUNT || ' ' ||
                                          coalesce(REPRISE_NODE, '') || ' ' || coalesce(REPRISE_ATTEMPT, -1), ', ' order by 1)
                          from (select * from BATCH_STEP_EXECUTION order by STEP_EXECUTION_ID) s""")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Half of them run on two nodes, the others wait: all end, and a restart goes on with all. */
    @Test
    void stopWhereverTheyAre() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("node-1 after 6", stuck);
        gates.put("node-2 after 6", stuck);
        other("node-2", 1, job).begin();
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        int atOnce = 1 + Runtime.getRuntime().availableProcessors();
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() == 1000 - atOnce);
        batch.operator().stop(batch.operator().getRunningExecutions(job.getId()).get(0));
        await().timeout(Patience.GUARD).until(() -> !rows().matches(".*partition[0-9]+ START.*"));
        gates.clear();
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());
        JobRun stopped = run.get();
        JobRun restarted = batch.run(job.getId());

        assertThat(stopped.status()).as(stopped.toString()).isEqualTo(BatchStatus.STOPPED);
        assertThat(stopped.step("load").partitions())
                .hasSize(PARTITIONS)
                .allMatch(its -> its.status() == BatchStatus.STOPPED);
        assertThat(restarted.status()).as(restarted.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
    }

    /** The node that runs the step hears of the stop from its partitions alone. */
    @Test
    void stopTheirJobWhicheverNodeIsAsked() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("node-1 after 6", stuck);
        gates.put("node-2 after 6", stuck);
        AnotherNode asked = other("node-2", 1, job);
        asked.begin();
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        int atOnce = 1 + Runtime.getRuntime().availableProcessors();
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() == 1000 - atOnce);
        asked.engine.stop(batch.operator().getRunningExecutions(job.getId()).get(0));
        gates.clear();
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());
        JobRun stopped = run.get();
        JobRun restarted = batch.run(job.getId());

        assertThat(stopped.status()).as(stopped.toString()).isEqualTo(BatchStatus.STOPPED);
        assertThat(restarted.status()).as(restarted.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
    }

    /** The same, without that anybody wanted it: another node goes on in the same execution. */
    @Test
    void goOnElsewhereWhenTheirServerStops() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("node-2 after 6", stuck);
        bothBegin();
        AnotherNode stopping = other("node-2", 2, job);
        stopping.begin();
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() < 1000);
        stopping.watch.close();
        stopping.repository.thisNode().suspend();
        boolean over = stopping.repository.thisNode().awaitEnds(Duration.ZERO);
        other("node-3", 2, job).begin();
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());
        JobRun ended = run.get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
        assertThat(rows()).doesNotContain("node-2 1");
        assertThat(over).as("a node is not gone before what it runs for others").isFalse();
        assertThat(stopping.repository.thisNode().awaitEnds(Patience.GUARD)).isTrue();
    }

    /** Their chunks take longer than the server waits for them. */
    @Test
    void goOnElsewhereWhenTheirServerInterruptsThem() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("node-2 after 6", stuck);
        bothBegin();
        AnotherNode stopping = other("node-2", 2, job);
        stopping.begin();
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() == 998);
        stopping.watch.close();
        stopping.repository.thisNode().suspend();
        stopping.engine.close();
        other("node-3", 2, job).begin();
        JobRun ended = run.get();

        assertThat(ended.status()).as(ended.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(written).containsExactlyInAnyOrderElementsOf(all());
        assertThat(rows()).doesNotContain("node-2 1");
    }

    /** As where the answer to the claim was lost, or nothing could begin: nobody would end it. */
    @Test
    void stopThoughNoThreadRunsThem() throws Exception {
        Job job = job();
        CountDownLatch stuck = new CountDownLatch(1000);
        gates.put("node-1 after 6", stuck);
        CompletableFuture<JobRun> run = CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
        int atOnce = Runtime.getRuntime().availableProcessors();
        await().timeout(Patience.GUARD).until(() -> stuck.getCount() == 1000 - atOnce);
        AnotherNode idle = other("node-2", PARTITIONS, job);
        execute("update REPRISE_WORK set STATE = 'TAKEN', NODE_ID = 'node-2', INCARNATION = "
                + idle.identity.incarnation() + " where STATE = 'READY'");
        execute("update BATCH_STEP_EXECUTION set STATUS = 'STARTED', VERSION = VERSION + 1 where STATUS = 'STARTING'");
        batch.operator().stop(batch.operator().getRunningExecutions(job.getId()).get(0));
        await().timeout(Patience.GUARD).until(() -> !rows().matches(".*partition[0-9]+ START.*"));
        idle.begin();
        gates.clear();
        IntStream.range(0, 1000).forEach(i -> stuck.countDown());
        JobRun stopped = run.get();

        assertThat(stopped.status()).as(stopped.toString()).isEqualTo(BatchStatus.STOPPED);
        assertThat(stopped.step("load").partitions())
                .hasSize(PARTITIONS)
                .allMatch(its -> its.status() == BatchStatus.STOPPED);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
