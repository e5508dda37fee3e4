package dev.reprise.internal.engine;

import dev.reprise.internal.engine.row.Kept;
import dev.reprise.internal.store.NewStep;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jspecify.annotations.Nullable;

/**
 * A step or partition that starts now, and gets its row.
 *
 * @param partitionOf its step, if it is a partition
 */
record NewRow(
        LiveExecution job,
        AbstractStepExecution execution,
        @Nullable RunningStep partitionOf) {

    String name() {
        return execution instanceof PartitionExecutionImpl partition
                ? NewStep.partitionName(execution.getStepName(), partition.getPartitionId())
                : execution.getStepName();
    }

    /** With the checkpoint it inherits. */
    NewStep toInsert() {
        return new NewStep(
                job.execution().getExecutionId(),
                job.node(),
                name(),
                execution instanceof PartitionExecutionImpl partition
                        ? Integer.valueOf(partition.getPartitionId())
                        : null,
                partitionOf == null ? null : Long.valueOf(partitionOf.id()),
                Kept.allOf(execution));
    }

    RunningStep inserted(NewStep.Inserted row) {
        return new RunningStep(row.id(), name(), partitionOf, execution, row.toStop());
    }
}
