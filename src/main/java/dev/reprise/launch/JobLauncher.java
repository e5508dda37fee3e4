package dev.reprise.launch;

import dev.reprise.access.Access;
import dev.reprise.access.Access.Subject;
import dev.reprise.access.Action;
import dev.reprise.job.Finding;
import dev.reprise.job.InvalidSchemaException;
import dev.reprise.job.JobDefinition;
import dev.reprise.job.JobGraph;
import dev.reprise.job.JobLinter.Report;
import dev.reprise.job.ParameterSchema;
import dev.reprise.log.OneLine;
import dev.reprise.repository.DueRestart;
import dev.reprise.repository.ExecutionState;
import dev.reprise.repository.LaunchDecision;
import dev.reprise.repository.LaunchRefusedException;
import dev.reprise.repository.Refusal;
import dev.reprise.repository.Refusal.Kind;
import dev.reprise.repository.RepriseRepository;
import dev.reprise.repository.SelfTest;
import jakarta.annotation.PreDestroy;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionNotMostRecentException;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.JobSecurityException;
import jakarta.batch.operations.JobStartException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.Job;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.operations.DelegatingJobOperator;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobXmlResolver;
import org.jspecify.annotations.Nullable;

/**
 * Launches jobs: starts what never ran, restarts what failed or was stopped, and refuses the rest (semantics.md §3). It
 * goes through the deployment's {@code JobOperator}, and the repository decides. Inject it. Thread-safe.
 *
 * <p>Every method throws {@link LaunchRefusedException} with the reason if nothing is to run, and
 * {@link dev.reprise.access.AccessDeniedException} if the server's security knows who asks and that caller lacks the role
 * {@code batch-operator}; what nobody asks for, as at startup or on a schedule, needs none.
 */
@ApplicationScoped
public class JobLauncher {

    /** The parameter that {@link LaunchRequest#next} adds. */
    public static final String RUN_ID = "run.id";

    /** The jobs that purge history: who launches one needs the role for that. */
    private static final Set<String> PURGES = Set.of("reprise-purge", "reprise-purge-daily");

    /** Each further round means that somebody else launched, stopped or ended the same instance in between. */
    private static final int ROUNDS = 50;

    private static final int LONGEST_NAME = 100;

    /** More nanoseconds than these do not fit. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    /** What no file can be called. */
    private static final String NO_JOB = "reprise/no such job";

    /** What launches rely on in the engine. */
    public static final List<SelfTest.Check> CHECKS = List.of(
            SelfTest.essential(
                    "jobs can be started, and restarted, in somebody's name", () -> starts(AbstractJobOperator.class)),
            SelfTest.essential("job XML can be read beforehand", () -> reads(ArchiveXmlLoader.class)));

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

    private static final String RESTART_MODE = "jberet.restart.mode";

    private static volatile @Nullable JobOperator operator;

    private final Map<String, Job> jobs = new ConcurrentHashMap<>();
    private final Map<String, DeployedJob> deployed = new ConcurrentHashMap<>();
    private final Ends ends =
            new Ends(id -> ourRepository().end(id), ids -> ourRepository().withoutEnd(ids));

    /** Launches the job and waits for its end; see {@link #run(LaunchRequest)}. */
    public JobExecution run(String job, Map<String, String> parameters) {
        return run(LaunchRequest.of(job).with(parameters));
    }

    /**
     * Launches a job and waits for its end, or as long as the request says.
     *
     * @return the execution as it is then: look at its status
     */
    public JobExecution run(LaunchRequest request) {
        long executionId = launch(request);
        return await(executionId, request.patience().orElse(null));
    }

    /** Launches the job and returns at once; see {@link #start(LaunchRequest)}. */
    public JobExecution start(String job, Map<String, String> parameters) {
        return start(LaunchRequest.of(job).with(parameters));
    }

