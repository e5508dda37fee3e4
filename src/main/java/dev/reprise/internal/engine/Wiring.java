package dev.reprise.internal.engine;

import dev.reprise.access.Access;
import dev.reprise.access.Caller;
import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.LockWaits;
import dev.reprise.internal.decide.Decisions;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.decide.Moves;
import dev.reprise.internal.decide.Preview;
import dev.reprise.internal.decide.RestartJudge;
import dev.reprise.internal.decide.RestartParameters;
import dev.reprise.internal.decide.TakeOvers;
import dev.reprise.internal.doorbell.Doorbell;
import dev.reprise.internal.doorbell.Doorbells;
import dev.reprise.internal.engine.stored.JustCompleted;
import dev.reprise.internal.engine.stored.ListedExecutions;
import dev.reprise.internal.engine.stored.LoadedExecutions;
import dev.reprise.internal.engine.stored.StoredSteps;
import dev.reprise.internal.store.Acknowledgements;
import dev.reprise.internal.store.Applications;
import dev.reprise.internal.store.AuditLog;
import dev.reprise.internal.store.Definitions;
import dev.reprise.internal.store.ExecutionParameters;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.JobInstances;
import dev.reprise.internal.store.Launches;
import dev.reprise.internal.store.Owners;
import dev.reprise.internal.store.Requests;
import dev.reprise.internal.store.Restarts;
import dev.reprise.internal.store.RunningSteps;
import dev.reprise.internal.store.Scope;
import dev.reprise.internal.store.Secrets;
import dev.reprise.internal.store.StepsBefore;
import dev.reprise.internal.store.Transitions;
import dev.reprise.internal.store.history.History;
import dev.reprise.internal.store.purge.Purges;
import dev.reprise.job.JobModel;
import dev.reprise.state.NodeIdentity;
import jakarta.batch.runtime.JobExecution;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jberet.job.model.Job;
import org.jberet.runtime.AbstractStepExecution;
import org.jspecify.annotations.Nullable;

/** The parts that one deployment has, each once, and how they hang together. Immutable; what runs is in {@link #live}. */
final class Wiring {

    final Supplier<NodeIdentity> self;
    final LaunchRules rules;
    final Supplier<@Nullable String> submitter;
    final ClassLoader application;
    final ServerParts server;
    final Database database;
    final Owners owners;
    final JobExecutions executions;
    final JobInstances instances;
    final LoadedExecutions loaded;
    final Checkpoints checkpoints;
    final StepsBefore stepsBefore;
    final StoredSteps steps;
    final RunningSteps runningSteps;
    final Transitions transitions = new Transitions();
    final Restarts restarts;
    final TakeOvers takeOvers;
    final Moves moves;
    final LockWaits lockWaits;
    final OwnershipCheck ownershipCheck;
    final Decisions decisions;
    final Definitions definitions;
    final RestartParameters restartParameters;
    final RestartJudge restartJudge;
    final Preview preview;
    final ChunkRecorder chunkRecorder;
    final StepEndRecorder stepEndRecorder;
    final StepRecorder stepRecorder;
    final JobRecorder jobRecorder;
    final Scheduled scheduled;
    final Doorbell doorbell;
    final PlanRecorder planRecorder;
    final PartitionsHere partitionsHere;
    final OfferedSteps offeredSteps;
    final DispatchedHere dispatchedHere;
    final LaunchedElsewhere launchedElsewhere = new LaunchedElsewhere(this);

    /** Held while something is taken, until it is among what runs here; and where all of that is stopped, because the server stops. */
    final Object beginning = new Object();

    final Secrets secrets;
    final String name;
    final Scope scope;
    final Neighbours neighbours;
    final History history;
    final AuditLog audit;
    final Acknowledgements acknowledgements;
    final Access access;
    final Purges purges;
    final ListedExecutions listedExecutions = new ListedExecutions();
    final int listed;
    final Map<String, Job> jobs = new ConcurrentHashMap<>();
    final Map<Long, LiveExecution> live = new ConcurrentHashMap<>();
    final JustCompleted justCompleted = new JustCompleted();

