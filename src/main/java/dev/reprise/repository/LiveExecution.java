package dev.reprise.repository;

import jakarta.batch.runtime.StepExecution;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jspecify.annotations.Nullable;

/** A job execution that this node runs, from its decision to its recorded end. Thread-safe. */
final class LiveExecution {

    /** The engine gives a partition the id of its step. */
    private record StepKey(long stepExecutionId, int partition) {
        static StepKey of(AbstractStepExecution execution) {
            int partition = execution instanceof PartitionExecutionImpl p ? p.getPartitionId() : -1;
            return new StepKey(execution.getStepExecutionId(), partition);
        }
    }

    private final JobExecutionImpl execution;
    private final String label;
    private final boolean identityNone;
    private final long began = System.nanoTime();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final Map<StepKey, RunningStep> steps = new ConcurrentHashMap<>();
    private final Queue<UnrecordedEnd> unrecordedEnds = new ConcurrentLinkedQueue<>();
    private final Set<StepExecution> completeBefore =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    private volatile @Nullable Course course;
    private volatile boolean stepsLeftOpen;
    private volatile String failure = "";

    LiveExecution(JobExecutionImpl execution, String label, boolean identityNone) {
        this.execution = execution;
        this.label = label;
        this.identityNone = identityNone;
    }

    JobExecutionImpl execution() {
        return execution;
    }

    /** As the log names it: {@code flights[month=2001-01]}. */
    String label() {
        return label;
    }

    /** Whether it is to run by the letter of Jakarta Batch (semantics.md §2.6). */
    boolean isIdentityNone() {
        return identityNone;
    }

    /** The job is about to run its first element. */
    void begin() {
        course = new Course(execution);
    }

    /** Empty before it begins. */
    Optional<Course> course() {
        return Optional.ofNullable(course);
    }

    /** The engine was given this execution of a step, of an earlier execution of the job, and may skip the step. */
    void mayBeSkipped(StepExecution complete) {
        completeBefore.add(complete);
    }

    boolean skips(StepExecution complete) {
        return completeBefore.contains(complete);
    }

    long nanosSinceItBegan() {
        return System.nanoTime() - began;
    }

    /** Completes when the end is recorded, or when this node gave up recording it. */
    CompletableFuture<Boolean> ended() {
        return ended;
    }

    /** Whether the engine is done with it, so that {@link #ended()} is near. */
    boolean isEnding() {
        return switch (execution.getBatchStatus()) {
            case COMPLETED, FAILED, STOPPED, ABANDONED -> true;
            case STARTING, STARTED, STOPPING -> false;
        };
    }

    void add(AbstractStepExecution execution, RunningStep step) {
        steps.put(StepKey.of(execution), step);
    }

    @Nullable
    RunningStep find(AbstractStepExecution execution) {
        return steps.get(StepKey.of(execution));
    }

    void remove(AbstractStepExecution execution) {
        RunningStep step = steps.remove(StepKey.of(execution));
        if (step == null) {
            return;
        }
        // An analyzer that threw, say, ends its step and not its partitions.
        if (steps.values().stream().anyMatch(other -> other.partitionOf() == step && !other.hasEnded())) {
            leaveStepsOpen();
        }
        steps.values().removeIf(other -> other.partitionOf() == step);
    }

    Iterable<RunningStep> steps() {
        return steps.values();
    }

    /** Keeps the first stack trace for the end of the job. */
    void failed(String stackTrace) {
        if (failure.isEmpty()) {
            failure = stackTrace;
        }
    }

    /** The stack trace of the first step that failed, or nothing. */
    String failure() {
        return failure;
    }

    /** A step's end could not be recorded in its row; the end of the job closes it. */
    void leaveStepsOpen() {
        stepsLeftOpen = true;
    }

    boolean hasStepsLeftOpen() {
        return stepsLeftOpen || steps.values().stream().anyMatch(step -> !step.hasEnded());
    }

    /** A step whose end the database could not be told yet. */
    record UnrecordedEnd(RunningStep step, String trace, List<TransitionTaken> transitions) {}

    /** In the order in which they ended. */
    Queue<UnrecordedEnd> unrecordedEnds() {
        return unrecordedEnds;
    }
}