    /** Launches a job and returns at once, with an execution that is STARTING or further. */
    public JobExecution start(LaunchRequest request) {
        return execution(launch(request));
    }

    /**
     * An execution as it is now.
     *
     * @throws NoSuchJobExecutionException if there is none with that id
     */
    public JobExecution execution(long executionId) {
        // WildFly's operator would ask for it four times.
        JobExecution found = ourRepository().getJobExecution(executionId);
        if (found == null) {
            throw new NoSuchJobExecutionException("There is no execution " + executionId + ".");
        }
        return found;
    }

    /**
     * Who launched an execution, as the server's security knew the caller: for the job's artifacts too, which give it
     * {@code JobContext.getExecutionId()}. A restart by recovery keeps who launched the execution before.
     *
     * @return empty if nobody was known, or there is no such execution
     */
    public Optional<String> submitterOf(long executionId) {
        return repository().getJobExecution(executionId) instanceof JobExecutionImpl execution
                ? Optional.ofNullable(execution.getUser())
                : Optional.empty();
    }

    /** What {@link #start(LaunchRequest)} would do now, without doing it. */
    public LaunchDecision explain(LaunchRequest request) {
        Refusal noSuchJob = noSuchJob(request.job());
        if (noSuchJob != null) {
            return noSuchJob;
        }
        RepriseRepository repository = repository();
        Properties properties = request.properties();
        if (request.isNext()) {
            properties.setProperty(RUN_ID, String.valueOf(nextRunId(request.job(), repository)));
        }
        return repository.explain(definition(request.job()), properties);
    }

    /** The one that a launch would run. */
    private Job definition(String name) {
        Job started = started(engine().getBatchEnvironment(), name);
        return started == null ? jobs.computeIfAbsent(name, JobLauncher::load) : started;
    }

    /** What a launch of the instance of an execution would do now, without doing it. */
    public LaunchDecision explainAgain(ExecutionState execution) {
        Refusal noSuchJob = noSuchJob(execution.job());
        if (noSuchJob != null) {
            return noSuchJob;
        }
        return repository().explainAgain(definition(execution.job()), execution.parameters());
    }

    private long launch(LaunchRequest request) {
        return Access.change(
                to(Action.LAUNCH, request.job()),
                Subject.ofJob(request.job()),
                repository().audit(),
                () -> launchIfKnown(request),
                JobLauncher::subject);
    }

    private static Action to(Action action, String job) {
        return PURGES.contains(job) ? Action.PURGE : action;
    }

    private static Subject subject(long executionId) {
        return subject(ourRepository().getJobExecution(executionId), executionId);
    }

    private static Subject subject(@Nullable JobExecution execution, long executionId) {
        return execution instanceof JobExecutionImpl found
                ? new Subject(found.getJobName(), found.getJobInstance().getInstanceId(), executionId)
                : new Subject(null, null, executionId);
    }

    private long launchIfKnown(LaunchRequest request) {
        Refusal noSuchJob = noSuchJob(request.job());
        if (noSuchJob != null) {
            throw new LaunchRefusedException(noSuchJob);
        }
        if (!request.isNext()) {
            return launch(request, request.properties());
        }
        long runId = nextRunId(request.job(), repository());
        for (int round = 0; ; round++) {
            Properties properties = request.properties();
            properties.setProperty(RUN_ID, String.valueOf(runId));
            try {
                return begin(request.job(), properties);
            } catch (LaunchRefusedException e) {
                // Somebody took that number: take the one after.
                if (round == ROUNDS || e.refusal().instanceId() == null) {
                    throw e;
                }
                runId++;
            }
        }
    }

