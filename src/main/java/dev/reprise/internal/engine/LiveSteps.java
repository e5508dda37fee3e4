package dev.reprise.internal.engine;

import dev.reprise.internal.engine.reason.Thrown;
import jakarta.batch.runtime.StepExecution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/** The steps and partitions of one execution that threads of this node work on. Thread-safe. */
final class LiveSteps {

    /** The engine gives a partition the id of its step. */
    private record StepKey(long stepExecutionId, int partition) {
        static StepKey of(AbstractStepExecution execution) {
            int partition = execution instanceof PartitionExecutionImpl p ? p.getPartitionId() : -1;
            return new StepKey(execution.getStepExecutionId(), partition);
        }
    }

    private final Map<StepKey, RunningStep> steps = new ConcurrentHashMap<>();
    private final Set<StepExecution> completeBefore =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    private final Map<RunningStep, List<NewRow>> held = new ConcurrentHashMap<>();
    private volatile boolean leftOpen;
    private final Set<String> interrupted = ConcurrentHashMap.newKeySet();

    void add(AbstractStepExecution execution, RunningStep step) {
        steps.put(StepKey.of(execution), step);
    }

    /** The partitions of a step are not added one by one. */
    void hold(RunningStep step) {
        held.put(step, new ArrayList<>());
    }

    /** Holds a partition back, if it is one of a step of which they are held. */
    boolean holds(NewRow partition) {
        RunningStep step = partition.partitionOf();
        List<NewRow> rows = step == null ? null : held.get(step);
        return rows != null && rows.add(partition);
    }

    /** Those that were held of a step. */
    List<NewRow> release(RunningStep step) {
        List<NewRow> rows = held.remove(step);
        return rows == null ? List.of() : rows;
    }

    @Nullable
    RunningStep find(AbstractStepExecution execution) {
        return steps.get(StepKey.of(execution));
    }

    /** @param step null where it is the job */
    @Nullable
    RunningStep find(@Nullable StepContextImpl step) {
        return step == null ? null : find(step.getStepExecution());
    }

    void remove(AbstractStepExecution execution) {
        RunningStep step = steps.remove(StepKey.of(execution));
        if (step == null) {
            return;
        }
        // An analyzer that threw, say, ends its step and not its partitions.
        if (steps.values().stream().anyMatch(other -> other.partitionOf() == step && !other.hasEnded())) {
            leaveOpen();
        }
        steps.values().removeIf(other -> other.partitionOf() == step);
    }

    Iterable<RunningStep> all() {
        return steps.values();
    }

    /** What was last thrown in a step that the engine ran no further, nor ended. */
    Optional<Thrown> thrownWithoutEnd() {
        return steps.values().stream()
                .filter(step -> !step.hasEnded())
                .flatMap(step -> step.troubles().lastThrown().stream())
                .findFirst();
    }

    /** The engine was given this execution of a step, of an earlier execution of the job, and may skip the step. */
    void mayBeSkipped(StepExecution complete) {
        completeBefore.add(complete);
    }

    boolean skips(StepExecution complete) {
        return completeBefore.contains(complete);
    }

    /** The steps that failed because the database was away. */
    Set<String> interrupted() {
        return interrupted;
    }

    /** A step's end could not be recorded in its row; the end of the job closes it. */
    void leaveOpen() {
        leftOpen = true;
    }

    /**
     * Whether the end of one is not in its row, and will not come there by itself.
     *
     * @param last whose end is recorded with the job's
     */
    boolean areLeftOpen(@Nullable RunningStep last) {
        return leftOpen || steps.values().stream().anyMatch(step -> !step.hasEnded() && step != last);
    }

    /** It failed because the database was away. */
    void interrupted(String step) {
        interrupted.add(step);
    }
}
