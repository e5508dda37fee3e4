package dev.reprise.internal.engine;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.decide.LaunchRules.Verdict;
import dev.reprise.internal.store.KeySource;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.job.JobModel;
import dev.reprise.job.RecoveryPolicy;
import dev.reprise.state.NodeIdentity;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric.MetricType;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;

/**
 * A node with a repository, and the calls that JBeret makes of it, in JBeret's order: {@code AbstractJobOperator},
 * {@code StepExecutionRunner}, {@code ChunkRunner}.
 */
public final class TestNode {

    /** Nobody reports here: a node is dead when a test says so, and never because it is slow. */
    public static final Duration LEASE = Duration.ofDays(1);

    private static final TransactionManager TRANSACTIONS = TestDatabase.TRANSACTIONS;
    private static final ClassLoader LOADER = TestNode.class.getClassLoader();

    /** The name of the parameter that is a secret in every job here. */
    static final String PASSWORD = "password";

    /** What all nodes have. */
    private static final SecretKey KEY = key(1);

    /** As many as any test adds, or more. */
    private static final int PARTITIONS = 6;

    private final Set<StepExecutionImpl> planned = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean askedForPartitions;

    public final TestDatabase database;
    public final NodeIdentity identity;
    public final RepriseRepository repository;
    private final Database access;

    private TestNode(
            TestDatabase database, NodeIdentity identity, String serialFilter, KeySource keys, Database access) {
        this(database, identity, serialFilter, keys, access, Set.of());
    }

    private TestNode(
            TestDatabase database,
            NodeIdentity identity,
            String serialFilter,
            KeySource keys,
            Database access,
            Set<String> shared) {
        this(database, identity, () -> identity, serialFilter, keys, access, shared);
    }

    private TestNode(
            TestDatabase database,
            NodeIdentity identity,
            Supplier<NodeIdentity> self,
            String serialFilter,
            KeySource keys,
            Database access,
            Set<String> shared) {
        this.database = database;
        this.identity = identity;
        this.access = access;
        this.repository = new RepriseRepository(
                new RepositoryParts(
                        database.pooled(),
                        TRANSACTIONS,
                        self,
                        LEASE,
                        Duration.ZERO,
                        new Rules(),
                        () -> "somebody",
                        LOADER,
                        serialFilter,
                        keys,
                        ExecutionLists.LISTED,
                        shared,
                        null,
                        true,
                        new Capacity(2, Set.of()),
                        dev.reprise.internal.doorbell.Doorbells.Settings.NONE,
                        ServerParts.NONE),
                access);
    }

    /** The only node of an application of its own. */
    public static TestNode on(TestDatabase database) {
        return of(database, "app-" + UUID.randomUUID(), "node-1");
    }

    /** The same, which hardly waits before it tries again to record an end. */
    static TestNode impatient(TestDatabase database) {
        return of(
                database,
                "app-" + UUID.randomUUID(),
                "node-1",
                new Database(database.pooled(), TRANSACTIONS, Duration.ZERO, 1));
    }

    /** The same, which waits that long for a database that is away. */
    static TestNode patient(TestDatabase database, Duration outage) {
        return of(
                database,
                "app-" + UUID.randomUUID(),
                "node-1",
                new Database(database.pooled(), TRANSACTIONS, outage, 1));
    }

    /** The same, of which a statement may come behind the end of its transaction. */
    static TestNode withLateStatements(TestDatabase database) {
        return of(
                database,
                "app-" + UUID.randomUUID(),
                "node-1",
                new Database(LateStatements.of(database.pooled(), database.plain()), TRANSACTIONS));
    }

    /** A node that has just started: the next incarnation of that name. */
    static TestNode of(TestDatabase database, String application, String name) {
        return of(database, application, name, new Database(database.pooled(), TRANSACTIONS));
    }

    private static TestNode of(TestDatabase database, String application, String name, Database access) {
        NodeIdentity identity = new NodeRegistry(database.pooled(), TRANSACTIONS).join(application, name);
        return new TestNode(database, identity, "", () -> KEY, access);
    }

    /** One that asks at each launch which node it is. */
    public static TestNode of(TestDatabase database, Supplier<NodeIdentity> self) {
        return new TestNode(
                database, self.get(), self, "", () -> KEY, new Database(database.pooled(), TRANSACTIONS), Set.of());
    }

