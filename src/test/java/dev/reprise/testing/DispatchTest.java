package dev.reprise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.PostgresServer;
import dev.reprise.access.Access;
import dev.reprise.access.Caller;
import dev.reprise.database.WatchedDatabase;
import dev.reprise.internal.engine.Capacity;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.DueRestart;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.context.JobContext;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executions that any node may run, on nodes with an engine each, in one process; the first one has threads for two jobs. */
class DispatchTest {

    private final Queue<String> ran = new ConcurrentLinkedQueue<>();
    private final CountDownLatch busy = new CountDownLatch(1);
    private final List<AnotherNode> others = new ArrayList<>();
    private InProcessBatch batch;
    private String url = "";

    @TempDir
    private Path folder;

    /** Notes where it runs. */
    public final class Here extends AbstractBatchlet {

        private final String node;

        @Inject
        private JobContext job;

        @Inject
        @BatchProperty
        private @Nullable String password;

        Here(String node) {
            this.node = node;
        }

        @Override
        public String process() {
            ran.add(job.getExecutionId() + " on " + node + (password == null ? "" : " with " + password));
            return "DONE";
        }
    }

    /** Keeps its thread until the test lets it go. */
    public final class Blocked extends AbstractBatchlet {
        @Override
        public String process() throws InterruptedException {
            busy.await();
            return "DONE";
        }
    }

    /** Notes what it writes, and where. */
    public final class Writer extends AbstractItemWriter {

        private final String node;

        Writer(String node) {
            this.node = node;
        }

        @Override
        public void writeItems(List<Object> items) {
            items.forEach(item -> ran.add(item + " on " + node));
        }
    }

    @BeforeEach
    void open() throws SQLException {
        var postgres = PostgresServer.emptySchema();
        url = postgres.getUrl() + "&user=" + postgres.getUser();
        InProcessBatch.Builder builder = InProcessBatch.builder().database(url).threads(3);
        artifacts("node-1").forEach(builder::artifact);
        batch = builder.build().open();
    }

    private Map<String, Supplier<?>> artifacts(String node) {
        return Map.of(
                "here",
                () -> new Here(node),
                "blocked",
                Blocked::new,
                "reader",
                RangeReader::new,
                "writer",
                () -> new Writer(node));
    }

    @AfterEach
    void close() {
        busy.countDown();
        others.forEach(AnotherNode::close);
        batch.close();
    }

    private AnotherNode other(String name, Job... jobs) {
        AnotherNode other =
                new AnotherNode(url, name, new Capacity(4, Set.of()), folder.resolve(name), artifacts(name));
        others.add(other);
        for (Job job : jobs) {
            other.with(job);
        }
        return other;
    }

    private Job job() {
        return job("job-" + UUID.randomUUID(), "here");
    }

    private Job job(String name, String batchlet) {
        Job job = new JobBuilder(name)
                .step(new StepBuilder("work").batchlet(batchlet).build())
                .build();
        batch.define(job);
        return job;
    }

    /** Both of its jobs' threads. */
    private void keepNodeOneBusy() {
        for (int i = 0; i < 2; i++) {
            batch.launcher()
                    .start(job("blocked-" + UUID.randomUUID(), "blocked").getId(), Map.of());
        }
        await().timeout(Patience.GUARD)
                .until(() -> rows("select STATUS from BATCH_JOB_EXECUTION where STATUS = 'STARTED'")
                                .size()
                        == 2);
    }

    private JobExecution dispatch(Job job, String... parameter) {
        LaunchRequest request = LaunchRequest.of(job.getId()).onAnyNode();
        return batch.launcher().start(parameter.length == 0 ? request : request.with(parameter[0], parameter[1]));
    }

