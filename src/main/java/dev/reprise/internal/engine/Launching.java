package dev.reprise.internal.engine;

import dev.reprise.identity.JobIdentity;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Dialect.Acquired;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.decide.Decisions;
import dev.reprise.internal.decide.LaunchParameters;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.decide.LaunchRules.Verdict;
import dev.reprise.internal.decide.Preview;
import dev.reprise.internal.decide.Refusals;
import dev.reprise.internal.decide.RestartJudge;
import dev.reprise.internal.decide.RestartJudge.Judgement;
import dev.reprise.internal.decide.RestartJudge.Original;
import dev.reprise.internal.decide.RestartParameters;
import dev.reprise.internal.decide.RestartParameters.Judged;
import dev.reprise.internal.decide.Subject;
import dev.reprise.internal.engine.AskedLaunches.Asked;
import dev.reprise.internal.engine.stored.LoadedExecutions;
import dev.reprise.internal.store.Definitions;
import dev.reprise.internal.store.JobInstances;
import dev.reprise.internal.store.Launch;
import dev.reprise.internal.store.Secrets;
import dev.reprise.internal.store.Stored;
import dev.reprise.job.DefinitionChange;
import dev.reprise.job.JobModel;
import dev.reprise.log.LogThread;
import dev.reprise.state.Dispatch;
import dev.reprise.state.DueRestart;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.WaysOut;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jspecify.annotations.Nullable;

/** Launching and restarts: judged, decided, recorded, and handed to the engine; or explained without any of that. Thread-safe. */
public final class Launching {

    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    /** How long a restart waits for the end of an execution that is being recorded right now. */
    private static final Duration ENDING = Duration.ofSeconds(10);

    private final LaunchRules rules;
    private final Supplier<@Nullable String> submitter;
    private final ClassLoader application;
    private final Database database;
    private final LoadedExecutions loaded;
    private final JobInstances instances;
    private final Decisions decisions;
    private final Definitions definitions;
    private final RestartParameters restartParameters;
    private final RestartJudge restartJudge;
    private final Preview preview;
    private final JobRecorder jobRecorder;
    private final Secrets secrets;
    private final Map<Long, LiveExecution> live;
    private final ThisNode thisNode;
    private final RefusedHere refused;
    private final DispatchedHere dispatchedHere;

    private final AskedLaunches launches = new AskedLaunches();

    Launching(Wiring wiring, ThisNode thisNode, RefusedHere refused) {
        this.rules = wiring.rules;
        this.submitter = wiring.submitter;
        this.application = wiring.application;
        this.database = wiring.database;
        this.loaded = wiring.loaded;
        this.instances = wiring.instances;
        this.decisions = wiring.decisions;
        this.definitions = wiring.definitions;
        this.restartParameters = wiring.restartParameters;
        this.restartJudge = wiring.restartJudge;
        this.preview = wiring.preview;
        this.jobRecorder = wiring.jobRecorder;
        this.secrets = wiring.secrets;
        this.live = wiring.live;
        this.thisNode = thisNode;
        this.refused = refused;
        this.dispatchedHere = wiring.dispatchedHere;
    }

