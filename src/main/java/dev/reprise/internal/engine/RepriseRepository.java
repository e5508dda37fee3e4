package dev.reprise.internal.engine;

import dev.reprise.access.Access;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.store.Acknowledgements;
import dev.reprise.internal.store.AuditLog;
import dev.reprise.internal.store.history.History;
import dev.reprise.internal.store.purge.Purges;
import dev.reprise.log.LogThread;
import dev.reprise.state.LaunchRefusedException;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.JobInstance;
import jakarta.batch.runtime.StepExecution;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jberet.job.model.Job;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.repository.JobExecutionSelector;
import org.jberet.repository.JobRepository;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;

/**
 * The engine's job repository in a database: every state change of every job passes through it, so this is where the
 * rules live (contract.md §3, §4). Thread-safe. Only the save of a chunk joins the caller's transaction; every other
 * call suspends whatever is active and makes its own.
 */
public final class RepriseRepository implements JobRepository {

    private final Wiring wiring;
    private final ThisNode thisNode;
    private final RefusedHere refused;
    private final Launching launching;
    private final Interventions interventions;
    private final RunningHere running;
    private final ExecutionLists lists;
    private final Recorded recorded;

    public RepriseRepository(RepositoryParts parts) {
        this(parts, new Database(parts.dataSource(), parts.schema(), parts.transactions(), parts.outage()));
    }

    RepriseRepository(RepositoryParts parts, Database database) {
        this.wiring = new Wiring(parts, database);
        this.thisNode = new ThisNode(wiring);
        this.refused = new RefusedHere(wiring, thisNode);
        this.launching = new Launching(wiring, thisNode, refused);
        this.interventions = new Interventions(wiring, launching, refused);
        this.running = new RunningHere(wiring);
        this.lists = new ExecutionLists(wiring);
        this.recorded = new Recorded(wiring);
    }

    @Override
    public void addJob(ApplicationAndJobName name, Job job) {
        wiring.jobs.put(name.jobName, job);
    }

    @Override
    public void removeJob(String jobId) {
        wiring.jobs.remove(jobId);
    }

    @Override
    public @Nullable Job getJob(ApplicationAndJobName name) {
        return wiring.jobs.get(name.jobName);
    }

    @Override
    public Set<String> getJobNames() {
        return Collections.unmodifiableSet(wiring.jobs.keySet());
    }

    /** Always true: WildFly knows the jobs of a deployment, and asks for executions of jobs that never ran. */
    @Override
    public boolean jobExists(String jobName) {
        return true;
    }

    /**
     * Writes nothing: what an instance is depends on the parameters, which come with the execution. Its application is the
     * one of this repository (contract.md §8.1), whatever the engine calls the deployment.
     */
    @Override
    public JobInstanceImpl createJobInstance(Job job, String applicationName, ClassLoader classLoader) {
        return new JobInstanceImpl(job, wiring.name, job.getId());
    }

    /**
     * Decides whether the execution happens, and records it with everything that must be known before it runs.
     *
     * @throws LaunchRefusedException with the reason; nothing was written then, except that what a dead node left may
     *     have been closed
     */
    @Override
    public JobExecutionImpl createJobExecution(JobInstanceImpl instance, @Nullable Properties given) {
        return launching.createJobExecution(instance, given);
    }

    @Override
    public void updateJobExecution(JobExecutionImpl execution, boolean fullUpdate, boolean saveJobParameters) {
        LiveExecution ending = wiring.live.get(execution.getExecutionId());
        if (fullUpdate && ending != null) {
            ending.course().ifPresent(Course::settle);
            wiring.jobRecorder.end(ending);
            return;
        }
        switch (execution.getBatchStatus()) {
            case STARTED -> wiring.jobRecorder.start(execution);
            case ABANDONED -> interventions.abandon(execution);
            case FAILED -> interventions.takeOverForRestart(execution);
            case STARTING, STOPPING, STOPPED, COMPLETED -> {} // nothing of it is recorded here
        }
    }

    @Override
    public void stopJobExecution(JobExecutionImpl execution) {
        interventions.stop(execution);
    }

    @Override
    public StepExecutionImpl createStepExecution(String stepName) {
        LogThread.stepComes();
        return new StepExecutionImpl(stepName);
    }

    @Override
    public void addStepExecution(JobExecutionImpl job, StepExecutionImpl execution) {
        LogThread.stepBegins(job.getExecutionId());
        wiring.stepRecorder.add(job, execution);
    }

    @Override
    public void addPartitionExecution(StepExecutionImpl enclosing, PartitionExecutionImpl partition) {
        wiring.stepRecorder.addPartition(enclosing, partition);
    }

    /**
     * Records a chunk in the chunk's own transaction, or the user data of a batchlet in a transaction of its own.
     *
     * @return 0 if somebody asked the execution to stop, else 1
     */
    @Override
    public int savePersistentDataIfNotStopping(JobExecution job, AbstractStepExecution execution) {
        return wiring.chunkRecorder.saveUnlessStopping(wiring.runs(job, execution), execution) ? 1 : 0;
    }

