package dev.reprise.internal.engine;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.checks.SelfTest;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.job.JobModel;
import dev.reprise.state.DueRestart;
import dev.reprise.state.LaunchDecision;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.JobSecurityException;
import jakarta.batch.operations.JobStartException;
import jakarta.batch.runtime.JobExecution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.Job;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobOperatorContext;
import org.jberet.spi.JobTask;
import org.jberet.spi.JobXmlResolver;
import org.jspecify.annotations.Nullable;

/**
 * The job operator of the deployment that a call comes from: what launches ask of the engine, and the repository that it
 * has. Only the beans of a deployment may be up before it is. Thread-safe.
 */
public final class EngineOperator {

    /** What no file can be called. */
    private static final String NO_JOB = "reprise/no such job";

    private static final String RESTART_MODE = "jberet.restart.mode";

    /** What launches rely on in the engine. */
    public static final List<SelfTest.Check> CHECKS = List.of(
            SelfTest.essential(
                    "jobs can be started, and restarted, in somebody's name", () -> starts(AbstractJobOperator.class)),
            SelfTest.essential("job XML can be read beforehand", () -> reads(ArchiveXmlLoader.class)));

    private EngineOperator() {}

    static @Nullable String starts(Class<?> engine) throws NoSuchMethodException {
        return SelfTest.found(
                engine.getMethod("start", Job.class, Properties.class, String.class),
                engine.getMethod("restart", long.class, Properties.class, String.class),
                engine.getMethod("getBatchEnvironment"));
    }

    static @Nullable String reads(Class<?> engine) throws NoSuchMethodException {
        return SelfTest.found(
                engine.getMethod("loadJobXml", String.class, ClassLoader.class, List.class, JobXmlResolver.class));
    }

    /**
     * Whether it is up by now.
     *
     * @throws IllegalStateException if it never can be: the operator is not JBeret's, or its repository not ours
     */
    public static boolean isUp() {
        return isUp(operator());
    }

    static boolean isUp(@Nullable JobOperator operator) {
        AbstractJobOperator engine = engine(operator);
        try {
            engine.getBatchEnvironment();
        } catch (IllegalStateException notYet) { // as WildFly's says before it has started and after it has stopped
            return false;
        }
        ours(engine);
        return true;
    }

    /** The repository of this deployment. */
    public static RepriseRepository repository() {
        return ours(engine());
    }

    private static RepriseRepository ours(AbstractJobOperator engine) {
        if (engine.getJobRepository() instanceof RepriseRepository ours) {
            return ours;
        }
        throw new IllegalStateException("This deployment does not use the repository of Reprise. Its"
                + " META-INF/jboss-all.xml must name one: <job-repository><named name=\"…\"/></job-repository>.");
    }

    /** What the one of {@code BatchRuntime} asks at each call; to find that one takes longer than all that it does. */
    private static JobOperator operator() {
        return JobOperatorContext.getJobOperatorContext().getJobOperator();
    }

    private static AbstractJobOperator engine() {
        return engine(operator());
    }

    private static AbstractJobOperator engine(@Nullable JobOperator operator) {
        if (operator instanceof AbstractJobOperator engine) {
            return engine;
        }
        throw new IllegalStateException(
                "The batch runtime is not JBeret but " + (operator == null ? "none" : operator.getClass()));
    }

    /** The names of the jobs of this deployment. */
    public static SortedSet<String> jobNames() {
        return new TreeSet<>(operator().getJobNames());
    }

    /** Whether a job was started before and is one of this deployment: false says nothing, {@link #jobNames} does. */
    public static boolean isKnown(String job) {
        BatchEnvironment environment = engine().getBatchEnvironment();
        // The repository may know it of another module of the EAR.
        return repository().getJobNames().contains(job)
                && job.equals(
                        environment.getJobXmlResolver().resolveJobName(job + ".xml", environment.getClassLoader()));
    }

    /** The job that was started before; null if none was. */
    public static @Nullable JobModel started(String name) {
        Job started = started(engine().getBatchEnvironment(), name);
        return started == null ? null : new JobModel(started);
    }

    private static @Nullable Job started(BatchEnvironment environment, String name) {
        return repository().getJob(new ApplicationAndJobName(environment.getApplicationName(), name));
    }

