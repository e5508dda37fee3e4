package dev.reprise.state;

import jakarta.batch.runtime.BatchStatus;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a step, or at a partition of one, as its row has it (contract.md §1, §4).
 *
 * @param id of the step execution
 * @param name of the step; a partition is called {@code step:partitionN}
 * @param status its batch status
 * @param exitStatus null while it runs
 * @param started when it started, by the database's clock
 * @param ended when it ended; null while it runs
 * @param counts of a partitioned step: of all its partitions, also of those that still run
 * @param failure the first line of its exception; empty if it did not fail
 * @param placement of a partition that any node may run; null for steps, and for partitions that run where their step does
 * @param partitions of a partitioned step, by number; else empty
 */
public record StepState(
        long id,
        String name,
        BatchStatus status,
        @Nullable String exitStatus,
        @Nullable Instant started,
        @Nullable Instant ended,
        StepCounts counts,
        String failure,
        @Nullable Placement placement,
        List<StepState> partitions) {

    public StepState {
        partitions = List.copyOf(partitions);
    }

    /** The nodes that have run partitions of these steps, of those that any node may run. */
    public static SortedSet<String> nodes(Collection<StepState> steps) {
        SortedSet<String> nodes = new TreeSet<>();
        steps.stream()
                .flatMap(step -> step.partitions().stream())
                .map(StepState::placement)
                .forEach(placement -> {
                    if (placement != null && placement.node() != null) {
                        nodes.add(placement.node());
                        nodes.addAll(placement.earlier());
                    }
                });
        return nodes;
    }
}