    /** Who holds locks in the repository's tables, as a message names them. */
    public List<String> holders() {
        return access.inOwnTransaction(access.dialect()::lockHolders);
    }

    /** The only node of an application that shares with others. */
    static TestNode sharing(TestDatabase database, String application, String... shared) {
        NodeIdentity identity = new NodeRegistry(database.pooled(), TRANSACTIONS).join(application, "node-1");
        return new TestNode(
                database, identity, "", () -> KEY, new Database(database.pooled(), TRANSACTIONS), Set.of(shared));
    }

    /** The only node of an application whose tables are in a schema of their own. */
    static TestNode inSchema(TestDatabase database, String application, String schema) {
        NodeIdentity identity = new NodeRegistry(database.pooled(), schema, TRANSACTIONS).join(application, "node-1");
        return new TestNode(
                database,
                identity,
                "",
                () -> KEY,
                new Database(database.pooled(), schema, TRANSACTIONS, Duration.ZERO));
    }

    /** Another process of the same application. */
    public TestNode other(String name) {
        return of(database, identity.application(), name);
    }

    /** The same process, with other classes let in. */
    public TestNode with(String serialFilter) {
        return new TestNode(database, identity, serialFilter, () -> KEY, new Database(database.pooled(), TRANSACTIONS));
    }

    /** The same process, with another key for secrets. */
    public TestNode with(KeySource keys) {
        return new TestNode(database, identity, "", keys, new Database(database.pooled(), TRANSACTIONS));
    }

