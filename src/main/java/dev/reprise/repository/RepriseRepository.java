package dev.reprise.repository;

import dev.reprise.identity.JobIdentity;
import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.job.DefinitionChange;
import dev.reprise.job.JobGraph;
import dev.reprise.log.LogThread;
import dev.reprise.repository.Decisions.Subject;
import dev.reprise.repository.Dialect.Acquired;
import dev.reprise.repository.JobExecutions.Belonging;
import dev.reprise.repository.JobExecutions.Launch;
import dev.reprise.repository.JobExecutions.Stored;
import dev.reprise.repository.LaunchRules.Verdict;
import dev.reprise.repository.Owners.Owner;
import dev.reprise.repository.RestartJudge.Judgement;
import dev.reprise.repository.RestartJudge.Original;
import dev.reprise.repository.RestartParameters.Judged;
import dev.reprise.repository.TakeOvers.Outcome;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.operations.NoSuchJobInstanceException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.JobInstance;
import jakarta.batch.runtime.StepExecution;
import jakarta.transaction.TransactionManager;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jberet.job.model.Job;
import org.jberet.job.model.RefArtifact;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.repository.JobExecutionSelector;
import org.jberet.repository.JobRepository;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The engine's job repository in a database: every state change of every job passes through it, so this is where the
 * rules live (semantics.md §3, §4). Thread-safe. Only the save of a chunk joins the caller's transaction; every other
 * call suspends whatever is active and makes its own.
 */
public final class RepriseRepository implements JobRepository {

    private static final Logger LOG = System.getLogger(RepriseRepository.class.getName());

    /** How many executions of one instance the engine gets to see: the newest. */
    private static final int OF_AN_INSTANCE = 1000;

    /**
     * The parameter of a restart that accepts a change of the definition, as its {@link Refusal#acceptance} says
     * (semantics.md §8.2). It identifies nothing and is not kept.
     */
    public static final String ACCEPT_DEFINITION = "reprise.accept-definition";

    /**
     * The parameter of a restart that names steps, separated by commas, which begin anew instead of where they stopped. It
     * identifies nothing and is not kept.
     */
    public static final String START_ANEW = "reprise.start-anew";

    /** How many executions of one job the admin CLI lists by default: the newest. */
    public static final int LISTED = 100;

    /** How long a restart waits for the end of an execution that is being recorded right now. */
    private static final Duration ENDING = Duration.ofSeconds(10);

    /**
     * What a repository is made of.
     *
     * @param dataSource a JTA data source, the one that the chunks' own data is in
     * @param transactions the transactions of that data source
     * @param node this process, as {@link NodeRegistry} entered it last; throws while it counts as dead
     * @param lease after which time without a heartbeat a node is dead
     * @param outage for how long the bookkeeping of what runs waits for a database that is away
     * @param rules what the repository does not know of jobs
     * @param submitter who asks for an execution, on the asking thread; gives null where nobody is known
     * @param application loads the classes of checkpoints and user data
     * @param serialFilter which classes may be read back beside the application's own: the syntax of
     *     {@link java.io.ObjectInputFilter.Config}; may be empty
     * @param keys gives the key that secret parameters are stored with
     * @param listed how many executions of a job the admin CLI lists: the newest
     * @param shared the applications whose instances this one may run, too
     * @param schema that the tables are in; null for that of the data source's connections
     */
    public record Parts(
            DataSource dataSource,
            TransactionManager transactions,
            Supplier<NodeIdentity> node,
            Duration lease,
            Duration outage,
            LaunchRules rules,
            Supplier<@Nullable String> submitter,
            ClassLoader application,
            String serialFilter,
            KeySource keys,
            int listed,
            Set<String> shared,
            @Nullable String schema) {

        public Parts {
            shared = Set.copyOf(shared);
        }

        /** Which lists {@value #LISTED} executions of a job, shares with nobody, and has its tables where its data are. */
        public Parts(
                DataSource dataSource,
                TransactionManager transactions,
                Supplier<NodeIdentity> node,
                Duration lease,
                Duration outage,
                LaunchRules rules,
                Supplier<@Nullable String> submitter,
                ClassLoader application,
                String serialFilter,
                KeySource keys) {
            this(
                    dataSource,
                    transactions,
                    node,
                    lease,
                    outage,
                    rules,
                    submitter,
                    application,
                    serialFilter,
                    keys,
                    LISTED,
                    Set.of(),
                    null);
        }
    }

    private final Supplier<NodeIdentity> self;
    private final LaunchRules rules;
    private final Supplier<@Nullable String> submitter;
    private final ClassLoader application;
    private final Database database;
    private final Owners owners;
    private final JobExecutions executions;
    private final StepExecutions steps;
    private final Transitions transitions = new Transitions();
    private final Restarts restarts;
    private final TakeOvers takeOvers;
    private final LockWaits lockWaits;
    private final OwnershipCheck ownershipCheck;
    private final Decisions decisions;
    private final Definitions definitions;
    private final RestartParameters restartParameters;
    private final RestartJudge restartJudge;
    private final Preview preview;
    private final StepRecorder stepRecorder;
    private final JobRecorder jobRecorder;
    private final Secrets secrets;
    private final String name;
    private final Scope scope;
    private final History history;
    private final AuditLog audit;
    private final Purges purges;
    private final ListedExecutions listedExecutions = new ListedExecutions();
    private final int listed;

