package dev.reprise.testing;

import static org.awaitility.Awaitility.await;

import dev.reprise.Patience;
import dev.reprise.database.WatchedDatabase;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.state.NodeIdentity;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.batch.api.chunk.listener.AbstractChunkListener;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric;
import jakarta.batch.runtime.StepExecution;
import jakarta.batch.runtime.context.JobContext;
import jakarta.inject.Inject;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jberet.repository.JdbcRepository;
import org.jberet.repository.JobRepository;
import org.jspecify.annotations.Nullable;

/**
 * A process that runs jobs, can die, and comes back on the same database: with the repository of Reprise, or with JBeret's
 * JdbcRepository, which is WildFly's, under {@code -Dreprise.test.repository=jdbc}. Its jobs (in {@code traps/}) copy
 * numbers into a table, and what happens at a number is up to the test.
 */
final class TestProcess implements AutoCloseable {

    private static final String URL = "jdbc:h2:mem:traps;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000";

    private static final boolean STOCK = "jdbc".equals(System.getProperty("reprise.test.repository"));

    private static final String DONE = "DONE";

    /** On WildFly's some ends never come. */
    private static final Duration PATIENCE = STOCK ? Duration.ofSeconds(5) : Patience.GUARD;

    /** Which data source WildFly's repository is given; ours always has that of the jobs. */
    enum Stock {
        DATA_SOURCE_OF_THE_JOBS,
        DATA_SOURCE_WITHOUT_JTA
    }

    /** When something happens. */
    enum At {
        READING,
        PROCESSING,
        /** The chunk with that number, after its SQL. */
        WRITING,
        /** The end of that chunk, counted from 1; copy-retrying alone. */
        AFTER_CHUNK,
        /** The end of the step; at 0; copy-retrying alone. */
        AFTER_STEP,
        /** A partition's batchlet begins. */
        WORKING,
        /** The partitions are planned; at 0. */
        PLANNING
    }

    /** What happens. */
    @FunctionalInterface
    interface Event {
        void happen() throws Exception;
    }

    /** A failure that some jobs skip. */
    static final Event SKIPPABLE = () -> {
        throw new IllegalArgumentException("as the test wants");
    };

    /** A failure that is neither skipped nor retried but by jobs that do so with every exception. */
    static final Event FATAL = () -> {
        throw new UnsupportedOperationException("as the test wants");
    };

    /** What a batchlet does, and its exit status. */
    @FunctionalInterface
    interface Work {
        String doneIn(JobContext job) throws Exception;
    }

    private record Moment(At at, int number) {}

    private final WatchedDatabase database = WatchedDatabase.of(URL);
    private final String run;
    private final Stock stock;
    private final Map<Moment, Event> once = new ConcurrentHashMap<>();
    private final Map<Moment, Event> always = new ConcurrentHashMap<>();
    private final List<AgroalDataSource> pools = new ArrayList<>();
    private Work task = job -> DONE;
    private CountDownLatch death = new CountDownLatch(1);
    private InProcessBatch batch;

    /**
     * @param run the parameter that tells the jobs of this test from others
     */
    TestProcess(String run, Stock stock) {
        this.run = run;
        this.stock = stock;
        this.batch = open();
        execute("create table if not exists TRAP_ITEM (RUN varchar(100), ITEM integer)");
    }

    private InProcessBatch open() {
        database.beginAnotherProcess();
        InProcessBatch.Builder builder = InProcessBatch.builder()
                .database(database.url())
                .jobs("traps")
                .artifact("numbers", Numbers::new)
                .artifact("check", () -> (ItemProcessor) this::check)
                .artifact("table", Table::new)
                .artifact("chunks", Chunks::new)
                .artifact("ranges", () -> (PartitionMapper) this::ranges)
                .artifact("task", () -> new Task(task))
                .artifact("part", Part::new)
                .artifact("nothing", () -> new Task(job -> DONE));
        if (STOCK) {
            builder.repository(this::stockRepository);
        }
        return builder.build().open();
    }

    /** As WildFly's JdbcJobRepositoryService makes it. */
    private JobRepository stockRepository(DataSource ofTheJobs, TransactionManager transactions) {
        return new JdbcRepository(
                switch (stock) {
                    case DATA_SOURCE_OF_THE_JOBS -> ofTheJobs;
                    case DATA_SOURCE_WITHOUT_JTA -> poolWithoutJta();
                });
    }