    Wiring(RepositoryParts parts, Database database) {
        this.self = parts.node();
        this.rules = parts.rules();
        this.application = parts.application();
        this.server = parts.server();
        this.database = database;
        this.checkpoints = new Checkpoints(parts.application(), parts.serialFilter());
        this.secrets = new Secrets(parts.keys());
        this.name = self.get().application();
        this.scope = Scope.of(name, parts.shared());
        this.owners = new Owners(database.dialect(), self, parts.lease(), scope);
        this.executions = new JobExecutions(scope);
        this.instances = new JobInstances(scope);
        this.loaded = new LoadedExecutions(executions);
        this.stepsBefore = new StepsBefore(checkpoints);
        this.steps = new StoredSteps(stepsBefore, checkpoints);
        this.runningSteps = new RunningSteps(database.dialect(), database.tables());
        this.restarts = new Restarts(self, parts.lease(), scope);
        this.takeOvers = new TakeOvers(database, owners, restarts, rules, this::known, self, parts.lease());
        this.moves = new Moves(database, takeOvers, rules, this::known, self, parts.lease());
        this.lockWaits = new LockWaits(database);
        this.ownershipCheck = new OwnershipCheck(database, owners, takeOvers, live);
        Applications applications = new Applications(database, scope, parts.lease(), parts.others());
        this.history = new History(database, checkpoints, () -> scope, parts.lease());
        this.neighbours = new Neighbours(
                new History(database, checkpoints, applications::shown, parts.lease()),
                applications,
                new Requests(database, self, parts.lease()));
        this.audit = new AuditLog(database, scope);
        this.acknowledgements = new Acknowledgements(database);
        this.access = new Access(audit, server.callers());
        this.submitter = () -> access.caller().map(Caller::user).orElseGet(parts.submitter());
        this.purges = new Purges(database, transitions, self, scope);
        this.listed = parts.listed();
        this.decisions = new Decisions(
                database,
                owners,
                takeOvers,
                instances,
                new Launches(database, new ExecutionParameters(secrets)),
                scope);
        this.definitions = new Definitions(database, rules::definitionOf);
        this.restartParameters = new RestartParameters(rules, secrets);
        this.restartJudge = new RestartJudge(database, stepsBefore, definitions);
        this.preview = new Preview(database, decisions, executions, restartParameters, restartJudge);
        this.chunkRecorder = new ChunkRecorder(database, runningSteps, new ReadableValues(checkpoints), live);
        this.stepEndRecorder = new StepEndRecorder(database, transitions, live);
        this.stepRecorder = new StepRecorder(
                database, executions, runningSteps, stepsBefore, steps, chunkRecorder, stepEndRecorder, live);
        this.doorbell = Doorbells.of(parts.doorbell(), parts.dataSource(), database, name);
        this.planRecorder = new PlanRecorder(database, runningSteps, secrets, checkpoints, doorbell);
        this.partitionsHere = new PartitionsHere(this, parts.capacity());
        this.offeredSteps = new OfferedSteps(database, doorbell, partitionsHere::offered, partitionsHere::changed);
        this.dispatchedHere = new DispatchedHere(this);
        this.scheduled = new Scheduled(database, name);
        this.jobRecorder = new JobRecorder(
                database,
                executions,
                restarts,
                new JobEndRecorder(database, owners, executions, restarts, takeOvers, stepEndRecorder),
                stepRecorder,
                stepEndRecorder,
                live,
                justCompleted,
                server.logs(),
                scheduled::ended);
    }

    /** The execution of a step, or of a partition, that runs here. */
    LiveExecution runs(JobExecution job, AbstractStepExecution step) {
        LiveExecution taken = partitionsHere.of(job);
        return taken == null ? chunkRecorder.ours(job.getExecutionId(), step.getStepName()) : taken;
    }

    @Nullable
    JobModel known(String jobName) {
        Job job = jobs.get(jobName);
        return job == null ? null : new JobModel(job);
    }
}
