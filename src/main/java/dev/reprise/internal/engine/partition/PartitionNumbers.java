package dev.reprise.internal.engine.partition;

import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jberet.runtime.PartitionExecutionImpl;

/**
 * Which partitions of a step a restart runs, in the order in which the engine adds them: those that began and are not
 * complete, then those that never began. The engine itself numbers partitions without properties from 0 again, and would
 * mistake one for another; nor does it notice that the plan has changed. Used by one thread.
 */
public final class PartitionNumbers {

    private final String step;
    private final List<Integer> begun = new ArrayList<>();
    private final Set<Integer> known = new HashSet<>();
    private final int planned;
    private int added;
    private int candidate;

    /**
     * @param previous each partition of the plan that ever began, in the order in which the engine got them
     * @param planned how many partitions the plan has; 0 if that is not known
     */
    public PartitionNumbers(String step, List<PartitionExecutionImpl> previous, int planned) {
        this.step = step;
        this.planned = planned;
        for (PartitionExecutionImpl partition : previous) {
            known.add(partition.getPartitionId());
            if (partition.getBatchStatus() != BatchStatus.COMPLETED) {
                begun.add(partition.getPartitionId());
            }
        }
    }

    public boolean areOf(String stepName) {
        return step.equals(stepName);
    }

    /**
     * The number of the partition that the engine adds next.
     *
     * @throws IllegalStateException if the plan has no such partition
     */
    public int next() {
        added++;
        if (added <= begun.size()) {
            return begun.get(added - 1);
        }
        while (known.contains(candidate)) {
            candidate++;
        }
        if (planned > 0 && candidate >= planned) {
            throw changed("more");
        }
        return candidate++;
    }

    /**
     * Compares the plan of this restart with the one that the step began with.
     *
     * @param toRun how many partitions this restart is about to run
     * @throws IllegalStateException if they differ
     */
    public void check(int toRun) {
        int now = toRun + known.size() - begun.size();
        if (planned > 0 && now != planned) {
            throw changed(String.valueOf(now));
        }
    }

    /** What the engine's own failure means, which comes where a plan has become too small for what ran already. */
    public IllegalStateException tooSmall(Exception failure) {
        IllegalStateException changed = changed("fewer");
        changed.initCause(failure);
        return changed;
    }

    public boolean hasAdded() {
        return added > 0;
    }

    private IllegalStateException changed(String now) {
        String counts = planned == 0 ? "" : "It began with " + planned + " partitions and has " + now + " now. ";
        return new IllegalStateException(
                "The partition plan of step " + step + " changed before this restart, which can"
                        + " only go on with the partitions that the step began with. " + counts
                        + "Restart it with the plan it had, or let the mapper's plan override"
                        + " (setPartitionsOverride(true)), which begins all partitions anew.");
    }
}
