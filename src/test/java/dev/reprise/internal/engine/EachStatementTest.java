package dev.reprise.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.reprise.PostgresServer;
import dev.reprise.internal.ownership.Node;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.server.TcpProxy;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.testing.ExpectedFailures;
import dev.reprise.testing.InProcessBatch;
import dev.reprise.testing.JobRun;
import dev.reprise.testing.WrittenNumbers;
import io.agroal.api.AgroalDataSource;
import jakarta.annotation.Resource;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.BatchStatus;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * All connections of a pool of Agroal's, which keeps what breaks, are reset before the first statement of a job, before its
 * second, and so on: it goes on by itself, and the pool has all its connections afterwards.
 */
@ExtendWith(ExpectedFailures.class)
class EachStatementTest {

    private static final int THREADS = 3;

    /** Of {@link InProcessBatch} with so many threads. */
    private static final int POOL = 2 * THREADS + 5;

    private static final String NAME = "each-statement";

    private static final String WRITTEN = "select N from WRITTEN";

    private static final String[] READER = {"count", "8"};

    /** What happens once when a method of the reader is called. */
    private static final Map<String, Trouble> TROUBLE = new ConcurrentHashMap<>();

    /** What a writer that fails gives back. */
    private static final Queue<Connection> TAKEN = new ConcurrentLinkedQueue<>();

    /** On a thread of its own. */
    @FunctionalInterface
    private interface Trouble {
        void happens() throws SQLException;
    }

    private PGSimpleDataSource direct;
    private TcpProxy line;
    private InProcessBatch batch;

    @BeforeEach
    void open() throws SQLException {
        direct = PostgresServer.emptySchema();
        line = new TcpProxy(direct.getPortNumbers()[0]);
        batch = WorkingArtifacts.in(InProcessBatch.builder())
                .database(direct.getUrl().replace(":" + direct.getPortNumbers()[0] + "/", ":" + line.port() + "/")
                        + "&user=" + direct.getUser() + "&ApplicationName=" + NAME)
                .threads(THREADS)
                .outage(Duration.ofSeconds(5))
                .artifact("counting", CrashEverywhereIT.Reader::new)
                .artifact("troubled", Troubled::new)
                .artifact("inserting", Writer::new)
                .build()
                .open();
        pool().getConfiguration().connectionPoolConfiguration().setAcquisitionTimeout(Duration.ofSeconds(3));
        execute(WrittenNumbers.TABLE);
        execute(WorkingArtifacts.TABLE);
        WorkingArtifacts.use(batch.dataSource());
    }

    @AfterEach
    void close() {
        line.restore();
        batch.close();
        line.close();
    }

    @Test
    void ofStepsWithChunks() throws SQLException {
        resetsEverywhere(
                new JobBuilder("chunks")
                        .step(chunks("first", 4).next("second").build())
                        .step(chunks("second", 4).build())
                        .build(),
                WRITTEN,
                8);
    }

    @Test
    void ofPartitions() throws SQLException {
        resetsEverywhere(
                new JobBuilder("partitions")
                        .step(chunks("work", 4)
                                .reader("counting", new String[] {"count", "4"}, new String[] {
                                    "offset", "#{partitionPlan['offset']}"
                                })
                                .partitionPlan(2, 2, CrashEverywhereIT.Reader.partitions(2))
                                .build())
                        .build(),
                WRITTEN,
                8);
    }

    /** Around chunks, beside them, and where there are none. */
    @Test
    void ofArtifactsThatWork() throws SQLException {
        resetsEverywhere(WorkingArtifacts.job("working", "reader", "writer", 180), WorkingArtifacts.WRITTEN, 12);
    }

    /** As an administrator ends them, or the database when it stops. */
    @Test
    void ofArtifactsWhoseSessionsAreTerminated() throws SQLException {
        breaksEverywhere(
                WorkingArtifacts.job("working", "reader", "writer", 180),
                WorkingArtifacts.WRITTEN,
                12,
                () -> assertThat(
                                rows("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '"
                                        + NAME + "'"))
                        .isNotEmpty());
    }

    /** What the pool knows to be closed it hands out nonetheless, and in no transaction. */
    @Test
    void aWriterThatGetsAClosedConnectionFailsForTheDatabase() throws SQLException {
        assertGoesOnAfter("readItem", () -> closeAll(POOL), chunks("work", 8).reader("troubled", READER));
    }

    @Test
    void noItemIsSkippedForAClosedConnection() throws SQLException {
        assertGoesOnAfter(
                "readItem",
                () -> closeAll(POOL),
                chunks("work", 8)
                        .reader("troubled", READER)
                        .skippableExceptionsInclude(List.of("java.lang.Exception")));
    }

    @Test
    void aReaderThatIsOpenedWithAClosedConnectionFailsForTheDatabase() throws SQLException {
        assertGoesOnAfter("open", () -> closeAll(POOL), chunks("work", 8).reader("troubled", READER));
    }

    @Test
    void aWriterThatGetsNoConnectionFailsForTheDatabase() throws SQLException {
        assertGoesOnAfter(
                "readItem",
                () -> {
                    for (int i = 0; i < POOL; i++) {
                        TAKEN.add(batch.dataSource().getConnection());
                    }
                },
                chunks("work", 8).reader("troubled", READER));
    }