    /**
     * Decides whether the execution happens, and records it with everything that must be known before it runs.
     *
     * @throws LaunchRefusedException with the reason; nothing was written then, except that what a dead node left may
     *     have been closed
     */
    JobExecutionImpl createJobExecution(JobInstanceImpl instance, @Nullable Properties given) {
        Job job = instance.getUnsubstitutedJob();
        WaysOut waysOut = given == null ? WaysOut.NONE : WaysOut.in(given);
        Properties asked = given == null ? new Properties() : WaysOut.without(given);
        Asked launched = launches.take(asked);
        boolean forAnyNode = Dispatching.isAsked(asked, job.getId(), launched != null, database);
        asked = Dispatch.without(asked);
        JobExecutionImpl original = instance.getInstanceId() == 0 ? null : originalOf(instance);
        Subject subject;
        Verdict verdict;
        Judgement judgement = Judgement.NOTHING;
        if (original == null) {
            verdict = rules.judge(new JobModel(job), asked);
            subject = new Subject(job.getId(), verdict.parameters(), verdict.restartable());
            LaunchParameters.refuseFaults(subject, asked, verdict.definitionFaults(), verdict.faults(), secrets);
        } else {
            Stored before = stored(original);
            refused.refuseOthers(original, before.parameters());
            Judged judged = restartParameters.judge(new JobModel(job), before.parameters(), asked);
            verdict = judged.verdict();
            subject = judged.subject();
            awaitEndOfEnding(original.getExecutionId());
            judgement = restartJudge.judge(new JobModel(job), original(original, before), subject, waysOut, asked);
        }

        Properties properties = LaunchParameters.forTheJob(subject.parameters(), asked);
        Optional<String> fault =
                LaunchParameters.faultOfExpressions(new JobModel(job), subject.parameters(), properties);
        if (fault.isPresent()) {
            throw new LaunchRefusedException(Refusals.invalidParameters(subject, List.of(fault.get())));
        }
        JobExecutionImpl execution = new JobExecutionImpl(instance, properties);
        NodeIdentity node = refused.availableNode(subject);
        Launch launch = new Launch(
                job.getId(),
                subject.parameters(),
                forAnyNode ? NodeIdentity.none(node.application()) : node,
                submitter.get(),
                launched == null ? 0 : launched.attempt(),
                judgement.refusal() == null ? definitions.recorded(new JobModel(job)) : null,
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

        if (launched != null && forAnyNode) {
            throw launched.dispatched(acquired.executionId());
        }
        instance.setId(acquired.instanceId());
        execution.setId(acquired.executionId());
        instance.addJobExecution(execution);
        LiveExecution created = new LiveExecution(
                execution, node, subject.label(), verdict.identityNone(), original != null, application);
        created.keepSecret(Secrets.in(subject.parameters()));
        live.put(acquired.executionId(), created);
        if (launched != null) {
            launched.created(created);
        }
        execution.registerJobStopNotifier(jobRecorder::stopRequested);
        if (thisNode.isSuspended()) {
            created.stopForServer();
        }
        return execution;
    }

    /** What a launch of the job with these parameters would do now. */
    public LaunchDecision explain(Job job, Properties given) {
        try {
            boolean forAnyNode = Dispatching.isAsked(given, job.getId(), true, database);
            LaunchDecision decision = explainHere(job, Dispatch.without(given));
            return forAnyNode ? Dispatching.said(decision) : decision;
        } catch (LaunchRefusedException e) {
            return e.refusal();
        }
    }

    private LaunchDecision explainHere(Job job, Properties given) {
        Properties asked = WaysOut.without(given);
        Verdict verdict = rules.judge(new JobModel(job), asked);
        Subject subject = new Subject(job.getId(), verdict.parameters(), verdict.restartable());
        LaunchParameters.refuseFaults(subject, asked, verdict.definitionFaults(), verdict.faults(), secrets);
        return preview.explain(new JobModel(job), verdict, identityOf(job, verdict), subject, given);
    }

    /**
     * {@link #explain} for an instance that there is: its parameters were judged when it was launched, and are not judged
     * again, because the secrets among them are not at hand.
     *
     * @param before the parameters of an execution of it
     */
    public LaunchDecision explainAgain(Job job, JobParameters before) {
        Verdict judged = rules.judge(new JobModel(job), before.toProperties());
        if (!judged.definitionFaults().isEmpty()) {
            return Refusals.invalidJob(job.getId(), judged.definitionFaults());
        }
        Verdict verdict = new Verdict(List.of(), before, List.of(), judged.identityNone(), judged.restartable());
        Subject subject = new Subject(job.getId(), before, judged.restartable());
        return preview.explain(new JobModel(job), verdict, identityOf(job, verdict), subject, new Properties());
    }

    /**
     * The instances that launches with these parameters have begun, whoever launched them; those that have not, and those that
     * nobody can launch, are missing.
     */
    Map<Map<String, String>, Long> launched(Job job, List<Map<String, String>> launches) {
        Map<Map<String, String>, String> keys = new HashMap<>();
        for (Map<String, String> launch : launches) {
            Properties given = new Properties();
            given.putAll(launch);
            Verdict verdict = rules.judge(new JobModel(job), given);
            if (!verdict.identityNone() && verdict.faults().isEmpty()) {
                keys.put(launch, identityOf(job, verdict).key());
            }
        }
        Map<String, Long> found =
                database.read(handle -> instances.launched(handle, job.getId(), List.copyOf(keys.values())));
        Map<Map<String, String>, Long> launched = new HashMap<>();
        keys.forEach((launch, key) -> {
            Long instance = found.get(key);
            if (instance != null) {
                launched.put(launch, instance);
            }
        });
        return launched;
    }

    private static JobIdentity identityOf(Job job, Verdict verdict) {
        return verdict.identityNone()
                ? JobIdentity.unique(job.getId())
                : JobIdentity.of(job.getId(), verdict.parameters());
    }

    private static Original original(JobExecutionImpl execution, Stored stored) {
        return new Original(
                execution.getExecutionId(),
                execution.getJobInstance().getInstanceId(),
                stored.definition(),
                execution.getRestartPosition());
    }

    Stored stored(JobExecutionImpl execution) {
        Stored known = loaded.known(execution);
        return known != null
                ? known
                : database.inOwnTransaction(handle -> loaded.find(handle, execution.getExecutionId()))
                        .map(loaded::known)
                        .orElse(Stored.NOTHING);
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
    void awaitEndOfEnding(long executionId) {
        LiveExecution ending = live.get(executionId);
        if (ending != null && ending.isEnding()) {
            jobRecorder.awaitEnd(executionId, ENDING);
        }
    }

    /**
     * Launching through the engine. An execution that was recorded, and that the engine then could not give a thread, is
     * ended.
     *
     * @param engine starts or restarts an execution with the parameters that it is given, and returns its id
     */
    public long launch(Properties parameters, ToLongFunction<Properties> engine) {
        return launch(launches.ask(0), parameters, engine);
    }

    /**
     * {@link #launch} for nobody who asks: what is restarted counts how many restarts of that kind led to it.
     *
     * @param due what is restarted
     */
    public long recover(DueRestart due, Properties parameters, ToLongFunction<Properties> engine) {
        return launch(launches.ask(due.attempt()), parameters, engine);
    }

    /** Who asks for executions on this thread, as the server's security knows the caller; null if nobody is known. */
    @Nullable
    String submitter() {
        return submitter.get();
    }

    private long launch(Asked launch, Properties parameters, ToLongFunction<Properties> engine) {
        try {
            return engine.applyAsLong(launch.marked(parameters));
        } catch (RuntimeException e) {
            OptionalLong dispatched = launch.dispatched();
            if (dispatched.isPresent()) {
                dispatchedHere.launched();
                return dispatched.getAsLong();
            }
            failWhatNeverRan(launch.created(), e);
            throw e;
        } finally {
            launches.forget(launch);
        }
    }

    void failWhatNeverRan(@Nullable LiveExecution created, RuntimeException why) {
        if (created != null && created.execution().getBatchStatus() == BatchStatus.STARTING) {
            created.execution().setBatchStatus(BatchStatus.FAILED);
            created.failed("The engine could not start it: " + Text.stackTrace(why));
            jobRecorder.end(created);
        }
    }
}
