package dev.reprise.testing;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchRefusedException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.JobExecution;
import jakarta.transaction.TransactionManager;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.repository.JobRepository;
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

    private static @Nullable InProcessBatch current;

    private final Builder settings;
    private final TestDatabase database;
    private final Failures failures = new Failures();
    private final JobLauncher launcher = new JobLauncher();
    private @Nullable OpenBatch open;
    private boolean openedForClass;

    private InProcessBatch(Builder settings) {
        this.settings = settings;
        this.database = new TestDatabase(settings.url);
    }

    /** What jobs need to run. */
    public static final class Builder {

        String folder = "META-INF/batch-jobs";
        final Map<String, Supplier<?>> artifacts = new HashMap<>();
        final Set<Class<?>> beans = new LinkedHashSet<>();
        final Map<String, Object> resources = new HashMap<>();
        final Map<String, String> persistence = new HashMap<>();
        boolean discovery;
        int threads = 10;
        boolean identityNone;

        @Nullable
        String url;

        Duration patience = Duration.ofMinutes(1);
        Duration outage = Duration.ZERO;

        @Nullable
        BiFunction<DataSource, TransactionManager, JobRepository> another;

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

        /** Starts CDI with these beans and no others, but for the repository. Needs Weld SE on the class path. */
        public Builder beans(Class<?>... classes) {
            beans.addAll(Set.of(classes));
            return this;
        }

        /** Starts CDI with the beans of all bean archives of the class path. Needs Weld SE on the class path. */
        public Builder discoverBeans() {
            discovery = true;
            return this;
        }

        /** What a {@code @Resource} with this {@code lookup} or {@code name} gets; else it is found by its type. */
        public Builder resource(String name, Object resource) {
            resources.put(name, resource);
            return this;
        }

        /** A property of the persistence units, whatever {@code persistence.xml} says. */
        public Builder persistence(String name, String value) {
            persistence.put(name, value);
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

        /** Each start is a new instance (contract.md §2.6). */
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
            open = OpenBatch.start(settings, database, failures);
            current = this;
        }
        return this;
    }

    /** The transaction manager of this process, whose log is in memory. */
    public static TransactionManager transactionManager() {
        return ServerResources.TRANSACTIONS;
    }

    /** Interrupts what runs, and forgets a database in memory. */
    @Override
    public void close() {
        synchronized (InProcessBatch.class) {
            OpenBatch closing = open;
            open = null;
            if (closing != null) {
                current = null;
                closing.close();
            }
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
            database.clear(dataSource());
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

    private OpenBatch opened() {
        OpenBatch now = open;
        if (now == null) {
            throw new IllegalStateException(
                    "This InProcessBatch is not open. Register it with @RegisterExtension, or" + " call open().");
        }
        return now;
    }

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
        LaunchRequest request = LaunchRequest.of(job).with(parameters);
        return LoneStep.define(job, step, opened().engine(), () -> run(request));
    }

    /** Adds a job that a test has made with JBeret's {@code JobBuilder}, or replaces it. */
    public void define(Job job) {
        opened().engine().define(job);
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
        return JobRun.of(
                execution, operator().getJobInstance(execution.getExecutionId()).getInstanceId(), repository());
    }

    /** The job operator that jobs see too. */
    public JobOperator operator() {
        return opened().engine();
    }

    /** Starts, explains, waits. */
    public JobLauncher launcher() {
        opened();
        return launcher;
    }

    public RepriseRepository repository() {
        if (opened().repository() instanceof RepriseRepository ours) {
            return ours;
        }
        throw new IllegalStateException("This InProcessBatch was given another repository than that of Reprise: "
                + opened().repository().getClass().getName());
    }

    /** The database of jobs and test; its connections join the transactions of chunks. */
    public DataSource dataSource() {
        return opened().dataSource();
    }
}