    private final Map<String, Job> jobs = new ConcurrentHashMap<>();
    private final Map<Long, LiveExecution> live = new ConcurrentHashMap<>();
    private final JustCompleted justCompleted = new JustCompleted();

    private volatile boolean suspended;

    @SuppressWarnings("ThreadLocalUsage") // of this deployment alone, and weak: a thread of the server outlives it
    private final ThreadLocal<@Nullable WeakReference<LiveExecution>> createdHere = new ThreadLocal<>();

    /** Which restart in a row this thread does. */
    @SuppressWarnings("ThreadLocalUsage") // of this deployment alone, and gone when the restart is done
    private final ThreadLocal<@Nullable Integer> recovering = new ThreadLocal<>();

    public RepriseRepository(Parts parts) {
        this(parts, new Database(parts.dataSource(), parts.schema(), parts.transactions(), parts.outage()));
    }

    RepriseRepository(Parts parts, Database database) {
        SelfTest.run(EngineChecks.ALL);
        this.self = parts.node();
        this.rules = parts.rules();
        this.submitter = parts.submitter();
        this.application = parts.application();
        this.database = database;
        Checkpoints checkpoints = new Checkpoints(parts.application(), parts.serialFilter());
        this.secrets = new Secrets(parts.keys());
        this.name = self.get().application();
        this.scope = Scope.of(name, parts.shared());
        this.owners = new Owners(database.dialect(), self, parts.lease(), scope);
        this.executions = new JobExecutions(scope, secrets);
        this.steps = new StepExecutions(database.dialect(), database.tables(), checkpoints);
        this.restarts = new Restarts(self, parts.lease(), scope);
        this.takeOvers = new TakeOvers(database, owners, restarts, rules, jobs, self, parts.lease());
        this.lockWaits = new LockWaits(database);
        this.ownershipCheck = new OwnershipCheck(database, owners, takeOvers, live);
        this.history = new History(database, steps, checkpoints, scope, parts.lease());
        this.audit = new AuditLog(database, scope);
        this.purges = new Purges(database, steps, transitions, self, scope);
        this.listed = parts.listed();
        this.decisions = new Decisions(database, owners, takeOvers, executions, scope);
        this.definitions = new Definitions(database, rules);
        this.restartParameters = new RestartParameters(rules, secrets);
        this.restartJudge = new RestartJudge(database, steps, definitions);
        this.preview = new Preview(database, decisions, executions, restartParameters, restartJudge);
        this.stepRecorder = new StepRecorder(database, executions, steps, transitions, checkpoints, live);
        this.jobRecorder =
                new JobRecorder(database, owners, executions, restarts, takeOvers, stepRecorder, live, justCompleted);
    }

    // ---- Jobs ------------------------------------------------------------------------------------------------------

    @Override
    public void addJob(ApplicationAndJobName name, Job job) {
        jobs.put(name.jobName, job);
    }

    @Override
    public void removeJob(String jobId) {
        jobs.remove(jobId);
    }

    @Override
    public @Nullable Job getJob(ApplicationAndJobName name) {
        return jobs.get(name.jobName);
    }

    @Override
    public Set<String> getJobNames() {
        return Collections.unmodifiableSet(jobs.keySet());
    }

    /** Always true: WildFly knows the jobs of a deployment, and asks for executions of jobs that never ran. */
    @Override
    public boolean jobExists(String jobName) {
        return true;
    }

    // ---- Launch and restart ----------------------------------------------------------------------------------------

    /**
     * Writes nothing: what an instance is depends on the parameters, which come with the execution. Its application is the
     * one of this repository (semantics.md §8.1), whatever the engine calls the deployment.
     */
    @Override
    public JobInstanceImpl createJobInstance(Job job, String applicationName, ClassLoader classLoader) {
        return new JobInstanceImpl(job, name, job.getId());
    }

