package dev.reprise.internal.engine;

import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.engine.stored.StoredSteps;
import dev.reprise.internal.store.StepsBefore;
import dev.reprise.log.LogThread;
import dev.reprise.state.StepProgress;
import jakarta.batch.runtime.BatchStatus;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jberet.job.model.RefArtifact;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/** What the engine asks while it runs jobs on this node. Thread-safe. */
public final class RunningHere {

    private final Database database;
    private final StepsBefore stepsBefore;
    private final StoredSteps steps;
    private final ChunkRecorder chunkRecorder;
    private final StepRecorder stepRecorder;
    private final Map<Long, LiveExecution> live;
    private final Checkpoints checkpoints;
    private final PlanRecorder planRecorder;
    private final OfferedSteps offeredSteps;
    private final PartitionsHere partitionsHere;
    private final DispatchedHere dispatchedHere;

    RunningHere(Wiring wiring) {
        this.database = wiring.database;
        this.stepsBefore = wiring.stepsBefore;
        this.steps = wiring.steps;
        this.chunkRecorder = wiring.chunkRecorder;
        this.stepRecorder = wiring.stepRecorder;
        this.live = wiring.live;
        this.checkpoints = wiring.checkpoints;
        this.planRecorder = wiring.planRecorder;
        this.offeredSteps = wiring.offeredSteps;
        this.partitionsHere = wiring.partitionsHere;
        this.dispatchedHere = wiring.dispatchedHere;
    }

    @Nullable
    StepExecutionImpl original(String stepName, JobExecutionImpl jobExecutionToRestart) {
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
            database.doInOwnTransaction(handle -> steps.overlookItsPlan(handle, original));
        }
        if (original != null && original.getBatchStatus() == BatchStatus.COMPLETED) {
            running.ifPresent(execution -> execution.steps().mayBeSkipped(original));
        }
        return original;
    }

    int countStarts(String stepName, long jobInstanceId) {
        int starts = database.read(handle -> stepsBefore.countStarts(handle, stepName, jobInstanceId));
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

    /** All artifacts that the engine makes from now on for an execution that runs here are attended. */
    void attend(JobContextImpl job) {
        LiveExecution running = live.get(job.getExecutionId());
        if (running != null) {
            AttendedArtifacts.attend(job, running, new ChunkKeeper(chunkRecorder, running));
        }
    }

    /**
     * What calls back around the partitions of a step that runs here.
     *
     * @throws IllegalStateException if its execution does not run here
     */
    PartitionCallbacks partitionCallbacks(StepContextImpl step) {
        long executionId = step.getJobContext().getExecutionId();
        return Optional.ofNullable(live.get(executionId))
                .orElseThrow(() -> new IllegalStateException("Execution " + executionId + " does not run here"))
                .callbacks(step);
    }

    /** The partitions of a step that any node may run; null if they are to run here. */
    @Nullable
    OfferedPartitions offered(StepContextImpl step, PartitionCallbacks callbacks) {
        LiveExecution running = live.get(step.getJobContext().getExecutionId());
        RunningStep whole = running == null ? null : running.steps().find(step);
        if (running == null || whole == null || !offeredSteps.takes(step)) {
            return null;
        }
        return new OfferedPartitions(
                planRecorder, offeredSteps, running, whole, callbacks, step, stepRecorder.numbersOf((StepExecutionImpl)
                        step.getStepExecution()));
    }

    /** The decider that job XML names for a decision of an execution that runs here. */
    RefArtifact decider(long executionId, String decision) {
        return Optional.ofNullable(live.get(executionId))
                .flatMap(LiveExecution::course)
                .orElseThrow(() -> new IllegalStateException("Execution " + executionId + " does not run here"))
                .elements()
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

    /**
     * A partition runs no more. One whose failure the engine could not handle has no end, which the engine would take for a
     * good one: it has failed. To be called by its thread.
     */
    void partitionEnds(StepContextImpl step, PartitionExecutionImpl partition) {
        LiveExecution running = live.get(step.getJobContext().getExecutionId());
        if (running != null) {
            stepRecorder.partitionEnds(running, partition);
        }
    }

    /**
     * The end of an execution that runs on this node: it completes on the thread that ends it, with whether this node has
     * recorded the end, or has lost the execution to another one. Empty if it does not run here (any more).
     */
    public Optional<CompletionStage<Boolean>> end(long executionId) {
        return Optional.ofNullable(live.get(executionId))
                .map(running -> running.ended().minimalCompletionStage());
    }

    /** How far the steps are that this node runs. */
    public List<StepProgress> progress() {
        List<StepProgress> progress = new ArrayList<>();
        for (LiveExecution running : live.values()) {
            for (RunningStep step : running.steps().all()) {
                if (step.partitionOf() == null) {
                    progress.add(progress(running, step));
                }
            }
        }
        return progress;
    }

    private StepProgress progress(LiveExecution running, RunningStep step) {
        long items = 0;
        for (RunningStep part : running.steps().all()) {
            if (part == step || part.partitionOf() == step) {
                items += part.committed().read();
            }
        }
        // How far a partitioned step is cannot be told from the partitions that have started.
        Serializable checkpoint =
                step.isPartitioned() ? null : checkpoints.glance(step.kept().get("reader"));
        return new StepProgress(
                running.execution().getExecutionId(),
                running.label(),
                step.id(),
                step.name(),
                Duration.ofNanos(step.nanosSinceItBegan()),
                items,
                checkpoint);
    }

    /** Partitions that any node may run, as far as this one does. */
    public PartitionsHere partitions() {
        return partitionsHere;
    }

    /** Executions that any node may run, as far as this one does. */
    public DispatchedHere dispatched() {
        return dispatchedHere;
    }
}
