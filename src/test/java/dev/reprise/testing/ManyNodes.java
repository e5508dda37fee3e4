package dev.reprise.testing;

import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.state.Placement;
import dev.reprise.state.StepState;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Partitions on several nodes of one application, each with an engine of its own, in one process. */
abstract class ManyNodes {

    static final int ITEMS = 10;

    /** How many partitions the node of the step runs at a time. */
    static final int SLOTS = Runtime.getRuntime().availableProcessors();

    static final int PARTITIONS = 4 + SLOTS;

    static final Logger LOG = Logger.getLogger("many");

    final Queue<String> written = new ConcurrentLinkedQueue<>();
    InProcessBatch batch;
    String url = "";

    private final Map<String, Gate> gates = new ConcurrentHashMap<>();
    private final List<AnotherNode> others = new ArrayList<>();

    @TempDir
    private Path folder;

    /** Keeps who comes to it until enough have come, or until the test opens it. */
    static final class Gate {

        private final AtomicInteger came = new AtomicInteger();
        private final CountDownLatch open = new CountDownLatch(1);
        private final int enough;

        private Gate(int enough) {
            this.enough = enough;
        }

        private void pass() throws InterruptedException {
            if (came.incrementAndGet() >= enough) {
                open();
            }
            open.await();
        }

        int came() {
            return came.get();
        }

        void awaitSomebody() {
            await().timeout(Patience.GUARD).until(() -> came() > 0);
        }

        void awaitExactly(int count) {
            await().timeout(Patience.GUARD).until(() -> came() == count);
        }

        void open() {
            open.countDown();
        }
    }

    /**
     * A job that runs, with partitions that do not go on.
     *
     * @param gate where they are stuck
     * @param other the node that runs some of its partitions, beside that of the step
     */
    record Stuck(Gate gate, AnotherNode other, CompletableFuture<JobRun> run) {}

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
            Gate gate = gates.get(node + " after " + read);
            if (gate != null) {
                gate.pass();
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
            Gate gate = gates.get(node + " calls");
            if (gate != null) {
                gate.pass();
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
        gates.values().forEach(Gate::open);
        others.forEach(AnotherNode::close);
        batch.close();
    }

    final AnotherNode other(String name, int slots, Job job) {
        return other(name, new Capacity(slots, Set.of()), job);
    }

    final AnotherNode other(String name, Capacity capacity, Job job) {
        AnotherNode other = new AnotherNode(
                url,
                name,
                capacity,
                folder.resolve(name),
                Map.of("reader", () -> new Reader(name), "writer", Writer::new, "batchlet", () -> new Call(name)));
        others.add(other);
        return other.with(job);
    }

    final Job job() {
        return job(PARTITIONS, null);
    }

    /**
     * @param atOnce how many of the partitions may run at a time
     * @param group of the nodes that may run them; null: all
     */
    final Job job(int atOnce, @Nullable String group) {
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

    final List<String> all() {
        return IntStream.range(0, PARTITIONS)
                .boxed()
                .flatMap(p -> IntStream.rangeClosed(1, ITEMS).mapToObj(i -> "p" + p + "/" + i))
                .toList();
    }

    final CompletableFuture<JobRun> run(Job job) {
        return CompletableFuture.supplyAsync(() -> batch.run(job.getId()));
    }

    final long executionOf(Job job) {
        return batch.operator().getRunningExecutions(job.getId()).get(0);
    }

    final List<StepState> partitions(Job job) {
        return batch.repository().recorded().steps(executionOf(job)).get(0).partitions();
    }

    static Placement placement(StepState partition) {
        return Objects.requireNonNull(partition.placement());
    }

    /**
     * One that only the test opens.
     *
     * @param places of nodes, as {@code node-1 after 6} items
     */
    final Gate gate(String... places) {
        return gate(Integer.MAX_VALUE, places);
    }

    private Gate gate(int enough, String... places) {
        Gate gate = new Gate(enough);
        for (String place : places) {
            gates.put(place, gate);
        }
        return gate;
    }

    /** None goes on before so many have begun, on two nodes. */
    final void beginTogether(int atOnce) {
        gate(atOnce, "node-1 after 0", "node-2 after 0");
    }

    /** Partitions of another node do not go on after two chunks, while this one does. */
    final Stuck stuckElsewhere(Job job, int slots) {
        Gate gate = gate("node-2 after 6");
        beginTogether(SLOTS + 1);
        AnotherNode other = other("node-2", slots, job).begin();
        CompletableFuture<JobRun> run = run(job);
        gate.awaitSomebody();
        return new Stuck(gate, other, run);
    }

    /** As many partitions as this node runs at a time do not go on after two chunks, nor does one of another node. */
    final Stuck stuckEverywhere(Job job) {
        Gate gate = gate("node-1 after 6", "node-2 after 6");
        AnotherNode other = other("node-2", 1, job).begin();
        CompletableFuture<JobRun> run = run(job);
        gate.awaitExactly(SLOTS + 1);
        return new Stuck(gate, other, run);
    }

    final String rows() throws SQLException {
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
}