    static SecretKey key(int first) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) first;
        return new SecretKeySpec(bytes, "AES");
    }

    /** Rules without schemas; a parameter that is called a password is a secret. */
    private static final class Rules implements LaunchRules {

        @Override
        public Verdict judge(JobModel job, Properties given) {
            boolean identityNone = job.definition().identityNone();
            SortedMap<String, JobParameter> parameters =
                    new TreeMap<>(JobParameters.ofProperties(given).byName());
            parameters.computeIfPresent(PASSWORD, (name, password) -> new JobParameter(password.value(), false, true));
            return new Verdict(
                    List.of(),
                    new JobParameters(parameters),
                    faults(parameters),
                    identityNone,
                    job.definition().restartable());
        }

        /** As a validator may word them, who does not know what is a secret. */
        private static List<String> faults(SortedMap<String, JobParameter> parameters) {
            JobParameter password = parameters.get(PASSWORD);
            return password != null && password.value().startsWith("weak")
                    ? List.of("password: " + password.value() + " is too weak")
                    : List.of();
        }

        @Override
        public RecoveryPolicy recoveryOf(String jobName, @Nullable JobModel known) {
            if (known == null) {
                throw new IllegalArgumentException("this deployment has no job '" + jobName + "'");
            }
            return known.definition().recovery();
        }
    }

    /** A job that no other test has. */
    public static Job job() {
        return job(true);
    }

    public static Job job(boolean restartable) {
        return builder().restartable(restartable).build();
    }

    /** A job of which each start is a new instance. */
    public static Job jobWithoutIdentity() {
        return builder().property("reprise.identity", "none").build();
    }

    /** A job whose step is a batchlet. */
    static Job batchlet() {
        return new JobBuilder("job-" + UUID.randomUUID())
                .step(new StepBuilder("load").batchlet("b").build())
                .build();
    }

    /** A job with a property. */
    public static Job job(String property, String value) {
        return builder().property(property, value).build();
    }

    private static JobBuilder builder() {
        return new JobBuilder("job-" + UUID.randomUUID())
                .step(new StepBuilder("load").reader("r").writer("w").build());
    }

    public static Properties parameters(String... namesAndValues) {
        Properties properties = new Properties();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
        }
        return properties;
    }

    // ---- Job executions

    public JobExecutionImpl start(Job job, String... parameters) {
        return start(job, parameters(parameters));
    }

    public JobExecutionImpl start(Job job, Properties parameters) {
        repository.addJob(new ApplicationAndJobName(identity.application(), job.getId()), job);
        JobInstanceImpl instance = repository.createJobInstance(job, identity.application(), LOADER);
        return repository.createJobExecution(instance, parameters);
    }

    /** {@link #start(Job, String...)}, and the job runs. */
    public JobExecutionImpl run(Job job, String... parameters) {
        return running(start(job, parameters));
    }

    public JobExecutionImpl running(JobExecutionImpl execution) {
        execution.setBatchStatus(BatchStatus.STARTED);
        repository.updateJobExecution(execution, false, false);
        return execution;
    }

    /** As the engine loads an execution that is to be restarted. */
    public JobExecutionImpl load(long executionId, Job job) {
        JobExecutionImpl original = (JobExecutionImpl) repository.getJobExecution(executionId);
        if (original == null) {
            throw new AssertionError("no execution " + executionId);
        }
        original.getJobInstance().setUnsubstitutedJob(job);
        return original;
    }

    public JobExecutionImpl restart(long executionId, Job job, String... parameters) {
        return restart(executionId, job, parameters(parameters));
    }

    JobExecutionImpl restart(long executionId, Job job, Properties parameters) {
        JobExecutionImpl original = load(executionId, job);
        Properties merged = new Properties(original.getJobParameters());
        parameters.forEach((name, value) -> merged.setProperty((String) name, (String) value));
        return repository.createJobExecution(original.getJobInstance(), merged);
    }

    /** {@link #restart}, and the job runs. */
    public JobExecutionImpl rerun(long executionId, Job job, String... parameters) {
        return running(restart(executionId, job, parameters));
    }

    public void end(JobExecutionImpl execution, BatchStatus status) {
        end(execution, status, status.name());
    }

    public void end(JobExecutionImpl execution, BatchStatus status, String exitStatus) {
        execution.setBatchStatus(status);
        execution.setExitStatus(exitStatus);
        repository.updateJobExecution(execution, true, false);
    }

    // ---- Steps and partitions

    public StepExecutionImpl step(JobExecutionImpl job, String name) {
        return step(job, name, null);
    }

    /** A step of a restart begins with what the original left. */
    public StepExecutionImpl step(JobExecutionImpl job, String name, @Nullable JobExecutionImpl original) {
        StepExecutionImpl step = repository.createStepExecution(name);
        if (original != null) {
            StepExecutionImpl before = repository.findOriginalStepExecutionForRestart(name, original, LOADER);
            if (before != null) {
                step.setPersistentUserData(before.getPersistentUserData());
                step.setReaderCheckpointInfo(before.getReaderCheckpointInfo());
                step.setWriterCheckpointInfo(before.getWriterCheckpointInfo());
            }
        }
        step.setBatchStatus(BatchStatus.STARTED);
        repository.addStepExecution(job, step);
        return step;
    }

    public PartitionExecutionImpl partition(StepExecutionImpl step, int number, @Nullable Serializable checkpoint) {
        PartitionExecutionImpl partition = new PartitionExecutionImpl(step);
        partition.setPartitionId(number);
        partition.setBatchStatus(BatchStatus.STARTED);
        partition.setReaderCheckpointInfo(checkpoint);
        repository.addPartitionExecution(step, partition);
        if (!askedForPartitions && planned.add(step)) {
            repository.stepRecorder().planned(step, PARTITIONS);
        }
        return partition;
    }

    public void end(StepExecutionImpl step, BatchStatus status) {
        askedForPartitions = false;
        step.setBatchStatus(status);
        step.setExitStatus(status.name());
        repository.updateStepExecution(step);
    }

    public void end(JobExecutionImpl job, PartitionExecutionImpl partition, BatchStatus status) {
        partition.setBatchStatus(status);
        partition.setExitStatus(status.name());
        repository.savePersistentData(job, partition);
    }

    public List<PartitionExecutionImpl> partitions(StepExecutionImpl step, boolean notCompletedOnly) {
        askedForPartitions = true;
        return repository.getPartitionExecutions(step.getStepExecutionId(), step, notCompletedOnly, LOADER);
    }

    /** What a restart of the execution would resume the step from. */
    public StepExecutionImpl original(String step, JobExecutionImpl job) {
        StepExecutionImpl original = repository.findOriginalStepExecutionForRestart(step, job, LOADER);
        if (original == null) {
            throw new AssertionError("execution " + job.getExecutionId() + " never came to step " + step);
        }
        return original;
    }

    // ---- Chunks

    /** What a chunk does. */
    public record Chunk(int read, int filtered, Serializable checkpoint) {
        int written() {
            return read - filtered;
        }
    }

    /** A chunk that is committed; false if somebody asked for a stop. */
    public boolean commit(JobExecutionImpl job, AbstractStepExecution step, Chunk chunk) {
        try {
            boolean goOn = save(job, step, chunk);
            TRANSACTIONS.commit();
            step.getStepMetrics().increment(MetricType.COMMIT_COUNT, 1);
            return goOn;
        } catch (Error e) {
            rollBackAsTheStepFails(step);
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A chunk whose commit fails after it was saved, and which the engine then rolls back and counts. */
    void failToCommit(JobExecutionImpl job, AbstractStepExecution step, Chunk chunk) {
        Serializable before = step.getReaderCheckpointInfo();
        try {
            save(job, step, chunk);
            TRANSACTIONS.setRollbackOnly();
            TRANSACTIONS.commit();
            throw new AssertionError("committed");
        } catch (RollbackException expected) {
            step.setReaderCheckpointInfo(before);
            step.getStepMetrics().increment(MetricType.ROLLBACK_COUNT, 1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A chunk whose writer throws, and which the engine rolls back before it retries it. */
    public void failToWrite(AbstractStepExecution step, Chunk chunk) {
        try {
            TRANSACTIONS.begin();
            readAndProcess(step, chunk);
            TRANSACTIONS.rollback();
            step.getStepMetrics().increment(MetricType.ROLLBACK_COUNT, 1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A chunk whose writer throws a skippable exception. */
    public void skipWrite(AbstractStepExecution step, Chunk chunk) {
        try {
            TRANSACTIONS.begin();
            readAndProcess(step, chunk);
            step.getStepMetrics().increment(MetricType.WRITE_SKIP_COUNT, 1);
            TRANSACTIONS.rollback();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Up to the commit, in a transaction that stays open. */
    boolean save(JobExecutionImpl job, AbstractStepExecution step, Chunk chunk) throws Exception {
        TRANSACTIONS.begin();
        readAndProcess(step, chunk);
        step.getStepMetrics().increment(MetricType.WRITE_COUNT, chunk.written());
        step.setReaderCheckpointInfo(chunk.checkpoint());
        return repository.savePersistentDataIfNotStopping(job, step) != 0;
    }

    private static void readAndProcess(AbstractStepExecution step, Chunk chunk) {
        step.getStepMetrics().increment(MetricType.READ_COUNT, chunk.read());
        step.getStepMetrics().increment(MetricType.FILTER_COUNT, chunk.filtered());
    }

    private static void rollBackAsTheStepFails(AbstractStepExecution step) {
        try {
            if (TRANSACTIONS.getStatus() != Status.STATUS_NO_TRANSACTION) {
                TRANSACTIONS.rollback();
            }
            step.getStepMetrics().increment(MetricType.ROLLBACK_COUNT, 1);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- What is in the tables

    /** {@code status|exit code|read|written|filtered|commits|rollbacks|version} of a step or partition. */
    String stepRow(AbstractStepExecution step) {
        return database.row("""
                select STATUS, EXIT_CODE, READ_COUNT, WRITE_COUNT, FILTER_COUNT, COMMIT_COUNT, ROLLBACK_COUNT, VERSION
                  from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = ?""", step.getStepExecutionId());
    }

    public String status(long executionId) {
        return database.row("select STATUS from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = ?", executionId);
    }

    List<String> owner(long executionId) {
        return database.rows("select NODE_ID from REPRISE_OWNER where JOB_EXECUTION_ID = ?", executionId);
    }

    /** The process is gone, as far as the others can see. */
    public void leaseExpires() {
        int nodes = database.execute(
                "update REPRISE_NODE set HEARTBEAT_AT = HEARTBEAT_AT - interval '" + (LEASE.toSeconds() + 1)
                        + "' second where APPLICATION = ? and NODE_ID = ?",
                identity.application(),
                identity.name());
        if (nodes != 1) {
            throw new AssertionError(nodes + " nodes");
        }
    }
}