    /**
     * Decides whether the execution happens, and records it with everything that must be known before it runs.
     *
     * @throws LaunchRefusedException with the reason; nothing was written then, except that what a dead node left may
     *     have been closed
     */
    @Override
    public JobExecutionImpl createJobExecution(JobInstanceImpl instance, @Nullable Properties given) {
        Job job = instance.getUnsubstitutedJob();
        WaysOut waysOut = given == null ? WaysOut.NONE : WaysOut.in(given);
        Properties asked = given == null ? new Properties() : WaysOut.without(given);
        JobExecutionImpl original = instance.getInstanceId() == 0 ? null : originalOf(instance);
        Subject subject;
        Verdict verdict;
        Judgement judgement = Judgement.NOTHING;
        if (original == null) {
            verdict = rules.judge(job, asked);
            subject = new Subject(job.getId(), verdict.parameters(), verdict.restartable());
            LaunchParameters.refuseFaults(subject, asked, verdict.definitionFaults(), verdict.faults(), secrets);
        } else {
            Stored before = stored(original);
            refuseOthers(original, before.parameters());
            Judged judged = restartParameters.judge(job, before.parameters(), asked);
            verdict = judged.verdict();
            subject = judged.subject();
            awaitEndOfEnding(original.getExecutionId());
            judgement = restartJudge.judge(job, Original.of(original, before), subject, waysOut, asked);
        }

        Properties properties = LaunchParameters.forTheJob(subject.parameters(), asked);
        Optional<String> fault = LaunchParameters.faultOfExpressions(job, subject.parameters(), properties);
        if (fault.isPresent()) {
            throw new LaunchRefusedException(Decisions.invalid(subject, List.of(fault.get())));
        }
        JobExecutionImpl execution = new JobExecutionImpl(instance, properties);
        NodeIdentity node = availableNode(subject);
        Launch launch = new Launch(
                job.getId(),
                subject.parameters(),
                node,
                submitter.get(),
                Optional.ofNullable(recovering.get()).orElse(0),
                judgement.refusal() == null ? definitions.recorded(job) : null,
                judgement.fromTheHead(),
                judgement.anew());
        Acquired acquired = original == null
                ? decisions.start(identityOf(job, verdict), subject, launch)
                : decisions.restart(
                        instance.getInstanceId(), original.getExecutionId(), subject, launch, judgement.refusal());
        if (original != null && judgement.fromTheHead()) {
            original.setRestartPosition(null);
        }
        for (DefinitionChange accepted : judgement.accepted()) {
            LOG.log(
                    Level.WARNING,
                    "{0}: execution {1,number,#} goes on in spite of a change that was accepted: {2}",
                    subject.label(),
                    acquired.executionId(),
                    accepted.text());
        }

        instance.setId(acquired.instanceId());
        execution.setId(acquired.executionId());
        instance.addJobExecution(execution);
        LiveExecution created = new LiveExecution(
                execution, node, subject.label(), verdict.identityNone(), original != null, application);
        created.keepSecret(Secrets.in(subject.parameters()));
        live.put(acquired.executionId(), created);
        createdHere.set(new WeakReference<>(created));
        execution.registerJobStopNotifier(jobRecorder::stopRequested);
        if (suspended) {
            created.stopForServer();
        }
        return execution;
    }

    private void refuseOthers(JobExecutionImpl original, JobParameters parameters) {
        executions
                .applicationOf(original)
                .flatMap(application -> decisions.ofAnother(
                        new Belonging(original.getJobInstance().getInstanceId(), original.getJobName(), application),
                        Subject.label(original.getJobName(), parameters)))
                .ifPresent(refusal -> {
                    throw new LaunchRefusedException(refusal);
                });
    }

    /** Why an execution is not for this application to change; empty if it is, or if there is none. */
    public Optional<Refusal> refusalOf(long executionId) {
        return live.containsKey(executionId)
                ? Optional.empty()
                : database.read(handle -> executions.belongingOfExecution(handle, executionId))
                        .flatMap(its -> decisions.ofAnother(its, "Execution " + executionId + " of " + its.jobName()));
    }

    /**
     * Refuses a change of an execution of another application.
     *
     * @throws LaunchRefusedException which names it
     */
    public void refuseOthers(long executionId) {
        refusalOf(executionId).ifPresent(refusal -> {
            throw new LaunchRefusedException(refusal);
        });
    }

    private NodeIdentity availableNode(Subject subject) {
        String why = "Its server is being suspended or stopped, or the application undeployed.";
        if (!suspended) {
            try {
                return self.get();
            } catch (IllegalStateException e) {
                why = String.valueOf(e.getMessage());
            }
        }
        throw new LaunchRefusedException(new Refusal(
                Refusal.Kind.NODE_UNAVAILABLE,
                subject.jobName(),
                null,
                null,
                null,
                List.of(),
                subject.label() + " does not start on this node. " + why + " Launch it on another node, or later."));
    }

    /**
     * Refuses the restart of an execution that this node has lost, while its threads still end it: the engine would not do it.
     *
     * @throws LaunchRefusedException if it is so
     */
    public void refuseWhatStillEndsHere(long executionId) {
        LiveExecution ending = live.get(executionId);
        if (ending != null && ending.isLost()) {
            throw new LaunchRefusedException(new Refusal(
                    Refusal.Kind.NODE_UNAVAILABLE,
                    ending.execution().getJobName(),
                    null,
                    executionId,
                    null,
                    List.of(),
                    ending.label() + " does not start on this node: this node has lost execution " + executionId
                            + ", and threads of it still end that here. Launch it on another node, or later."));
        }
    }

    /** What a launch of the job with these parameters would do now. */
    public LaunchDecision explain(Job job, Properties given) {
        Properties asked = WaysOut.without(given);
        Verdict verdict = rules.judge(job, asked);
        Subject subject = new Subject(job.getId(), verdict.parameters(), verdict.restartable());
        try {
            LaunchParameters.refuseFaults(subject, asked, verdict.definitionFaults(), verdict.faults(), secrets);
        } catch (LaunchRefusedException e) {
            return e.refusal();
        }
        return preview.explain(job, verdict, identityOf(job, verdict), subject, given);
    }

    /**
     * {@link #explain} for an instance that there is: its parameters were judged when it was launched, and are not judged
     * again, because the secrets among them are not at hand.
     *
     * @param before the parameters of an execution of it
     */
    public LaunchDecision explainAgain(Job job, JobParameters before) {
        Verdict judged = rules.judge(job, before.toProperties());
        if (!judged.definitionFaults().isEmpty()) {
            return Decisions.invalidJob(job.getId(), judged.definitionFaults());
        }
        Verdict verdict = new Verdict(List.of(), before, List.of(), judged.identityNone(), judged.restartable());
        Subject subject = new Subject(job.getId(), before, judged.restartable());
        return preview.explain(job, verdict, identityOf(job, verdict), subject, new Properties());
    }