    /**
     * Records the end of a partition. A step has nothing to save here, its chunks and its end are recorded elsewhere;
     * but if it is fenced the engine must not go on to another step.
     */
    @Override
    public void savePersistentData(JobExecution job, AbstractStepExecution execution) {
        try {
            wiring.stepRecorder.savePartitionsEnd(job, execution);
        } catch (RuntimeException | Error e) {
            LogThread.stepEnded(); // the engine will not say so
            throw e;
        }
    }

    /** Comes for skipped steps too, with the execution of before, and for steps that never got a row: not ours to write. */
    @Override
    public void updateStepExecution(StepExecution execution) {
        if (execution instanceof StepExecutionImpl step) {
            wiring.stepRecorder.end(step);
        }
        LogThread.stepEnded();
    }

    @Override
    public List<PartitionExecutionImpl> getPartitionExecutions(
            long stepExecutionId,
            @Nullable StepExecutionImpl stepExecution,
            boolean notCompletedOnly,
            ClassLoader classLoader) {
        String stepName = stepExecution == null ? "" : stepExecution.getStepName();
        return wiring.stepRecorder.restarts(stepExecutionId, stepName, notCompletedOnly);
    }

    @Override
    public @Nullable StepExecutionImpl findOriginalStepExecutionForRestart(
            String stepName, JobExecutionImpl jobExecutionToRestart, ClassLoader classLoader) {
        return running.original(stepName, jobExecutionToRestart);
    }

    @Override
    public int countStepStartTimes(String stepName, long jobInstanceId) {
        return running.countStarts(stepName, jobInstanceId);
    }

    /** The execution that runs here, or has completed here a moment ago, itself; any other one as its rows have it. */
    @Override
    public @Nullable JobExecution getJobExecution(long executionId) {
        return lists.execution(executionId);
    }

    @Override
    public List<JobExecution> getJobExecutions(@Nullable JobInstance instance) {
        return lists.executions(instance);
    }

    @Override
    public List<Long> getJobExecutionsByJob(String jobName) {
        return lists.ofJob(jobName);
    }

    @Override
    public List<Long> getJobExecutionsByJob(String jobName, @Nullable Integer limit) {
        return lists.ofJob(jobName, limit);
    }

    @Override
    public List<Long> getRunningExecutions(String jobName) {
        return lists.running(jobName);
    }

    @Override
    public @Nullable JobInstance getJobInstance(long jobInstanceId) {
        return lists.instance(jobInstanceId);
    }

    @Override
    public List<JobInstance> getJobInstances(String jobName) {
        return lists.instances(jobName);
    }

    @Override
    public int getJobInstanceCount(String jobName) {
        return lists.countInstances(jobName);
    }

    @Override
    public List<StepExecution> getStepExecutions(long jobExecutionId, ClassLoader classLoader) {
        return lists.steps(jobExecutionId);
    }

    /** Launching, restarts and what they would do. */
    public Launching launching() {
        return launching;
    }

    /** What is refused because of where it is asked. */
    public RefusedHere refused() {
        return refused;
    }

    /** What this node does beside running jobs. */
    public ThisNode thisNode() {
        return thisNode;
    }

    /** What is recorded of single executions. */
    public Recorded recorded() {
        return recorded;
    }

    /** What this node runs. */
    public RunningHere running() {
        return running;
    }

    StepEndRecorder stepEnds() {
        return wiring.stepEndRecorder;
    }

    StepRecorder stepRecorder() {
        return wiring.stepRecorder;
    }

    /** The name under which the nodes of this deployment know each other. */
    public String application() {
        return wiring.name;
    }

    /** Waits for the end of an execution of this node to be recorded; gives whether it does not run here (any more). */
    boolean awaitEnd(long executionId, Duration atMost) {
        return wiring.jobRecorder.awaitEnd(executionId, atMost);
    }

    /** What was and is, of this application and of what counts as its own. */
    public History history() {
        return wiring.history;
    }

    /** What consoles know of other applications, too, and how those are asked. */
    public Neighbours neighbours() {
        return wiring.neighbours;
    }

    /** What people do to executions, where the engine is not asked. */
    public Interventions interventions() {
        return interventions;
    }

    /** What it was given to judge jobs by. */
    public LaunchRules rules() {
        return wiring.rules;
    }

    /** What this deployment has of its server. */
    public ServerParts server() {
        return wiring.server;
    }

    /** Who may do what, and is on record then. */
    public Access access() {
        return wiring.access;
    }

    /** Who did what. */
    public AuditLog audit() {
        return wiring.audit;
    }

    /** What people know of that needs one. */
    public Acknowledgements acknowledgements() {
        return wiring.acknowledgements;
    }

    private static final String INSTEAD = " Purge with the job reprise-purge, or with dev.reprise.operate.Operations.";

    /** What removes history. */
    public Purges purges() {
        return wiring.purges;
    }

    /** JBeret's selectors would have to be shown the whole history, one execution at a time. */
    @Override
    public void removeJobExecutions(JobExecutionSelector selector) {
        throw new UnsupportedOperationException(
                "Reprise does not purge through JBeret's JobExecutionSelector, which would load the whole history."
                        + INSTEAD);
    }

    @Override
    public void removeJobInstance(long jobInstanceId) {
        throw new UnsupportedOperationException(
                "Reprise does not forget a single job instance: it would run again as if it never had." + INSTEAD);
    }
}
