package dev.reprise.testing;

import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.VolatileStore;
import com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple;
import com.arjuna.ats.jta.UserTransaction;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.launch.SchemaRules;
import dev.reprise.repository.LaunchRefusedException;
import dev.reprise.repository.NodeIdentity;
import dev.reprise.repository.NodeRegistry;
import dev.reprise.repository.RepriseRepository;
import dev.reprise.repository.Schema;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.narayana.NarayanaTransactionIntegration;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.JobExecution;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jberet.repository.JobRepository;
import org.jberet.spi.JobOperatorContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs jobs in a unit test: the engine with the repository of Reprise, JTA transactions and a database in memory, in
 * this process. A JUnit extension:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final InProcessBatch batch = InProcessBatch.builder().beans(OrderReader.class, OrderWriter.class).build();
 *
 * @Test
 * void resumesAtTheLastCommittedChunk() {
 *     batch.failAt("load", 2501);
 *     JobRun failed = batch.run("orders", Map.of("month", "2001-01"));
 *     assertEquals(2000, failed.step("load").counts().written());
 *     JobRun restarted = batch.run("orders", Map.of("month", "2001-01"));
 *     assertEquals(BatchStatus.COMPLETED, restarted.status(), restarted::toString);
 * }
 * }</pre>
 *
 * <p>Each test begins without any job instance, and with the tables of its own that it made in {@link #dataSource()}.
 * One may be open at a time in a process, because the engine knows one job operator. Thread-safe while it is open.
 */
public final class InProcessBatch
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, AutoCloseable {

    /** A unit test has no other nodes, and may be stopped in a debugger. */
    private static final Duration NEVER = Duration.ofDays(365);

    private static final List<String> TABLES = List.of(
            "REPRISE_TALLY",
            "REPRISE_RESTART",
            "REPRISE_OWNER",
            "REPRISE_EXCEPTION",
            "REPRISE_TRANSITION",
            "BATCH_STEP_EXECUTION_CONTEXT",
            "BATCH_JOB_EXECUTION_CONTEXT",
            "BATCH_STEP_EXECUTION",
            "BATCH_JOB_EXECUTION_PARAMS",
            "BATCH_JOB_EXECUTION",
            "BATCH_JOB_INSTANCE");

    private static final Set<String> MIGRATED = ConcurrentHashMap.newKeySet();

    private static @Nullable InProcessBatch current;

    private final Builder settings;
    private final String url;
    private final SecretKey key = randomKey();
    private final Failures failures = new Failures();
    private final JobLauncher launcher = new JobLauncher();
    private @Nullable Parts parts;
    private boolean openedForClass;

    /** What is there while it is open. */
    private record Parts(
            AgroalDataSource dataSource,
            NodeIdentity node,
            JobRepository repository,
            @Nullable Beans beans,
            Engine engine) {}

    private InProcessBatch(Builder settings) {
        this.settings = settings;
        this.url = settings.url == null
                ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=10000"
                : settings.url;
    }

    /** What jobs need to run. */
    public static final class Builder {

        private String folder = "META-INF/batch-jobs";
        private final Map<String, Supplier<?>> artifacts = new HashMap<>();
        private final Set<Class<?>> beans = new LinkedHashSet<>();
        private boolean discovery;
        private int threads = 10;
        private boolean identityNone;
        private @Nullable String url;
        private Duration patience = Duration.ofMinutes(1);
        private Duration outage = Duration.ZERO;
        private @Nullable BiFunction<DataSource, TransactionManager, JobRepository> another;

        private Builder() {}

        /** The folder on the class path where the job XML is; else META-INF/batch-jobs, where schemas always are. */
        public Builder jobs(String folderOnTheClassPath) {
            folder = folderOnTheClassPath;
            return this;
        }

        /** An artifact that job XML refers to by this name; a new one for each use, as the engine asks for it. */
        public Builder artifact(String name, Supplier<?> artifact) {
            artifacts.put(name, artifact);
            return this;
        }

        /** Starts CDI with these beans and no others. Needs Weld SE on the class path. */
        public Builder beans(Class<?>... classes) {
            beans.addAll(Set.of(classes));
            return this;
        }

        /** Starts CDI with the beans of all bean archives of the class path. Needs Weld SE on the class path. */
        public Builder discoverBeans() {
            discovery = true;
            return this;
        }

        /** The size of the pool that jobs, flows of splits and partitions share, 3 or more; else WildFly's 10. */
        public Builder threads(int size) {
            if (size < 3) {
                throw new IllegalArgumentException("the engine needs 3 threads or more, not " + size);
            }
            threads = size;
            return this;
        }

        /** Each start is a new instance (semantics.md §2.6). */
        public Builder identityNone() {
            identityNone = true;
            return this;
        }

        /** A database of H2 or PostgreSQL by its JDBC URL, which is not cleared; else one in memory, which is. */
        public Builder database(String jdbcUrl) {
            url = jdbcUrl;
            return this;
        }

        /** For how long what runs waits for a database that is away; else not at all. */
        public Builder outage(Duration atMost) {
            outage = atMost;
            return this;
        }

        /** How long a run may take before the test fails; else a minute. */
        public Builder patience(Duration atMost) {
            patience = atMost;
            return this;
        }

        /**
         * Another repository than that of Reprise, to see what the engine does with it. Jobs are started and restarted
         * with {@link #operator()} then; whatever needs the repository of Reprise fails.
         */
        Builder repository(BiFunction<DataSource, TransactionManager, JobRepository> repository) {
            another = repository;
            return this;
        }

        /** To be registered as an extension, or opened by hand. */
        public InProcessBatch build() {
            return new InProcessBatch(this);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    // ---- Life ------------------------------------------------------------------------------------------------------

    /**
     * Starts it without JUnit; then close it too.
     *
     * @throws IllegalStateException if another one is open in this process
     */
    public InProcessBatch open() {
        synchronized (InProcessBatch.class) {
            if (current != null) {
                throw new IllegalStateException("Another InProcessBatch is open in this process. Close it first; with"
                        + " JUnit, register one and run the classes that use one after the other.");
            }
            parts = start();
            current = this;
        }
        return this;
    }

    private Parts start() {
        AgroalDataSource dataSource = pool();
        try {
            return start(dataSource);
        } catch (RuntimeException | Error e) {
            dataSource.close();
            throw e;
        }
    }

    private Parts start(AgroalDataSource dataSource) {
        if (MIGRATED.add(url)) {
            Schema.migrate(dataSource);
        }
        // First, because a test's own beans are what most likely is wrong.
        Beans beans = settings.beans.isEmpty() && !settings.discovery
                ? null
                : new Beans(settings.discovery ? Set.of() : settings.beans, type -> resource(type, dataSource));
        String application = "in-process";
        NodeIdentity node = new NodeRegistry(dataSource, transactionManager()).join(application, "this-process");
        JobRepository repository = settings.another == null
                ? repository(dataSource, node)
                : settings.another.apply(dataSource, transactionManager());
        Engine engine = new Engine(
                application,
                repository,
                transactionManager(),
                new Artifacts(
                        settings.artifacts,
                        beans == null ? null : beans.manager(),
                        type -> resource(type, dataSource),
                        failures),
                new JobFolder(settings.folder),
                settings.threads);
        JobOperatorContext context = JobOperatorContext.create((JobOperator) engine);
        JobOperatorContext.setJobOperatorContextSelector(() -> context);
        return new Parts(dataSource, node, repository, beans, engine);
    }

    private RepriseRepository repository(DataSource dataSource, NodeIdentity node) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        RepriseRepository repository = new RepriseRepository(new RepriseRepository.Parts(
                dataSource,
                transactionManager(),
                () -> node,
                NEVER,
                settings.outage,
                new SchemaRules(loader, settings.identityNone, null),
                () -> null,
                loader,
                "",
                () -> key));
        repository.takeOverFromTheDead();
        return repository;
    }

    /** For the secret parameters of this one's jobs. */
    private static SecretKey randomKey() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, "AES");
    }

    private AgroalDataSource pool() {
        try {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> pool.maxSize(2 * settings.threads + 5)
                            .acquisitionTimeout(Duration.ofSeconds(30))
                            .transactionIntegration(new NarayanaTransactionIntegration(
                                    transactionManager(), new TransactionSynchronizationRegistryImple()))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url))));
        } catch (SQLException e) {
            throw new IllegalStateException("The database does not open: " + url, e);
        }
    }

    private static @Nullable Object resource(Class<?> type, DataSource dataSource) {
        if (type == DataSource.class) {
            return dataSource;
        }
        if (type == TransactionManager.class) {
            return transactionManager();
        }
        if (type == jakarta.transaction.UserTransaction.class) {
            return UserTransaction.userTransaction();
        }
        return type == TransactionSynchronizationRegistry.class ? new TransactionSynchronizationRegistryImple() : null;
    }

    /** The transaction manager of this process, whose log is in memory. */
    public static TransactionManager transactionManager() {
        return Transactions.MANAGER;
    }

    private static final class Transactions {

        static final TransactionManager MANAGER = inMemory();

        private static TransactionManager inMemory() {
            for (@Nullable String store : new @Nullable String[] {null, "stateStore", "communicationStore"}) {
                BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                        .setObjectStoreType(VolatileStore.class.getName());
            }
            return com.arjuna.ats.jta.TransactionManager.transactionManager();
        }
    }

    /** Interrupts what runs, and forgets a database in memory. */
    @Override
    public void close() {
        synchronized (InProcessBatch.class) {
            Parts closing = parts;
            parts = null;
            if (closing == null) {
                return;
            }
            current = null;
            JobOperatorContext.setJobOperatorContextSelector(null);
            closing.engine().close();
            if (closing.beans() != null) {
                closing.beans().close();
            }
            try {
                new NodeRegistry(closing.dataSource(), transactionManager()).leave(closing.node());
                forgetDatabase(closing.dataSource());
            } finally {
                closing.dataSource().close();
            }
        }
    }

    /** One in memory would stay for as long as the process. */
    private void forgetDatabase(DataSource dataSource) {
        if (settings.url != null) {
            return;
        }
        MIGRATED.remove(url);
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("shutdown");
        } catch (SQLException e) {
            throw new IllegalStateException("The database in memory cannot be closed", e);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        open();
        openedForClass = true;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        failures.clear();
        if (openedForClass) {
            clear();
        } else {
            open();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (!openedForClass) {
            close();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        openedForClass = false;
        close();
    }

    private void clear() {
        if (settings.url != null) {
            return;
        }
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                statement.execute("delete from " + table);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The tables of an earlier test cannot be cleared; does a job still run?", e);
        }
    }

    private Parts parts() {
        Parts open = parts;
        if (open == null) {
            throw new IllegalStateException(
                    "This InProcessBatch is not open. Register it with @RegisterExtension, or" + " call open().");
        }
        return open;
    }

    // ---- Jobs ------------------------------------------------------------------------------------------------------

    /** Launches a job without parameters and waits for its end; see {@link #run(LaunchRequest)}. */
    public JobRun run(String job) {
        return run(LaunchRequest.of(job));
    }

    /** Launches a job and waits for its end; see {@link #run(LaunchRequest)}. */
    public JobRun run(String job, Map<String, String> parameters) {
        return run(LaunchRequest.of(job).with(parameters));
    }

    /**
     * Launches a job as {@link JobLauncher} does, which restarts what failed or was stopped, and waits for its end.
     *
     * @throws LaunchRefusedException if nothing is to run
     * @throws AssertionError if it does not end in time, with how far it came
     */
    public JobRun run(LaunchRequest request) {
        repository();
        return await(launcher.start(request).getExecutionId());
    }

    /**
     * Runs one step of a job, alone, as an execution of that job: its properties, parameters and schema hold, its
     * transitions do not.
     *
     * @throws IllegalArgumentException if the job has no such step
     */
    public JobRun runStep(String job, String step, Map<String, String> parameters) {
        Engine engine = parts().engine();
        Job alone = load(job);
        Step found = find(alone.getJobElements(), step)
                .orElseThrow(() -> new IllegalArgumentException("job '" + job + "' has no step '" + step + "'"));
        found.setAttributeNext(null);
        found.getTransitionElements().clear();
        alone.setJobElements(new ArrayList<>(List.of(found)));
        LaunchRequest request = LaunchRequest.of(job).with(parameters);
        Job before = engine.defined(job);
        engine.define(alone);
        try {
            return run(request);
        } finally {
            engine.forget(job, before);
        }
    }

    private Job load(String job) {
        Engine engine = parts().engine();
        return ArchiveXmlLoader.loadJobXml(job, engine.getClassLoader(), new ArrayList<>(), engine.getJobXmlResolver());
    }

    private static Optional<Step> find(List<? extends JobElement> elements, String name) {
        for (JobElement element : elements) {
            if (element instanceof Step step && step.getId().equals(name)) {
                return Optional.of(step);
            }
            Optional<Step> inside = element instanceof Flow flow
                    ? find(flow.getJobElements(), name)
                    : element instanceof Split split ? find(split.getFlows(), name) : Optional.empty();
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }

    /** Adds a job that a test has made with JBeret's {@code JobBuilder}, or replaces it. */
    public void define(Job job) {
        parts().engine().define(job);
    }

    /**
     * Makes a step fail once: a chunk step when it is about to read its n-th item, counted over its partitions, a batchlet
     * before it works.
     *
     * @param item from 1
     */
    public void failAt(String step, long item) {
        failAt(
                step,
                item,
                () -> new InjectedFailure("step " + step + " fails at item " + item + ", as the test wants"));
    }

    /** The same with another exception, which the job may skip or retry. */
    public void failAt(String step, long item, Supplier<? extends Exception> exception) {
        if (item < 1) {
            throw new IllegalArgumentException("items are counted from 1, not from " + item);
        }
        failures.add(step, item, exception);
    }

    /**
     * Waits for the end of an execution that was started.
     *
     * @throws AssertionError if it does not end in time, with how far it came
     */
    public JobRun await(long executionId) {
        JobExecution execution = launcher.await(executionId, settings.patience);
        if (execution.getEndTime() == null) {
            throw new AssertionError(
                    "not at its end after " + settings.patience.toSeconds() + " s: " + report(execution));
        }
        return report(execution);
    }

    /** What an execution has done so far. */
    public JobRun report(long executionId) {
        return report(operator().getJobExecution(executionId));
    }

    private JobRun report(JobExecution execution) {
        long id = execution.getExecutionId();
        return new JobRun(
                execution.getJobName(),
                operator().getJobInstance(id).getInstanceId(),
                id,
                execution.getBatchStatus(),
                execution.getExitStatus(),
                repository().failure(id),
                repository().steps(id),
                repository().transitions(id));
    }

    // ---- What it is made of ----------------------------------------------------------------------------------------

    /** The job operator that jobs see too. */
    public JobOperator operator() {
        return parts().engine();
    }

    /** Starts, explains, waits. */
    public JobLauncher launcher() {
        parts();
        return launcher;
    }

    public RepriseRepository repository() {
        if (parts().repository() instanceof RepriseRepository ours) {
            return ours;
        }
        throw new IllegalStateException("This InProcessBatch was given another repository than that of Reprise: "
                + parts().repository().getClass().getName());
    }

    /** The database of jobs and test; its connections join the transactions of chunks. */
    public DataSource dataSource() {
        return parts().dataSource();
    }
}
