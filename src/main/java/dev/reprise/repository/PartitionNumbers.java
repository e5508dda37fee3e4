package dev.reprise.repository;

import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jberet.runtime.PartitionExecutionImpl;

/**
 * Which partitions of a step a restart runs, in the order in which the engine adds them: those that began and are not
 * complete, then those that never began. The engine itself numbers partitions without properties from 0 again, and would
 * mistake one for another. Used by one thread.
 */
final class PartitionNumbers {

    private final String step;
    private final List<Integer> begun = new ArrayList<>();
    private final Set<Integer> known = new HashSet<>();
    private int added;
    private int candidate;

    /**
     * @param previous each partition that ever began, in the order in which the engine got them
     */
    PartitionNumbers(String step, List<PartitionExecutionImpl> previous) {
        this.step = step;
        for (PartitionExecutionImpl partition : previous) {
            known.add(partition.getPartitionId());
            if (partition.getBatchStatus() != BatchStatus.COMPLETED) {
                begun.add(partition.getPartitionId());
            }
        }
    }

    boolean areOf(String stepName) {
        return step.equals(stepName);
    }

    /** The number of the partition that the engine adds next. */
    int next() {
        if (added < begun.size()) {
            return begun.get(added++);
        }
        while (known.contains(candidate)) {
            candidate++;
        }
        return candidate++;
    }
}