    /**
     * Where a job runs, by its name.
     *
     * @param homes for a job the class loader that leads to its job operator
     */
    public static Function<String, BatchEnvironment> environments(Function<String, ClassLoader> homes) {
        return job -> {
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(homes.apply(job));
            try {
                return engine().getBatchEnvironment();
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        };
    }

    /** A job of a deployment, whether it was started before or not. */
    static Job job(BatchEnvironment environment, String name) {
        Job started = environment
                .getJobRepository()
                .getJob(new ApplicationAndJobName(environment.getApplicationName(), name));
        return started != null ? started : read(environment, name).engines();
    }

    /** Reads a job's XML. */
    public static JobModel read(String name) {
        return read(engine().getBatchEnvironment(), name);
    }

    private static JobModel read(BatchEnvironment environment, String name) {
        return new JobModel(withClassLoaderOf(
                environment,
                () -> ArchiveXmlLoader.loadJobXml(
                        name, environment.getClassLoader(), new ArrayList<>(), environment.getJobXmlResolver())));
    }

    /** Where the jobs of this deployment are, and their schemas. */
    public static ClassLoader classLoader() {
        return engine().getBatchEnvironment().getClassLoader();
    }

    /** Has something done on a thread of the environment, in its class loader. */
    static void submit(BatchEnvironment environment, JobTask task) {
        withClassLoaderOf(environment, () -> {
            environment.submitTask(task);
            return task;
        });
    }

    private static <T> T withClassLoaderOf(BatchEnvironment environment, Supplier<T> work) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(environment.getClassLoader());
        try {
            return work.get();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** What {@link #start} would do now, without doing it. */
    public static LaunchDecision explain(JobModel job, Properties parameters) {
        return repository().launching().explain(job.engines(), parameters);
    }

    /** What a launch of an instance that there is would do now, without doing it. */
    public static LaunchDecision explainAgain(JobModel job, JobParameters before) {
        return repository().launching().explainAgain(job.engines(), before);
    }

    /** The instances that launches of a job with these parameters have begun, by those; the others are missing. */
    public static Map<Map<String, String>, Long> launched(String name, List<Map<String, String>> launches) {
        return repository().launching().launched(job(engine().getBatchEnvironment(), name), launches);
    }

    /** Like {@code JobOperator.start}, which would parse the job's XML each time. */
    public static long start(String name, Properties properties) {
        RepriseRepository repository = repository();
        AbstractJobOperator engine = engine();
        BatchEnvironment environment = engine.getBatchEnvironment();
        Job started = started(environment, name);
        if (started == null) {
            return repository.launching().launch(properties, given -> operator().start(name, given));
        }
        askServer(operator());
        return start(engine, started, properties);
    }

    private static long start(AbstractJobOperator engine, Job job, Properties properties) {
        Launching launching = repository().launching();
        return withClassLoaderOf(
                engine.getBatchEnvironment(),
                () -> launching.launch(properties, given -> engine.start(job, given, launching.submitter())));
    }

    /**
     * Whether the caller may start jobs at all, as WildFly's permissions for batch say: it asks before it looks for the
     * job, and of this name there is none.
     *
     * @throws JobSecurityException if not, and if it answers in any other way than that there is no such job
     */
    static void askServer(JobOperator operator) {
        String answer;
        try {
            answer = "it has begun execution " + operator.start(NO_JOB, new Properties());
        } catch (JobSecurityException denied) {
            throw denied;
        } catch (JobStartException e) {
            if (e.getClass() == JobStartException.class
                    && e.getCause() == null
                    && String.valueOf(e.getMessage()).contains(NO_JOB)) {
                return;
            }
            answer = e.toString();
        }
        throw new JobSecurityException(
                "Nothing is launched: this server was asked whether the caller may start jobs, with"
                        + " a job that there is not, and did not say that there is none: " + answer);
    }

    /** {@link #start} for nobody who asks: the server's permissions are about those who do. */
    public static long startForNobody(String name, Properties properties) {
        AbstractJobOperator engine = engine();
        return start(engine, job(engine.getBatchEnvironment(), name), properties);
    }

    /** Like {@code JobOperator.restart}, of the last execution of an instance and no other. */
    public static long restart(long executionId, Properties properties) {
        return repository()
                .launching()
                .launch(strictly(properties), given -> operator().restart(executionId, given));
    }

    /** {@link #restart} for nobody who asks, in the name of who asked for it before: nobody's permissions are asked for. */
    public static long restartForNobody(long executionId) {
        return inTheNameOfItsSubmitter(
                executionId, restart -> repository().launching().launch(strictly(new Properties()), restart));
    }

    /** The same of what is due, which counts how many restarts of that kind led to it. */
    public static long recover(DueRestart due) {
        return inTheNameOfItsSubmitter(
                due.executionId(),
                restart -> repository().launching().recover(due, strictly(new Properties()), restart));
    }

    /**
     * @param launch has the restart done that it is given
     */
    private static long inTheNameOfItsSubmitter(long executionId, ToLongFunction<ToLongFunction<Properties>> launch) {
        RepriseRepository repository = repository();
        String submitter = submitterOf(repository.getJobExecution(executionId));
        AtomicLong restarted = new AtomicLong();
        repository
                .server()
                .inTheNameOf()
                .accept(
                        submitter,
                        () -> restarted.set(
                                launch.applyAsLong(given -> engine().restart(executionId, given, submitter))));
        return restarted.get();
    }

    private static Properties strictly(Properties asked) {
        Properties strict = new Properties();
        strict.putAll(asked);
        strict.setProperty(RESTART_MODE, "strict");
        return strict;
    }

    /** In whose name it was launched; null if nobody was known, or there is no execution. */
    public static @Nullable String submitterOf(@Nullable JobExecution execution) {
        return execution instanceof JobExecutionImpl found ? found.getUser() : null;
    }

    /** The id of its instance, without asking the database. */
    public static @Nullable Long instanceOf(JobExecution execution) {
        return execution instanceof JobExecutionImpl found
                ? Long.valueOf(found.getJobInstance().getInstanceId())
                : null;
    }

    /** Whether the database is at the bottom of it. */
    public static boolean isDatabases(Throwable thrown) {
        return SqlFailures.isDatabases(thrown);
    }
}