    private List<String> rows(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.add(String.valueOf(row.getString(i)));
                }
                rows.add(String.join("|", columns));
            }
        }
        return rows;
    }

    private String row(long executionId) throws SQLException {
        return rows("select e.STATUS, e.REPRISE_NODE, o.NODE_ID from BATCH_JOB_EXECUTION e"
                        + " left join REPRISE_OWNER o on o.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID"
                        + " where e.JOB_EXECUTION_ID = " + executionId)
                .get(0);
    }

    @Test
    void areRunByANodeThatHasAThread() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        JobExecution launched = dispatch(job, "month", "2001-01");
        long id = launched.getExecutionId();

        assertThat(launched.getBatchStatus()).isEqualTo(BatchStatus.STARTING);
        assertThat(row(id)).isEqualTo("STARTING|null|");
        ExecutionState seen = batch.repository().history().execution(id).orElseThrow();
        assertThat(seen.owned()).isTrue();
        assertThat(seen.node()).isNull();

        AnotherNode other = other("node-2", job);
        other.lookAtDispatched();
        JobRun run = batch.await(id);

        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ran).containsExactly(id + " on node-2");
        assertThat(row(id)).isEqualTo("COMPLETED|node-2|null");
        assertThat(other.names).containsExactly("null");
        assertThat(rows("select PARAMETER_NAME, PARAMETER_VALUE from BATCH_JOB_EXECUTION_PARAMS"))
                .containsExactly("month|2001-01");
    }

    /** Who has no thread now takes it when it gets one; nothing waits on a node. */
    @Test
    void areRunByTheFirstNodeThatGetsAThread() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        AnotherNode other = other("node-2", job);
        Set<Long> ids = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
            ids.add(dispatch(job, "month", "2001-0" + i).getExecutionId());
        }
        other.repository.thisNode().suspend();
        other.lookAtDispatched();
        assertThat(rows("select NODE_ID from REPRISE_OWNER where NODE_ID <> 'this-process'"))
                .containsExactly("", "", "", "", "");
        busy.countDown();
        ids.forEach(batch::await);

        assertThat(ran)
                .containsExactlyInAnyOrderElementsOf(
                        ids.stream().map(id -> id + " on node-1").toList());
    }

    /** All look at once, again and again, while executions come. */
    @Test
    void runOnceHoweverManyWantThem() throws Exception {
        Job job = job();
        keepNodeOneBusy();
        for (int i = 0; i < 16; i++) {
            other("taker-" + i, job);
        }
        Set<Long> ids = new TreeSet<>();
        for (int round = 0; round < 20; round++) {
            ids.add(dispatch(job, "round", String.valueOf(round)).getExecutionId());
            CyclicBarrier together = new CyclicBarrier(others.size());
            List<Thread> lookers = others.stream()
                    .map(other -> new Thread(() -> {
                        try {
                            together.await();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        other.lookAtDispatched();
                    }))
                    .toList();
            lookers.forEach(Thread::start);
            for (Thread looker : lookers) {
                looker.join();
            }
        }
        ids.forEach(batch::await);

        assertThat(ran.stream().map(line -> Long.valueOf(line.substring(0, line.indexOf(' ')))))
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(
                        rows(
                                "select STATUS, count(*) from BATCH_JOB_EXECUTION where REPRISE_NODE <> 'this-process' group by 1"))
                .containsExactly("COMPLETED|20");
    }

    @Test
    void endAtOnceWhenTheyAreStoppedBeforeANodeHasThem() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        long id = dispatch(job).getExecutionId();
        assertThatThrownBy(() -> batch.operator().abandon(id)).isInstanceOf(JobExecutionIsRunningException.class);
        batch.operator().stop(id);

        assertThat(row(id)).isEqualTo("STOPPED|null|null");
        assertThat(rows(
                        "select EXIT_CODE, EXIT_MESSAGE, END_TIME is null from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = "
                                + id))
                .containsExactly("STOPPED|It was stopped before any node had taken it.|f");
        other("node-2", job).lookAtDispatched();
        JobExecution again = dispatch(job);
        others.get(0).lookAtDispatched();
        assertThat(batch.await(again.getExecutionId()).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ran).containsExactly(again.getExecutionId() + " on node-2");
    }

    @Test
    void canBeAbandonedOnceTheyAreStopped() {
        Job job = job();
        keepNodeOneBusy();
        long id = dispatch(job).getExecutionId();
        batch.operator().stop(id);
        batch.operator().abandon(id);

        assertThat(batch.operator().getJobExecution(id).getBatchStatus()).isEqualTo(BatchStatus.ABANDONED);
        assertThatThrownBy(() -> dispatch(job)).hasMessageContaining("was abandoned");
    }

    @Test
    void areRunningForWhoLaunchesThemAgain() {
        Job job = job();
        keepNodeOneBusy();
        dispatch(job, "month", "2001-01");
        long id = dispatch(job, "month", "2001-02").getExecutionId();
        LaunchRequest again = LaunchRequest.of(job.getId()).with("month", "2001-02");
        LaunchDecision decision = batch.launcher().explain(again);

        assertThat(decision).isInstanceOf(Refusal.class);
        assertThat(((Refusal) decision).kind()).isEqualTo(Refusal.Kind.ALREADY_RUNNING);
        assertThat(((Refusal) decision).node()).isNull();
        assertThat(decision.message())
                .isEqualTo(job.getId() + "[month=2001-02] is launched already (execution " + id
                        + ") and waits for a node, at place 2 of those that do: the first one takes it that has a free"
                        + " thread and the definition that was launched. Wait for it, or stop it first.");
        assertThatThrownBy(() -> batch.launcher().start(again))
                .isInstanceOf(LaunchRefusedException.class)
                .hasMessage(decision.message());
        assertThat(batch.launcher().start(again.attaching()).getExecutionId()).isEqualTo(id);
    }

    @Test
    void outliveTheNodeThatLaunchedThem() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        long id = dispatch(job).getExecutionId();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("update REPRISE_NODE set HEARTBEAT_AT = null");
        }
        AnotherNode other = other("node-2", job);

        assertThat(other.repository.thisNode().takeOverFromTheDead()).isEqualTo(2); // what it ran
        assertThat(row(id)).isEqualTo("STARTING|null|");
        other.lookAtDispatched();
        batch.await(id);
        assertThat(ran).containsExactly(id + " on node-2");
    }

    /** As every execution of a dead node that has not begun. */
    @Test
    void areRestartedWhereTheNodeDiedThatHadTakenThem() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        long id = dispatch(job).getExecutionId();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            AnotherNode dying = other("node-2", job);
            statement.execute("update REPRISE_OWNER set NODE_ID = 'node-2', INCARNATION = "
                    + dying.identity.incarnation() + " where JOB_EXECUTION_ID = " + id);
            dying.dies(url);
        }
        AnotherNode living = other("node-3", job);

        assertThat(living.repository.thisNode().takeOverFromTheDead()).isEqualTo(1);
        assertThat(row(id)).startsWith("FAILED|");
        assertThat(living.repository.thisNode().claimRestarts())
                .extracting(DueRestart::executionId)
                .containsExactly(id);
    }

    @Test
    void waitForANodeThatHasTheirDefinition() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        AnotherNode newer = other(
                "newer",
                new JobBuilder(job.getId())
                        .step(new StepBuilder("more").batchlet("here").build())
                        .build());
        AnotherNode without = other("without");
        long id = dispatch(job).getExecutionId();
        newer.lookAtDispatched();
        without.lookAtDispatched();

        assertThat(row(id)).isEqualTo("STARTING|null|");
        other("node-2", job).lookAtDispatched();
        batch.await(id);
        assertThat(ran).containsExactly(id + " on node-2");
    }

    @Test
    void goOnAtTheCheckpointWhenTheyAreRestarts() throws SQLException {
        Job job = new JobBuilder("job-" + UUID.randomUUID())
                .step(new StepBuilder("copy")
                        .reader("reader", new String[] {"first", "1"}, new String[] {"last", "10"})
                        .writer("writer")
                        .itemCount(2)
                        .build())
                .build();
        batch.define(job);
        batch.failAt("copy", 6);
        assertThat(batch.run(job.getId()).status()).isEqualTo(BatchStatus.FAILED);
        ran.clear();
        keepNodeOneBusy();
        AnotherNode other = other("node-2", job);
        long id = dispatch(job).getExecutionId();
        assertThat(row(id)).isEqualTo("STARTING|null|");
        other.lookAtDispatched();
        JobRun run = batch.await(id);

        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ran)
                .containsExactlyElementsOf(IntStream.rangeClosed(5, 10)
                        .mapToObj(i -> i + " on node-2")
                        .toList());
        assertThat(run.step("copy").counts().written()).isEqualTo(6);
    }

    /** One that has no key leaves them; the other one runs them with their values. */
    @Test
    void waitForANodeThatCanOpenTheirSecrets() throws SQLException {
        Job job = new JobBuilder("dispatched-with-a-secret")
                .step(new StepBuilder("work")
                        .batchlet("here", new String[] {"password", "#{jobParameters['password']}"})
                        .build())
                .build();
        batch.define(job);
        keepNodeOneBusy();
        AnotherNode other = other("node-2", job);
        long id = batch.launcher()
                .start(LaunchRequest.of(job.getId())
                        .with("password", "swordfish")
                        .onAnyNode())
                .getExecutionId();
        Job without = job();
        other.with(without);
        long behind = dispatch(without).getExecutionId();
        other.lookAtDispatched();
        batch.await(behind);
        assertThat(row(id)).isEqualTo("STARTING|null|");
        busy.countDown();
        JobRun run = batch.await(id);

        assertThat(run.status()).as(run.toString()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ran).containsExactly(behind + " on node-2", id + " on node-1 with swordfish");
        assertThat(rows("select PARAMETER_VALUE from BATCH_JOB_EXECUTION_PARAMS")
                        .toString())
                .doesNotContain("swordfish");
    }

    /** Nobody else may ever be able to. */
    @Test
    void areTriedAgainByANodeThatCouldNotRunThemOnce() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        String direct = url;
        WatchedDatabase watched = WatchedDatabase.of(url);
        url = watched.url();
        AnotherNode other = other("node-2", job);
        url = direct;
        long id = dispatch(job).getExecutionId();
        watched.fail(1, "where e\\.JOB_EXECUTION_ID = \\?");
        other.lookAtDispatched();
        await().timeout(Patience.GUARD).until(() -> watched.failures() == 1);
        assertThat(row(id)).isEqualTo("STARTING|null|");
        other.repository.running().partitions().reported();
        other.lookAtDispatched();

        assertThat(batch.await(id).status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ran).containsExactly(id + " on node-2");
    }

    /** Who launched them is who they run as, and is told to the server's security. */
    @Test
    void runInTheNameOfWhoLaunchedThem() throws SQLException {
        Job job = job();
        keepNodeOneBusy();
        AnotherNode other = other("node-2", job);
        long id = Access.as(
                        Caller.of("alice", null, role -> true),
                        () -> batch.launcher()
                                .start(LaunchRequest.of(job.getId()).onAnyNode()))
                .getExecutionId();
        other.lookAtDispatched();
        batch.await(id);

        assertThat(other.names).containsExactly("alice");
        assertThat(batch.launcher().submitterOf(id)).contains("alice");
        assertThat(ran).containsExactly(id + " on node-2");
    }

    @Test
    void areNotTakenByANodeThatStops() throws Exception {
        Job job = job();
        keepNodeOneBusy();
        AnotherNode stopping = other("node-2", job);
        long id = dispatch(job).getExecutionId();
        stopping.down();
        stopping.lookAtDispatched();
        AnotherNode suspended = other("node-3", job);
        suspended.repository.thisNode().suspend();
        suspended.lookAtDispatched();
        stopping.drain();
        suspended.drain();

        assertThat(row(id)).isEqualTo("STARTING|null|");
    }

    /** Who is about to take it and who stops it want the same row: one has it, and it ends in either way. */
    @Test
    void stopOrRunButNeverBoth() throws Exception {
        Job job = job();
        keepNodeOneBusy();
        AnotherNode other = other("node-2", job);
        for (int round = 0; round < 30; round++) {
            long id = dispatch(job, "round", String.valueOf(round)).getExecutionId();
            Thread looker = new Thread(other::lookAtDispatched);
            looker.start();
            batch.launcher().execution(id);
            try {
                batch.operator().stop(id);
            } catch (JobExecutionNotRunningException over) {
                // it was quicker
            }
            looker.join();
            BatchStatus status = batch.await(id).status();
            boolean here = row(id).contains("node-2");

            assertThat(row(id)).endsWith("|null"); // nobody owns it
            assertThat(status).isIn(BatchStatus.STOPPED, BatchStatus.COMPLETED);
            if (!here) {
                assertThat(status).isEqualTo(BatchStatus.STOPPED);
                assertThat(ran).doesNotContain(id + " on node-2");
            }
        }
    }

    @Test
    void areToldOfBefore() {
        Job job = job();
        LaunchRequest request = LaunchRequest.of(job.getId()).onAnyNode();

        assertThat(batch.launcher().explain(request).message())
                .isEqualTo(job.getId()
                        + "[] never ran. It would start. It would wait for the first node that has a thread for it.");
        assertThat(batch.launcher().explain(request.with("reprise.dispatch", "maybe")))
                .isInstanceOf(Refusal.class);
        assertThat(batch.run(request).status()).isEqualTo(BatchStatus.COMPLETED);
    }

    @Test
    void areRefusedWhereTheyCannotBeDispatched() {
        Job job = job();
        Properties plain = new Properties();
        plain.setProperty("reprise.dispatch", "true");

        assertThatThrownBy(() -> batch.operator().start(job.getId(), plain))
                .hasMessageContaining("reprise.dispatch: a plain JobOperator runs what it starts on its own node");
        assertThatThrownBy(() ->
                        batch.launcher().start(LaunchRequest.of(job.getId()).with("reprise.dispatch", "maybe")))
                .hasMessageContaining("reprise.dispatch: is 'maybe'; write true, or false, or leave it out");
        assertThatThrownBy(() -> batch.launcher()
                        .start(LaunchRequest.of(job.getId())
                                .with("jberet.analyzer.txDisabled", "true")
                                .onAnyNode()))
                .hasMessageContaining("jberet.analyzer.txDisabled: says something to the engine of this node");
        JobExecution here = batch.launcher().run(LaunchRequest.of(job.getId()).with("reprise.dispatch", "false"));
        assertThat(here.getBatchStatus()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(here.getJobParameters()).isEmpty();
    }
}