    private AgroalDataSource poolWithoutJta() {
        try {
            AgroalDataSource pool = AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(settings -> settings.maxSize(10)
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(database.url()))));
            pools.add(pool);
            return pool;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Its life --------------------------------------------------------------------------------------------------

    /** The end of this process, in one of its own threads or from outside. */
    String die() {
        database.kill();
        death.countDown();
        throw new WatchedDatabase.Death();
    }

    void dieAtNextCommit() {
        database.killAtNextCommit();
        death.countDown();
    }

    /** Waits for its death; then another process begins. */
    void comeBackFromTheDead() throws InterruptedException {
        if (!death.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("It lives");
        }
        close();
        death = new CountDownLatch(1);
        batch = open();
    }

    /** Ends this process in an orderly way; then another one begins. */
    void comeBack() {
        close();
        batch = open();
    }

    @Override
    public void close() {
        try {
            batch.close();
        } catch (WatchedDatabase.Death expected) {
            // a dead process does not say goodbye
        } finally {
            pools.forEach(AgroalDataSource::close);
            pools.clear();
        }
    }

    /** A failure that some jobs retry. */
    static String fail() {
        throw new IllegalStateException("as the test wants");
    }

    // ---- What happens ----------------------------------------------------------------------------------------------

    void once(At at, int number, Event event) {
        once.put(new Moment(at, number), event);
    }

    void always(At at, int number, Event event) {
        always.put(new Moment(at, number), event);
    }

    /** The batchlet does this. */
    void task(Work work) {
        task = work;
    }

    /** The batchlet does nothing more than to end. */
    void taskIsDone() {
        task = job -> DONE;
    }

    private void reached(At at, int number) throws Exception {
        Moment moment = new Moment(at, number);
        Event event = once.remove(moment);
        if (event == null) {
            event = always.get(moment);
        }
        if (event != null) {
            event.happen();
        }
    }

    // ---- Jobs ------------------------------------------------------------------------------------------------------

    JobOperator operator() {
        return batch.operator();
    }

    DataSource dataSource() {
        return batch.dataSource();
    }

    WatchedDatabase database() {
        return database;
    }

    long start(String job) {
        return start(job, Map.of());
    }

    long start(String job, Map<String, String> parameters) {
        Properties properties = new Properties();
        properties.setProperty("run", run);
        properties.putAll(parameters);
        return operator().start(job, properties);
    }

    long restart(long executionId) {
        return operator().restart(executionId, new Properties());
    }

    /** Runs a job to its end; returns its execution. */
    long run(String job) {
        long executionId = start(job);
        end(executionId);
        return executionId;
    }