    private static JobIdentity identityOf(Job job, Verdict verdict) {
        return verdict.identityNone()
                ? JobIdentity.unique(job.getId())
                : JobIdentity.of(job.getId(), verdict.parameters());
    }

    private Stored stored(JobExecutionImpl execution) {
        Stored known = executions.known(execution);
        return known != null ? known : database.apart(handle -> executions.stored(handle, execution.getExecutionId()));
    }

    /** The engine restarts from the execution that it loaded the instance with. */
    private static JobExecutionImpl originalOf(JobInstanceImpl instance) {
        List<JobExecution> known = instance.getJobExecutions();
        return (JobExecutionImpl) known.get(known.size() - 1);
    }

    /**
     * In memory an execution has ended a moment before its end is recorded; who saw it FAILED and restarts it must not
     * be told that it runs.
     */
    private void awaitEndOfEnding(long executionId) {
        LiveExecution ending = live.get(executionId);
        if (ending != null && ending.isEnding()) {
            awaitEnd(executionId, ENDING);
        }
    }

    // ---- A job execution runs --------------------------------------------------------------------------------------

    @Override
    public void updateJobExecution(JobExecutionImpl execution, boolean fullUpdate, boolean saveJobParameters) {
        LiveExecution running = live.get(execution.getExecutionId());
        if (fullUpdate && running != null) {
            running.course().ifPresent(Course::settle);
            jobRecorder.end(running);
            return;
        }
        switch (execution.getBatchStatus()) {
            case STARTED -> jobRecorder.start(execution);
            case ABANDONED -> abandon(execution);
            case FAILED -> takeOverForRestart(execution);
            case STARTING, STOPPING, STOPPED, COMPLETED ->
                LOG.log(Level.DEBUG, "nothing to record of execution {0}", execution.getExecutionId());
        }
    }

    // ---- A node lives and dies -------------------------------------------------------------------------------------

    /**
     * Records the ends that the database could not be told when they came, and compares what this node owns with what it
     * runs. To be called after each report of the node, by one thread at a time.
     */
    public void tend() {
        jobRecorder.recordKeptEnds();
        ownershipCheck.compare();
        lockWaits.tell(!live.isEmpty());
    }

    /**
     * This node counted as dead: what it ran is others' now, and is to end.
     *
     * @param before what the node was
     * @param why as people read it
     */
    public void lost(NodeIdentity before, String why) {
        live.values().stream()
                .filter(running -> running.node().equals(before))
                .forEach(running -> running.lose("the node " + why));
    }

    /**
     * Closes what dead nodes of this application, and earlier incarnations of this one, left running; each execution is
     * closed by one node.
     *
     * @return how many this node has closed
     */
    public int takeOverFromTheDead() {
        return takeOvers.takeOverAll();
    }

    Outcome takeOver(Owner dead) {
        return takeOvers.takeOver(dead);
    }

    /**
     * The restarts that are due, and that this node has taken upon itself now: no other one does them. Not what threads of
     * this node still end, which it has lost: the engine refuses that here, so it is another node's, or this one's once they
     * have ended.
     */
    public List<DueRestart> claimRestarts() {
        return suspended ? List.of() : database.apart(this::claimRestarts);
    }

    private List<DueRestart> claimRestarts(Handle handle) {
        List<DueRestart> claimed = new ArrayList<>(restarts.claim(handle, this::isDeployed));
        claimed.removeIf(due -> {
            boolean ending = live.containsKey(due.executionId());
            if (ending) {
                restarts.postpone(handle, due, Duration.ZERO);
            }
            return ending;
        });
        return claimed;
    }

    /** Those of the executions that the database knows. */
    public Set<Long> known(Collection<Long> executionIds) {
        return executionIds.isEmpty() ? Set.of() : database.read(handle -> executions.known(handle, executionIds));
    }