    /** The node's own connection is taken while the pool has nothing but closed ones. */
    @Test
    void aNodeThatReportsLosesNoneOfThePool() throws SQLException {
        NodeRegistry registry = new NodeRegistry(batch.dataSource(), InProcessBatch.transactionManager());
        AtomicInteger reports = new AtomicInteger();
        try (Node node = Node.join(
                batch.dataSource(),
                registry,
                new Node.Settings("reporting", "node", Duration.ofMillis(50), Duration.ofDays(1)))) {
            node.attend(new Node.Duties() {
                @Override
                public void reported() {
                    reports.incrementAndGet();
                }
            });
            for (int outage = 0; outage < 5; outage++) {
                int before = reports.get();
                await().until(() -> reports.get() > before);
                closeAll(POOL - 1);
                int broken = reports.get();
                await().until(() -> reports.get() > broken + 1);
            }
        }
        takeAll();
    }

    private void assertGoesOnAfter(String call, Trouble trouble, StepBuilder step) throws SQLException {
        Job job = new JobBuilder("troubled").step(step.build()).build();
        batch.define(job);
        takeAll();
        TROUBLE.put(call, trouble);
        String run = "troubled in " + call;

        assertThat(isComplete(job, run)).as(run).isFalse();

        assertThat(TROUBLE).isEmpty();
        assertThat(isComplete(job, run)).as(run).isTrue();
        assertThat(rows("select N from WRITTEN where RUN = '" + run + "' order by N"))
                .containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
        takeAll();
    }

    /** Broken, used, and given back to the pool. */
    private void closeAll(int free) throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < free; i++) {
            all.add(batch.dataSource().getConnection());
        }
        line.reset();
        for (Connection connection : all) {
            try (connection;
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);
            }
        }
    }

    private static StepBuilder chunks(String id, int items) {
        return new StepBuilder(id)
                .reader("counting", new String[] {"count", String.valueOf(items)})
                .writer("inserting", new String[] {"run", "#{jobParameters['run']}"})
                .itemCount(2);
    }

    private void resetsEverywhere(Job job, String written, int items) throws SQLException {
        breaksEverywhere(job, written, items, line::reset);
    }

    private void breaksEverywhere(Job job, String written, int items, Runnable breaks) throws SQLException {
        batch.define(job);
        for (int at = 1; ; at++) {
            String run = job.getId() + " struck at " + at;
            takeAll();
            execute("truncate WRITTEN, WORKED");
            line.before(at, breaks);
            goesOn(job, run);
            boolean struck = line.hasStruck();
            line.restore();
            assertThat(rows(written)).as(run).hasSize(items);
            if (!struck) {
                takeAll();
                assertThat(at).isGreaterThan(10);
                return;
            }
        }
    }

    /** At once, or in the restart that it gets because a database was away. */
    private void goesOn(Job job, String run) {
        if (!isComplete(job, run)) {
            assertThat(isComplete(job, run)).as(run).isTrue();
        }
    }

    private boolean isComplete(Job job, String run) {
        return isComplete(job, run, 3);
    }

    private boolean isComplete(Job job, String run, int tries) {
        JobRun ran;
        try {
            ran = batch.run(job.getId(), Map.of("run", run));
        } catch (LaunchRefusedException e) {
            assertThat(e.refusal().kind()).as(run).isEqualTo(Refusal.Kind.ALREADY_COMPLETE);
            return true;
        } catch (RuntimeException struck) {
            // The launch, or the question what became of it.
            if (tries == 1) {
                throw struck;
            }
            return isComplete(job, run, tries - 1);
        }
        if (ran.status() == BatchStatus.COMPLETED) {
            return true;
        }
        assertThat(ran.failure()).as(() -> run + ran).startsWith("A database was away while it ran.");
        return false;
    }

    /** Each connection that the pool may have is there, and works. */
    private void takeAll() throws SQLException {
        List<Connection> taken = new ArrayList<>();
        try {
            for (int i = 0; i < POOL; i++) {
                assertThatCode(() -> taken.add(batch.dataSource().getConnection()))
                        .as("connection %d", i)
                        .doesNotThrowAnyException();
                try (Statement statement = taken.get(i).createStatement()) {
                    statement.execute("select 1");
                }
            }
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
    }

    private AgroalDataSource pool() {
        return (AgroalDataSource) batch.dataSource();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = direct.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> rows(String sql) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = direct.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
        return rows;
    }

    /** Looks something up when it is opened. */
    public static final class Troubled extends AbstractItemReader {

        @Inject
        @BatchProperty
        private int count;

        @Resource
        private DataSource dataSource;

        private int read;

        @Override
        public void open(@Nullable Serializable checkpoint) throws Exception {
            read = checkpoint == null ? 0 : (Integer) checkpoint;
            meet("open");
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("select count(*) from WRITTEN");
            }
        }

        @Override
        public @Nullable Integer readItem() throws Exception {
            meet("readItem");
            return read == count ? null : ++read;
        }

        private static void meet(String call) throws Exception {
            Trouble trouble = TROUBLE.remove(call);
            if (trouble != null) {
                CompletableFuture.runAsync(() -> {
                            try {
                                trouble.happens();
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        })
                        .get();
            }
        }

        @Override
        public Serializable checkpointInfo() {
            return read;
        }
    }

    /** Gives back what was taken, when it fails. */
    public static final class Writer extends WrittenNumbers {

        @Override
        public void writeItems(List<Object> items) throws SQLException {
            try {
                super.writeItems(items);
            } catch (SQLException e) {
                for (Connection taken = TAKEN.poll(); taken != null; taken = TAKEN.poll()) {
                    taken.close();
                }
                throw e;
            }
        }
    }
}