    /** Waits until the end of an execution stands in the database, and returns its status there. */
    BatchStatus end(long executionId) {
        String sql = STOCK
                ? "select BATCHSTATUS from JOB_EXECUTION where ENDTIME is not null and JOBEXECUTIONID = " + executionId
                : "select STATUS from BATCH_JOB_EXECUTION where END_TIME is not null and JOB_EXECUTION_ID = "
                        + executionId;
        List<String> status = await("the recorded end of execution " + executionId)
                .dontCatchUncaughtExceptions()
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> column(sql), rows -> !rows.isEmpty());
        return BatchStatus.valueOf(status.get(0));
    }

    /** What has been written by the jobs of this test, such as {@code 1-20 twice, 21-50}. */
    String items() {
        Map<Integer, Long> times = column("select ITEM from TRAP_ITEM where RUN = '" + run + "'").stream()
                .collect(Collectors.groupingBy(Integer::valueOf, TreeMap::new, Collectors.counting()));
        List<String> ranges = new ArrayList<>();
        times.forEach((first, often) -> {
            if (!often.equals(times.get(first - 1))) {
                int last = first;
                while (often.equals(times.get(last + 1))) {
                    last++;
                }
                ranges.add((first == last ? "" : first + "-")
                        + last
                        + (often == 1 ? "" : often == 2 ? " twice" : " " + often + " times"));
            }
        });
        return String.join(", ", ranges);
    }

    /** A count of an execution's only step. */
    long count(long executionId, Metric.MetricType type) {
        List<StepExecution> steps = operator().getStepExecutions(executionId);
        if (steps.size() != 1) {
            throw new AssertionError(steps + " of execution " + executionId);
        }
        for (Metric metric : steps.get(0).getMetrics()) {
            if (metric.getType() == type) {
                return metric.getValue();
            }
        }
        throw new AssertionError("no " + type);
    }

    /** How many instances of all jobs there are. */
    int instances() {
        return Integer.parseInt(column("select count(*) from " + (STOCK ? "JOB_INSTANCE" : "BATCH_JOB_INSTANCE"))
                .get(0));
    }

    /** The engine of another node, with the same database. */
    Engine anotherNode() {
        return new Engine(
                "in-process",
                STOCK ? new JdbcRepository(dataSource()) : ourRepositoryOfAnotherNode(),
                InProcessBatch.transactionManager(),
                new Artifacts(Map.of("task", () -> new Task(task)), null, resources(), new Failures()),
                new JobFolder("traps"),
                3);
    }

    private ServerResources resources() {
        return new ServerResources(Map.of(), dataSource(), new PersistenceUnits(dataSource(), Map.of()));
    }

    private JobRepository ourRepositoryOfAnotherNode() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        NodeIdentity node = new NodeRegistry(dataSource(), InProcessBatch.transactionManager())
                .join("in-process", "another-process");
        return new RepriseRepository(new RepositoryParts(
                dataSource(),
                InProcessBatch.transactionManager(),
                () -> node,
                Duration.ofDays(365),
                Duration.ZERO,
                new DeploymentRules(loader, false, null),
                () -> null,
                loader,
                "",
                () -> {
                    throw new IllegalStateException("no job here has a secret");
                }));
    }

    // ---- The database ----------------------------------------------------------------------------------------------

    private static void execute(String sql) {
        try (Connection connection = DriverManager.getConnection(URL);
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> column(String sql) {
        try (Connection connection = DriverManager.getConnection(URL);
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            List<String> values = new ArrayList<>();
            while (row.next()) {
                values.add(row.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Artifacts -------------------------------------------------------------------------------------------------

    /** Four partitions of 20 numbers, one after the other. */
    private PartitionPlan ranges() throws Exception {
        reached(At.PLANNING, 0);
        Properties[] ranges = RangeReader.partitions(4, 20).toArray(Properties[]::new);
        PartitionPlanImpl plan = new PartitionPlanImpl();
        plan.setPartitions(ranges.length);
        plan.setThreads(1);
        plan.setPartitionProperties(ranges);
        return plan;
    }

    private Object check(Object item) throws Exception {
        reached(At.PROCESSING, (Integer) item);
        return item;
    }

    private final class Numbers extends RangeReader {
        @Override
        protected void read(int item) throws Exception {
            reached(At.READING, item);
        }
    }

    private final class Table extends AbstractItemWriter {

        @Override
        public void writeItems(List<Object> items) throws Exception {
            insert(items);
            for (Object item : items) {
                reached(At.WRITING, (Integer) item);
            }
        }
    }

    private void insert(List<Object> items) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("insert into TRAP_ITEM (RUN, ITEM) values (?, ?)")) {
            for (Object item : items) {
                insert.setString(1, run);
                insert.setInt(2, (Integer) item);
                insert.executeUpdate();
            }
        }
    }

    /** Writes the first number of its partition. */
    private final class Part implements Batchlet {

        @Inject
        @BatchProperty
        private int first;

        @Override
        public String process() throws Exception {
            reached(At.WORKING, first);
            insert(List.of(first));
            return DONE;
        }

        @Override
        public void stop() {}
    }

    private final class Chunks extends AbstractChunkListener implements StepListener {

        private int ended;

        @Override
        public void afterChunk() throws Exception {
            ended++;
            reached(At.AFTER_CHUNK, ended);
        }

        @Override
        public void beforeStep() {}

        @Override
        public void afterStep() throws Exception {
            reached(At.AFTER_STEP, 0);
        }
    }

    /** Cannot be stopped. */
    private static final class Task implements Batchlet {

        private final Work work;

        @Inject
        private @Nullable JobContext job;

        Task(Work work) {
            this.work = work;
        }

        @Override
        public String process() throws Exception {
            return work.doneIn(Objects.requireNonNull(job));
        }

        @Override
        public void stop() {}
    }
}