    private long launch(LaunchRequest request, Properties properties) {
        for (int round = 0; ; round++) {
            try {
                return begin(request.job(), properties);
            } catch (LaunchRefusedException e) {
                Refusal refusal = e.refusal();
                Long inTheWay = refusal.executionId();
                if (inTheWay != null && refusal.kind() == Kind.ALREADY_RUNNING && request.attaches()) {
                    return inTheWay;
                }
                if (inTheWay == null || refusal.kind() != Kind.RESTART_INSTEAD || round == ROUNDS) {
                    throw e;
                }
                Long restarted = restart(inTheWay, properties, request.attaches());
                if (restarted != null) {
                    return restarted;
                }
            }
        }
    }

    /** The one that was started before; null if none was. */
    private static @Nullable Job started(BatchEnvironment environment, String name) {
        return ourRepository().getJob(new ApplicationAndJobName(environment.getApplicationName(), name));
    }

    /** Like {@code JobOperator.start}, which would parse the job's XML each time. */
    private static long begin(String name, Properties properties) {
        RepriseRepository repository = ourRepository();
        AbstractJobOperator engine = engine();
        BatchEnvironment environment = engine.getBatchEnvironment();
        Job started = started(environment, name);
        if (started == null) {
            return repository.launch(() -> operator().start(name, properties));
        }
        askServer(operator());
        return withClassLoaderOf(
                environment, () -> repository.launch(() -> engine.start(started, properties, repository.submitter())));
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

    /**
     * Restarts an execution and returns at once. To wait for the end, {@link #await} the execution that is returned.
     *
     * @param changed parameters with other values than before; only such as do not identify (semantics.md §2.7), and
     *     {@link RepriseRepository#ACCEPT_DEFINITION} and {@link RepriseRepository#START_ANEW}, which are not kept
     * @throws NoSuchJobExecutionException if there is none with that id
     */
    public JobExecution restart(long executionId, Map<String, String> changed) {
        JobExecution before = execution(executionId);
        Properties properties = new Properties();
        properties.putAll(LaunchRequest.texts(before.getJobName(), changed));
        long restarted = Access.change(
                to(Action.RESTART, before.getJobName()),
                subject(before, executionId),
                repository().audit(),
                () -> {
                    repository().refuseOthers(executionId);
                    Long id;
                    try {
                        id = restart(executionId, properties, false);
                    } catch (JobRestartException e) {
                        throw refusalInsteadOf(e, executionId);
                    }
                    if (id == null) {
                        throw new LaunchRefusedException(notTheLast(before));
                    }
                    return id;
                },
                JobLauncher::subject);
        return execution(restarted);
    }

    /** What the engine refuses by itself, it refuses without a reason: the rules know it. */
    private RuntimeException refusalInsteadOf(JobRestartException refused, long executionId) {
        return repository()
                .history()
                .execution(executionId)
                .map(this::explainAgain)
                .filter(Refusal.class::isInstance)
                .<RuntimeException>map(refusal -> new LaunchRefusedException((Refusal) refusal))
                .orElse(refused);
    }

    /** The instance has gone on since, or is complete: what the engine says before the repository is asked. */
    private static Refusal notTheLast(JobExecution execution) {
        boolean complete = execution.getBatchStatus() == BatchStatus.COMPLETED;
        String which = execution.getJobName() + ": execution " + execution.getExecutionId();
        return new Refusal(
                complete ? Kind.ALREADY_COMPLETE : Kind.NOT_THE_LAST,
                execution.getJobName(),
                execution instanceof JobExecutionImpl found
                        ? Long.valueOf(found.getJobInstance().getInstanceId())
                        : null,
                execution.getExecutionId(),
                null,
                List.of(),
                complete
                        ? which + " is COMPLETED, and completes once. Launch the job with another identifying parameter"
                                + " to run it again."
                        : which + " is not the last of its instance any more. Restart the last one.");
    }

    /** Restarts an execution, or returns null if its instance has changed meanwhile: decide anew. */
    private static @Nullable Long restart(long executionId, Properties properties, boolean attach) {
        ourRepository().refuseWhatStillEndsHere(executionId);
        Properties strict = new Properties();
        strict.putAll(properties);
        strict.setProperty(RESTART_MODE, "strict");
        try {
            return ourRepository().launch(() -> operator().restart(executionId, strict));
        } catch (JobExecutionAlreadyCompleteException | JobExecutionNotMostRecentException e) {
            return null;
        } catch (JobRestartException e) {
            if (!(e.getCause() instanceof LaunchRefusedException refused)) {
                throw e;
            }
            Refusal refusal = refused.refusal();
            return switch (refusal.kind()) {
                case NOT_THE_LAST, RESTART_INSTEAD -> null;
                case ALREADY_RUNNING -> {
                    Long running = refusal.executionId();
                    if (attach && running != null) {
                        yield running;
                    }
                    throw refused;
                }
                case NO_SUCH_JOB,
                        INVALID_JOB,
                        INVALID_PARAMETERS,
                        OTHER_APPLICATION,
                        ALREADY_COMPLETE,
                        ABANDONED,
                        UNKNOWN_STATE,
                        NOT_RESTARTABLE,
                        DEFINITION_CHANGED,
                        NODE_UNAVAILABLE -> throw refused;
            };
        }
    }

    /**
     * Whether jobs can be launched by now: the beans of a deployment are up before its job operator is.
     *
     * @throws IllegalStateException if they never can: the operator is not JBeret's, or its repository not ours
     */
    public static boolean isOperatorUp() {
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

    /**
     * Restarts an execution for nobody who asks, in the name of who asked for it before (semantics.md §6).
     *
     * @param due taken upon this node
     * @return the id of the new execution
     * @throws JobRestartException or another exception of {@code JobOperator.restart}
     * @throws LaunchRefusedException with the reason if the repository refuses
     */
    public static long recover(DueRestart due) {
        RepriseRepository repository = ourRepository();
        JobExecution before = repository.getJobExecution(due.executionId());
        String submitter = before instanceof JobExecutionImpl found ? found.getUser() : null;
        Properties strict = new Properties();
        strict.setProperty(RESTART_MODE, "strict");
        try {
            return repository.recover(due, () -> engine().restart(due.executionId(), strict, submitter));
        } catch (JobRestartException e) {
            if (e.getCause() instanceof LaunchRefusedException refused) {
                throw refused;
            }
            throw e;
        }
    }

    private static long nextRunId(String job, RepriseRepository repository) {
        return repository
                .newestValueOf(job, RUN_ID)
                .filter(value -> value.matches("\\d{1,18}"))
                .map(value -> Long.parseLong(value) + 1)
                .orElse(1L);
    }

    /**
     * Waits for the end of an execution, on whichever node it runs.
     *
     * @param atMost zero or more, however long; null to wait until it comes
     * @return the execution as it is then
     */
    public JobExecution await(long executionId, @Nullable Duration atMost) {
        if (atMost != null && atMost.isNegative()) {
            throw new IllegalArgumentException("Nobody can wait for " + atMost + "; give a time of zero or more.");
        }
        CompletableFuture<Boolean> end =
                ends.of(executionId, atMost == null || atMost.compareTo(FOR_EVER) > 0 ? null : atMost);
        try {
            end.get();
        } catch (InterruptedException e) {
            end.cancel(false);
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an end is never completed with an exception", e);
        }
        return execution(executionId);
    }

    /**
     * The end of an execution, on whichever node it runs, for those who wait without a thread. Who has no use for it any
     * more cancels it.
     *
     * @param atMost above zero
     * @return completes when the execution has ended (true), or when it has not in that time (false), on the thread that
     *     ends it or that watches the clock: what takes time is to be done on another one
     */
    public CompletableFuture<Boolean> whenEnded(long executionId, Duration atMost) {
        return ends.of(executionId, atMost.compareTo(FOR_EVER) > 0 ? FOR_EVER : atMost);
    }

    @PreDestroy
    void undeployed() {
        ends.close();
    }

    private static @Nullable Refusal noSuchJob(String job) {
        BatchEnvironment environment = engine().getBatchEnvironment();
        // The repository may know it of another module of the EAR.
        if (ourRepository().getJobNames().contains(job)
                && job.equals(
                        environment.getJobXmlResolver().resolveJobName(job + ".xml", environment.getClassLoader()))) {
            return null;
        }
        Set<String> known = new TreeSet<>(operator().getJobNames());
        if (known.contains(job)) {
            return null;
        }
        return new Refusal(
                Kind.NO_SUCH_JOB,
                job,
                null,
                null,
                null,
                List.of(),
                "This deployment has no job '" + OneLine.of(job, LONGEST_NAME) + "'; it has " + String.join(", ", known)
                        + ".");
    }

    private static Job load(String name) {
        BatchEnvironment environment = engine().getBatchEnvironment();
        return withClassLoaderOf(
                environment,
                () -> ArchiveXmlLoader.loadJobXml(
                        name, environment.getClassLoader(), new ArrayList<>(), environment.getJobXmlResolver()));
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

    /** The names of the jobs of this deployment. */
    public SortedSet<String> jobNames() {
        return new TreeSet<>(operator().getJobNames());
    }

    /** A job as it is deployed, or empty if the deployment has no job of that name. */
    public Optional<DeployedJob> deployed(String job) {
        DeployedJob known = deployed.get(job);
        if (known != null) {
            return Optional.of(known);
        }
        // Names that no job has are not kept: anybody may ask for any.
        Optional<DeployedJob> found = describe(job);
        found.ifPresent(described -> deployed.put(job, described));
        return found;
    }

    private static Optional<DeployedJob> describe(String job) {
        if (noSuchJob(job) != null) {
            return Optional.empty();
        }
        ClassLoader application = engine().getBatchEnvironment().getClassLoader();
        List<Finding> findings = ourRepository().rules() instanceof SchemaRules rules
                ? rules.report(job).map(Report::findings).orElse(List.of())
                : List.of();
        String schema;
        try {
            schema = ParameterSchema.find(job, application)
                    .map(ParameterSchema::json)
                    .orElse(null);
        } catch (InvalidSchemaException e) {
            schema = null;
        }
        try {
            Job model = load(job);
            JobDefinition definition = JobDefinition.of(model);
            return Optional.of(new DeployedJob(
                    job, definition.restartable(), definition.identityNone(), JobGraph.of(model), schema, findings));
        } catch (RuntimeException unreadable) {
            // The findings say why.
            return Optional.of(new DeployedJob(job, true, false, null, schema, findings));
        }
    }

    /** The repository of this deployment. */
    public RepriseRepository repository() {
        return ourRepository();
    }

    private static RepriseRepository ourRepository() {
        return ours(engine());
    }

    private static RepriseRepository ours(AbstractJobOperator engine) {
        if (engine.getJobRepository() instanceof RepriseRepository ours) {
            return ours;
        }
        throw new IllegalStateException("This deployment does not use the repository of Reprise. Its"
                + " META-INF/jboss-all.xml must name one: <job-repository><named name=\"…\"/></job-repository>.");
    }

    /** The engine's asks anew at each call which deployment it is for; to find it takes longer than all that it does. */
    private static JobOperator operator() {
        JobOperator found = operator;
        if (found == null) {
            found = BatchRuntime.getJobOperator();
            if (found.getClass() == DelegatingJobOperator.class) {
                operator = found;
            }
        }
        return found;
    }

    private static AbstractJobOperator engine() {
        return engine(operator());
    }

    private static AbstractJobOperator engine(@Nullable JobOperator operator) {
        JobOperator found = operator instanceof DelegatingJobOperator delegating ? delegating.getDelegate() : operator;
        if (found instanceof AbstractJobOperator engine) {
            return engine;
        }
        throw new IllegalStateException(
                "The batch runtime is not JBeret but " + (found == null ? "none" : found.getClass()));
    }
}