    private boolean isDeployed(String jobName) {
        try {
            return rules.recoveryOf(jobName, jobs.get(jobName)) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A restart that was claimed has happened, or must not happen any more. */
    public void restarted(DueRestart restart) {
        database.doApart(handle -> restarts.done(handle, restart));
    }

    /** A restart that was claimed could not happen: it is due again after a pause, on any node. */
    public void postpone(DueRestart restart, Duration pause) {
        database.doApart(handle -> restarts.postpone(handle, restart, pause));
    }

    /**
     * A restart that was claimed must not happen here: it is due again after a pause, on any node, and the execution says
     * why until then.
     */
    public void leave(DueRestart restart, Duration pause, Refusal why) {
        database.doApart(handle -> {
            restarts.postpone(handle, restart, pause);
            String before = executions.exitMessage(handle, restart.executionId());
            owners.say(handle, restart.executionId(), TakeOvers.notRestarted(before, why));
        });
    }

    /** Whether the node takes no launches now, because its server stops. */
    public boolean isSuspended() {
        return suspended;
    }

    /**
     * Takes no launches any more, and stops everything that this node runs, because its server stops. What it stops is
     * restarted when the server is back, or by another node if this one leaves. Does not wait for it.
     */
    public void suspend() {
        suspended = true;
        live.values().forEach(LiveExecution::stopForServer);
    }

    /** Takes launches again. */
    public void resume() {
        suspended = false;
    }

    /**
     * Launches on this thread, through the engine. An execution that was recorded, and that the engine then could not give
     * a thread, is ended.
     *
     * @param launch starts or restarts an execution, and returns its id
     */
    public long launch(LongSupplier launch) {
        createdHere.remove();
        try {
            return launch.getAsLong();
        } catch (RuntimeException e) {
            failWhatNeverRan(e);
            throw e;
        } finally {
            createdHere.remove();
        }
    }

    /**
     * {@link #launch} for nobody who asks: what is restarted counts how many restarts of that kind led to it.
     *
     * @param due what is restarted
     */
    public long recover(DueRestart due, LongSupplier restart) {
        recovering.set(due.attempt());
        try {
            return launch(restart);
        } finally {
            recovering.remove();
        }
    }

    private void failWhatNeverRan(RuntimeException why) {
        WeakReference<LiveExecution> last = createdHere.get();
        LiveExecution created = last == null ? null : last.get();
        if (created != null && created.execution().getBatchStatus() == BatchStatus.STARTING) {
            created.execution().setBatchStatus(BatchStatus.FAILED);
            created.failed("The engine could not start it: " + Text.stackTrace(why));
            jobRecorder.end(created);
        }
    }

    /**
     * Waits for the ends of all executions of this node, which somebody has asked to stop.
     *
     * @return whether nothing runs on this node (any more)
     */
    public boolean awaitEnds(Duration atMost) {
        return jobRecorder.awaitEnds(atMost);
    }

    private void abandon(JobExecutionImpl execution) {
        refuseOthers(execution.getExecutionId());
        awaitEndOfEnding(execution.getExecutionId());
        listedExecutions.forget(execution.getExecutionId());
        long id = execution.getExecutionId();
        if (!database.apart(handle -> executions.abandon(handle, id))) {
            BatchStatus status = database.read(handle -> executions.status(handle, id));
            execution.setBatchStatus(status); // the engine has set another one
            if (status == BatchStatus.COMPLETED) {
                throw new JobExecutionAlreadyCompleteException("Execution " + id
                        + " is COMPLETED, so there is nothing to abandon: its instance does not run again anyway.");
            }
            throw new JobExecutionIsRunningException(
                    "Execution " + id + " runs, so it cannot be abandoned. Stop it first.");
        }
        LOG.log(
                Level.INFO,
                "Execution {0,number,#} of {1} was abandoned",
                execution.getExecutionId(),
                execution.getJobName());
    }

    /** The engine found an execution running that this JVM does not run, and wants to restart it. */
    private void takeOverForRestart(JobExecutionImpl execution) {
        LiveExecution running = live.get(execution.getExecutionId());
        if (running != null) {
            // jberet.restart.mode=force has set the status of the very object that runs.
            execution.setBatchStatus(BatchStatus.STARTED);
        }
        long instanceId = execution.getJobInstance().getInstanceId();
        Subject subject = new Subject(execution.getJobName(), stored(execution).parameters(), true);
        try {
            refuseOthers(execution, subject.parameters());
        } catch (LaunchRefusedException e) {
            throw new JobRestartException(e);
        }
        Owner owner = database.read(handle -> owners.of(handle, instanceId)).orElse(null);
        if (owner != null && owners.mayTakeOver(owner) && takeOvers.takeOver(owner) != Outcome.LOCKED) {
            return;
        }
        Refusal refusal = decisions.inTheWay(instanceId, owner, subject);
        if (refusal != null) {
            throw new JobRestartException(new LaunchRefusedException(refusal));
        }
    }

    @Override
    public void stopJobExecution(JobExecutionImpl execution) {
        long id = execution.getExecutionId();
        refuseOthers(id);
        boolean requested = database.apart(handle -> {
            owners.lock(handle, id);
            boolean running = executions.requestStop(handle, id);
            steps.requestStop(handle, id);
            return running;
        });
        if (!requested && !live.containsKey(id)) {
            BatchStatus status = database.read(handle -> executions.status(handle, id));
            if (status != BatchStatus.STOPPED && status != BatchStatus.STOPPING) {
                throw new JobExecutionNotRunningException("Execution " + id + " does not run: it is " + status + ".");
            }
        }
    }

    // ---- Steps and partitions --------------------------------------------------------------------------------------

    @Override
    public StepExecutionImpl createStepExecution(String stepName) {
        LogThread.stepComes();
        return new StepExecutionImpl(stepName);
    }

    @Override
    public void addStepExecution(JobExecutionImpl job, StepExecutionImpl execution) {
        LogThread.stepBegins(job.getExecutionId());
        stepRecorder.add(job, execution);
    }

    @Override
    public void addPartitionExecution(StepExecutionImpl enclosing, PartitionExecutionImpl partition) {
        stepRecorder.addPartition(enclosing, partition);
    }

    /**
     * Records a chunk in the chunk's own transaction, or the user data of a batchlet in a transaction of its own.
     *
     * @return 0 if somebody asked the execution to stop, else 1
     */
    @Override
    public int savePersistentDataIfNotStopping(JobExecution job, AbstractStepExecution execution) {
        return stepRecorder.saveUnlessStopping(job, execution) ? 1 : 0;
    }

    /**
     * Records the end of a partition. A step has nothing to save here, its chunks and its end are recorded elsewhere;
     * but if it is fenced the engine must not go on to another step.
     */
    @Override
    public void savePersistentData(JobExecution job, AbstractStepExecution execution) {
        try {
            stepRecorder.savePartitionsEnd(job, execution);
        } catch (RuntimeException | Error e) {
            LogThread.stepEnded(); // the engine will not say so
            throw e;
        }
    }

    /** Comes for skipped steps too, with the execution of before, and for steps that never got a row: not ours to write. */
    @Override
    public void updateStepExecution(StepExecution execution) {
        if (execution instanceof StepExecutionImpl step) {
            stepRecorder.end(step);
        }
        LogThread.stepEnded();
    }

    @Override
    public @Nullable StepExecutionImpl findOriginalStepExecutionForRestart(
            String stepName, JobExecutionImpl jobExecutionToRestart, ClassLoader classLoader) {
        long instanceId = jobExecutionToRestart.getJobInstance().getInstanceId();
        Optional<LiveExecution> running = ofInstance(instanceId);
        running.ifPresent(its -> LogThread.stepComes(its.execution().getExecutionId()));
        StepExecutionImpl original;
        try {
            original = database.read(handle ->
                            steps.original(handle, stepName, instanceId, jobExecutionToRestart.getExecutionId()))
                    .orElse(null);
        } catch (RuntimeException | Error e) {
            running.ifPresent(its -> stepRecorder.cannotBegin(its, stepName, e));
            throw e;
        }
        if (original != null && running.filter(LiveExecution::isIdentityNone).isPresent()) {
            database.doApart(handle -> steps.overlookItsPlan(handle, original));
        }
        if (original != null && original.getBatchStatus() == BatchStatus.COMPLETED) {
            running.ifPresent(execution -> execution.mayBeSkipped(original));
        }
        return original;
    }

    @Override
    public List<PartitionExecutionImpl> getPartitionExecutions(
            long stepExecutionId,
            @Nullable StepExecutionImpl stepExecution,
            boolean notCompletedOnly,
            ClassLoader classLoader) {
        String stepName = stepExecution == null ? "" : stepExecution.getStepName();
        return stepRecorder.restarts(stepExecutionId, stepName, notCompletedOnly);
    }

    /**
     * Records how many partitions a step has, or on a restart compares it with how many it had.
     *
     * @param toRun how many of them are to run now
     * @throws IllegalStateException if the plan changed before a restart (semantics.md §5)
     */
    public void partitionsPlanned(StepExecutionImpl step, int toRun) {
        stepRecorder.planned(step, toRun);
    }

    /** A partition that was planned and added is about to run, in the step that the context has. */
    public void partitionBegins(StepContextImpl partition) {
        stepRecorder.partitionBegins(partition);
    }

    /**
     * A partition runs no more. One whose failure the engine could not handle has no end, which the engine would take for a
     * good one: it has failed. To be called by its thread.
     */
    public void partitionEnds(StepContextImpl step, PartitionExecutionImpl partition) {
        LiveExecution running = live.get(step.getJobContext().getExecutionId());
        if (running != null) {
            stepRecorder.partitionEnds(running, partition);
        }
    }

    /** All artifacts that the engine makes from now on for an execution that runs here are attended. */
    void attend(JobContextImpl job) {
        LiveExecution running = live.get(job.getExecutionId());
        if (running != null) {
            AttendedArtifacts.attend(job, running, new ChunkKeeper(stepRecorder, running));
        }
    }

    /**
     * What calls back around the partitions of a step that runs here.
     *
     * @throws IllegalStateException if its execution does not run here
     */
    public PartitionCallbacks partitionCallbacks(StepContextImpl step) {
        long executionId = step.getJobContext().getExecutionId();
        return Optional.ofNullable(live.get(executionId))
                .orElseThrow(() -> new IllegalStateException("Execution " + executionId + " does not run here"))
                .callbacks(step);
    }

    /** The decider that job XML names for a decision of an execution that runs here. */
    RefArtifact decider(long executionId, String decision) {
        return Optional.ofNullable(live.get(executionId))
                .flatMap(LiveExecution::course)
                .orElseThrow(() -> new IllegalStateException("Execution " + executionId + " does not run here"))
                .decider(decision);
    }

    /** A decider could not decide, so the job fails. */
    void cannotDecide(long executionId, String decision, Throwable why) {
        LiveExecution running = live.get(executionId);
        if (running != null) {
            running.course().ifPresent(course -> course.cannotDecide(decision));
            running.failed(Text.stackTrace(why));
        }
    }

    /** A decider has decided. Never throws. */
    void decided(long executionId, String decision, @Nullable String exitStatus) {
        stepRecorder.decided(executionId, decision, exitStatus);
    }

    @Override
    public int countStepStartTimes(String stepName, long jobInstanceId) {
        int starts = database.read(handle -> steps.countStarts(handle, stepName, jobInstanceId));
        ofInstance(jobInstanceId).ifPresent(running -> refuseAtLimit(running, stepName, starts));
        return starts;
    }

    /** The engine fails the step without a row of it, and would go on where a failure is routed to. */
    private static void refuseAtLimit(LiveExecution running, String stepName, int starts) {
        Optional<Course> course = running.course().filter(its -> its.isAtItsLimit(stepName, starts));
        if (course.isPresent()) {
            course.get().cannotStart(stepName);
            running.failed("Step " + stepName + " has started " + starts + " times in this job instance, which is its"
                    + " start-limit. Raise the limit in the job's XML, or abandon the execution.");
        }
    }

    private Optional<LiveExecution> ofInstance(long instanceId) {
        // An earlier one that this node has lost may still be ending.
        return live.values().stream()
                .filter(running -> running.execution().getJobInstance().getInstanceId() == instanceId)
                .max(Comparator.comparingLong(running -> running.execution().getExecutionId()));
    }

    // ---- Reading ---------------------------------------------------------------------------------------------------

    /** The execution that runs here, or has completed here a moment ago, itself; any other one as its rows have it. */
    @Override
    public @Nullable JobExecution getJobExecution(long executionId) {
        JobExecutionImpl found = find(executionId);
        return found != null && canBeRestarted(found.getBatchStatus()) && RestartCall.asks()
                ? executions.withoutParameters(found)
                : found;
    }

    private static boolean canBeRestarted(BatchStatus status) {
        return status == BatchStatus.FAILED || status == BatchStatus.STOPPED;
    }

    private @Nullable JobExecutionImpl find(long executionId) {
        LiveExecution running = live.get(executionId);
        if (running != null) {
            return running.execution();
        }
        JobExecutionImpl complete = justCompleted.find(executionId);
        if (complete != null) {
            return complete;
        }
        JobExecutionImpl known = listedExecutions.find(executionId);
        return known != null
                ? executions.copy(known)
                : database.apart(handle -> executions.find(handle, executionId)).orElse(null);
    }

    /**
     * The newest executions of the instance, ascending by id; none if they were purged.
     *
     * @throws NoSuchJobInstanceException if there is no such instance
     */
    @Override
    public List<JobExecution> getJobExecutions(@Nullable JobInstance instance) {
        if (instance == null) {
            throw new NoSuchJobInstanceException("Whose executions? The job instance is null.");
        }
        List<JobExecution> result = new ArrayList<>();
        for (JobExecutionImpl stored :
                database.apart(handle -> executions.ofInstance(handle, instance.getInstanceId(), OF_AN_INSTANCE))) {
            LiveExecution running = live.get(stored.getExecutionId());
            result.add(running == null ? stored : running.execution());
        }
        if (result.isEmpty() && getJobInstance(instance.getInstanceId()) == null) {
            throw new NoSuchJobInstanceException("There is no job instance " + instance.getInstanceId() + ".");
        }
        return result;
    }

    /** The newest executions of the job, newest first: what the admin CLI lists. */
    @Override
    public List<Long> getJobExecutionsByJob(String jobName) {
        List<Long> ids = getJobExecutionsByJob(jobName, listed);
        List<JobExecutionImpl> found = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += OF_AN_INSTANCE) {
            List<Long> some = ids.subList(from, Math.min(ids.size(), from + OF_AN_INSTANCE));
            found.addAll(database.apart(handle -> executions.find(handle, some)));
        }
        listedExecutions.remember(jobName, found);
        return ids;
    }

    @Override
    public List<Long> getJobExecutionsByJob(String jobName, @Nullable Integer limit) {
        if (limit != null && limit < 0) {
            throw new IllegalArgumentException(
                    "Of job " + Text.line(jobName) + " " + limit + " executions cannot be listed; ask for 0 or more.");
        }
        refuseUnstorable(jobName);
        int most = limit == null ? listed : Math.min(limit, Math.max(listed, OF_AN_INSTANCE));
        return database.read(handle -> executions.newestExecutions(handle, jobName, most));
    }

    /** Only what this node runs: WildFly stops whatever this returns when the node is suspended (semantics.md §7). */
    @Override
    public List<Long> getRunningExecutions(String jobName) {
        return live.values().stream()
                .filter(running -> running.execution().getJobName().equals(jobName))
                .map(running -> running.execution().getExecutionId())
                .sorted()
                .toList();
    }

    @Override
    public @Nullable JobInstance getJobInstance(long jobInstanceId) {
        return database.read(handle -> executions.instance(handle, jobInstanceId))
                .orElse(null);
    }

    /** Newest first; reads only the part that the engine asks for. */
    @Override
    public List<JobInstance> getJobInstances(String jobName) {
        refuseUnstorable(jobName);
        return new NewestInstances(
                (offset, limit) -> database.read(handle -> executions.newestInstances(handle, jobName, offset, limit)));
    }

    @Override
    public int getJobInstanceCount(String jobName) {
        refuseUnstorable(jobName);
        return Tally.count(database, scope, jobName);
    }

    /** No job is called what no database can store. */
    private static void refuseUnstorable(String jobName) {
        if (!Text.isStorable(jobName)) {
            throw new NoSuchJobException("There is no job '" + Text.line(jobName) + "'.");
        }
    }

    /** As their rows have them, but a step whose end is being recorded right now, itself: its job is FAILED already. */
    @Override
    public List<StepExecution> getStepExecutions(long jobExecutionId, ClassLoader classLoader) {
        // Before the rows are read: a step that is not among these any more has its end in its row.
        Map<Long, StepExecution> ending = stepRecorder.ending(jobExecutionId);
        List<StepExecution> result = new ArrayList<>();
        for (StepExecution stored : database.read(handle -> steps.ofExecution(handle, jobExecutionId))) {
            result.add(ending.getOrDefault(stored.getStepExecutionId(), stored));
        }
        return result;
    }

    /** The parameters of an execution as people may see them: the value of a secret one is {@link JobParameter#MASK}. */
    public JobParameters parameters(long executionId) {
        SortedMap<String, JobParameter> shown = new TreeMap<>();
        database.read(handle -> executions.parameters(handle, executionId))
                .byName()
                .forEach((name, parameter) -> shown.put(
                        name, new JobParameter(parameter.shown(), parameter.identifying(), parameter.secret())));
        return new JobParameters(shown);
    }

    /** The steps of an execution in the order of their start, with their partitions. */
    public List<StepState> steps(long executionId) {
        return database.read(handle -> steps.states(handle, executionId));
    }

    /** Why an execution failed: the first line of what is recorded; empty if nothing is. */
    public String failure(long executionId) {
        return database.read(handle -> executions.exitMessage(handle, executionId))
                .lines()
                .findFirst()
                .orElse("");
    }

    /** How an execution went on after its steps, decisions, flows and splits, in that order. */
    public List<TransitionTaken> transitions(long executionId) {
        return database.read(handle -> transitions.ofExecution(handle, executionId));
    }

    /** The whole stack trace of a step or partition, if it is one of that execution and failed. */
    public Optional<String> stackTrace(long executionId, long stepExecutionId) {
        return database.read(handle -> steps.stackTrace(handle, executionId, stepExecutionId));
    }

    /** Who asks for executions on this thread, as the server's security knows the caller; null if nobody is known. */
    public @Nullable String submitter() {
        return submitter.get();
    }

    /** The name under which the nodes of this deployment know each other. */
    public String application() {
        return name;
    }

    /** The steps and partitions of an execution that failed, in the order of their start. */
    public List<StepFailure> failures(long executionId) {
        return database.read(handle -> steps.failures(handle, executionId));
    }

    /**
     * The end of an execution that runs on this node: it completes on the thread that ends it, with whether this node has
     * recorded the end, or has lost the execution to another one. Empty if it does not run here (any more).
     */
    public Optional<CompletionStage<Boolean>> end(long executionId) {
        return Optional.ofNullable(live.get(executionId))
                .map(running -> running.ended().minimalCompletionStage());
    }

    /**
     * Waits for the end of an execution of this node to be recorded.
     *
     * @return whether the execution does not run on this node (any more)
     */
    boolean awaitEnd(long executionId, Duration atMost) {
        return jobRecorder.awaitEnd(executionId, atMost);
    }

    /** Which of these executions, wherever they run, have no recorded end yet; in one statement, of a thousand ids at most. */
    public Set<Long> withoutEnd(Collection<Long> executionIds) {
        return executionIds.isEmpty() ? Set.of() : database.read(handle -> executions.withoutEnd(handle, executionIds));
    }

    /** The value of a parameter in the newest instance that has it, among the newest of the job. */
    public Optional<String> newestValueOf(String jobName, String parameter) {
        return database.read(handle -> executions.newestValueOf(handle, jobName, parameter));
    }

    /** This node; empty while it counts as dead. */
    public Optional<NodeIdentity> node() {
        try {
            return Optional.of(self.get());
        } catch (IllegalStateException dead) {
            return Optional.empty();
        }
    }

    /** Whether the database is at the bottom of it. */
    public static boolean isDatabases(Throwable thrown) {
        return Database.isDatabases(thrown);
    }

    /** What was and is, for consoles. */
    public History history() {
        return history;
    }

    /** What it was given to judge jobs by. */
    public LaunchRules rules() {
        return rules;
    }

    /** The definition that an execution ran, as job XML with all that is inherited; empty if none is recorded. */
    public Optional<String> definition(long executionId) {
        return definitions.ofExecution(executionId);
    }

    /** What an execution skipped, by the graph of the definition that it ran. */
    public Skipped skipped(JobGraph graph, ExecutionState execution) {
        return database.apart(handle -> executions.previous(handle, execution.instanceId(), execution.id()))
                .map(before -> restartJudge.skipped(graph, Original.of(before, Stored.NOTHING)))
                .orElse(Skipped.NOTHING);
    }

    /** Who did what. */
    public AuditLog audit() {
        return audit;
    }

    /** How far the steps are that this node runs. */
    public List<StepProgress> progress() {
        return stepRecorder.progress();
    }

    // ---- Purging ---------------------------------------------------------------------------------------------------

    private static final String PURGE_INSTEAD =
            " Purge with the job reprise-purge, or with dev.reprise.operate.Operations.";

    /** What removes history. */
    public Purges purges() {
        return purges;
    }

    /** JBeret's selectors would have to be shown the whole history, one execution at a time. */
    @Override
    public void removeJobExecutions(JobExecutionSelector selector) {
        throw new UnsupportedOperationException(
                "Reprise does not purge through JBeret's JobExecutionSelector, which would load the whole history."
                        + PURGE_INSTEAD);
    }

    @Override
    public void removeJobInstance(long jobInstanceId) {
        throw new UnsupportedOperationException(
                "Reprise does not forget a single job instance: it would run again as if it never had."
                        + PURGE_INSTEAD);
    }
}
