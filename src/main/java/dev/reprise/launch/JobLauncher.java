package dev.reprise.launch;

import dev.reprise.access.Access.Subject;
import dev.reprise.access.Action;
import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.state.DueRestart;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.WaysOut;
import jakarta.annotation.PreDestroy;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Launches jobs: starts what never ran, restarts what failed or was stopped, and refuses the rest (contract.md §3). It
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

    /** As their owners declare them. */
    private static final List<PrivilegedJobs> PRIVILEGED =
            ServiceLoader.load(PrivilegedJobs.class, JobLauncher.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private final DeployedJobs jobs = new DeployedJobs();
    private final Ends ends = new Ends(
            id -> EngineOperator.repository().running().end(id),
            ids -> EngineOperator.repository().recorded().withoutEnd(ids));

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
        JobExecution found = EngineOperator.repository().getJobExecution(executionId);
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
        return Optional.ofNullable(
                EngineOperator.submitterOf(EngineOperator.repository().getJobExecution(executionId)));
    }

    /** What {@link #start(LaunchRequest)} would do now, without doing it. */
    public LaunchDecision explain(LaunchRequest request) {
        Refusal noSuchJob = DeployedJobs.noSuchJob(request.job());
        if (noSuchJob != null) {
            return noSuchJob;
        }
        Properties properties = request.properties();
        if (request.isNext()) {
            properties.setProperty(RUN_ID, String.valueOf(LaunchRounds.nextRunId(request.job())));
        }
        return EngineOperator.explain(jobs.launched(request.job()), properties);
    }

    /** What a launch of the instance of an execution would do now, without doing it. */
    public LaunchDecision explainAgain(ExecutionState execution) {
        Refusal noSuchJob = DeployedJobs.noSuchJob(execution.job());
        if (noSuchJob != null) {
            return noSuchJob;
        }
        return EngineOperator.explainAgain(jobs.launched(execution.job()), execution.parameters());
    }

    private long launch(LaunchRequest request) {
        return EngineOperator.repository()
                .access()
                .change(
                        to(Action.LAUNCH, request.job()),
                        Subject.ofJob(request.job()),
                        () -> LaunchRounds.launch(request),
                        JobLauncher::subject);
    }

    private static Action to(Action action, String job) {
        return PRIVILEGED.stream()
                .filter(its -> its.names().contains(job))
                .map(PrivilegedJobs::action)
                .findFirst()
                .orElse(action);
    }

    private static Subject subject(long executionId) {
        return subject(EngineOperator.repository().getJobExecution(executionId), executionId);
    }

    private static Subject subject(@Nullable JobExecution execution, long executionId) {
        return execution == null
                ? new Subject(null, null, executionId)
                : new Subject(execution.getJobName(), EngineOperator.instanceOf(execution), executionId);
    }

    /**
     * Restarts an execution and returns at once. To wait for the end, {@link #await} the execution that is returned.
     *
     * @param changed parameters with other values than before; only such as do not identify (contract.md §2.7), and
     *     {@link WaysOut#ACCEPT_DEFINITION} and {@link WaysOut#START_ANEW}, which are not kept
     * @throws NoSuchJobExecutionException if there is none with that id
     */
    public JobExecution restart(long executionId, Map<String, String> changed) {
        JobExecution before = execution(executionId);
        Properties properties = new Properties();
        properties.putAll(LaunchRequest.texts(before.getJobName(), changed));
        RepriseRepository repository = EngineOperator.repository();
        long restarted = repository
                .access()
                .change(
                        to(Action.RESTART, before.getJobName()),
                        subject(before, executionId),
                        () -> {
                            repository.refused().refuseOthers(executionId);
                            Long id;
                            try {
                                id = LaunchRounds.restart(executionId, properties, false);
                            } catch (JobRestartException e) {
                                throw refusalInsteadOf(e, executionId);
                            }
                            if (id == null) {
                                throw new LaunchRefusedException(LaunchRounds.notTheLast(before));
                            }
                            return id;
                        },
                        JobLauncher::subject);
        return execution(restarted);
    }

    /** What the engine refuses by itself, it refuses without a reason: the rules know it. */
    private RuntimeException refusalInsteadOf(JobRestartException refused, long executionId) {
        return EngineOperator.repository()
                .history()
                .execution(executionId)
                .map(this::explainAgain)
                .filter(Refusal.class::isInstance)
                .<RuntimeException>map(refusal -> new LaunchRefusedException((Refusal) refusal))
                .orElse(refused);
    }

    /**
     * Whether jobs can be launched by now: the beans of a deployment are up before its job operator is.
     *
     * @throws IllegalStateException if they never can: the operator is not JBeret's, or its repository not ours
     */
    public static boolean isOperatorUp() {
        return EngineOperator.isUp();
    }

    /**
     * Restarts an execution for nobody who asks, in the name of who asked for it before (contract.md §6).
     *
     * @param due taken upon this node
     * @return the id of the new execution
     * @throws JobRestartException or another exception of {@code JobOperator.restart}
     * @throws LaunchRefusedException with the reason if the repository refuses
     */
    public static long recover(DueRestart due) {
        try {
            return EngineOperator.recover(due);
        } catch (JobRestartException e) {
            if (e.getCause() instanceof LaunchRefusedException refused) {
                throw refused;
            }
            throw e;
        }
    }

    /**
     * Starts a tick of a schedule for nobody who asks: it begins an instance, and restarts none.
     *
     * @return the id of the execution
     * @throws LaunchRefusedException with the reason if the repository refuses, or if the job has no identity, by which
     *     alone a tick happens once
     */
    public static long startTick(String job, Map<String, String> parameters) {
        LaunchRounds.refuseTickWithoutIdentity(job);
        return EngineOperator.startForNobody(
                job, LaunchRequest.of(job).with(parameters).properties());
    }

    /**
     * Restarts the execution of a tick for nobody who asks, if it is the last of its instance.
     *
     * @return the id of the new execution, or of the one that has been restarted since
     * @throws LaunchRefusedException with the reason if the repository refuses
     */
    public static long restartTick(String job, long executionId) {
        Long restarted = LaunchRounds.restartForNobody(executionId);
        if (restarted == null) {
            throw new LaunchRefusedException(LaunchRounds.notTheLast(new JobLauncher().execution(executionId)));
        }
        return restarted;
    }

    /** The revision that the next run of a job gets, as {@link LaunchRequest#next} numbers it. */
    public static long nextRunId(String job) {
        return LaunchRounds.nextRunId(job);
    }

    /** What a change of a job is, for roles and record: of some jobs it is more than of others. */
    public static Action actionOf(Action action, String job) {
        return to(action, job);
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
        ends.await(executionId, atMost);
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
        return ends.of(executionId, atMost);
    }

    @PreDestroy
    void undeployed() {
        ends.close();
    }

    /** The names of the jobs of this deployment. */
    public SortedSet<String> jobNames() {
        return EngineOperator.jobNames();
    }

    /** A job as it is deployed, or empty if the deployment has no job of that name. */
    public Optional<DeployedJob> deployed(String job) {
        return jobs.find(job);
    }
}
