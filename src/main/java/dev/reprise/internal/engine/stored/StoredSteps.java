package dev.reprise.internal.engine.stored;

import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.store.NewStep;
import dev.reprise.internal.store.StepsBefore;
import dev.reprise.internal.store.StepsBefore.Plan;
import dev.reprise.internal.store.StoredStep;
import jakarta.batch.runtime.BatchStatus;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of steps and partitions of earlier executions as objects of the engine's. Thread-safe. */
public final class StoredSteps {

    private final StepsBefore steps;
    private final Checkpoints checkpoints;

    public StoredSteps(StepsBefore steps, Checkpoints checkpoints) {
        this.steps = steps;
        this.checkpoints = checkpoints;
    }

    public List<StepExecutionImpl> ofExecution(Handle handle, long executionId) {
        return steps.ofExecution(handle, executionId).stream()
                .map(row -> step(row, row.status(), null, null))
                .toList();
    }

    /**
     * The last step execution of that name in the instance, as the engine needs it for a restart: one that is not
     * COMPLETED is handed over as STARTED, so that the engine asks for all partitions; one that is COMPLETED without
     * its checkpoints, so that allow-start-if-complete begins at the beginning.
     */
    public Optional<StepExecutionImpl> original(Handle handle, String stepName, long instanceId, long upToExecutionId) {
        return steps.original(handle, stepName, instanceId, upToExecutionId)
                .map(row -> row.status() == BatchStatus.COMPLETED
                        ? step(row, BatchStatus.COMPLETED, null, null)
                        : step(row, BatchStatus.STARTED, reader(row.kept(), stepName), writer(row.kept(), stepName)));
    }

    /**
     * Hands the {@link #original} over as FAILED if all its partitions have begun: the engine then runs those again that
     * are not complete, whatever the plan is by now, as the TCK of Jakarta Batch has it (decision 015).
     */
    public void overlookItsPlan(Handle handle, StepExecutionImpl original) {
        if (original.getBatchStatus() == BatchStatus.COMPLETED) {
            return;
        }
        long id = original.getStepExecutionId();
        Plan plan = steps.plan(handle, id);
        if (plan.partitions() > 0
                && partitions(handle, plan, id, original.getStepName(), false).size() >= plan.partitions()) {
            original.setBatchStatus(BatchStatus.FAILED);
        }
    }

    /** The newest state of each partition of the plan, COMPLETED if it ever was. */
    public List<PartitionExecutionImpl> partitions(
            Handle handle, Plan plan, long stepExecutionId, String stepName, boolean notCompletedOnly) {
        return steps.partitions(handle, plan, stepExecutionId, notCompletedOnly).stream()
                .map(row -> partition(row, stepExecutionId, stepName))
                .toList();
    }

    private PartitionExecutionImpl partition(StoredStep.Partition row, long stepExecutionId, String stepName) {
        String name = NewStep.partitionName(stepName, row.number());
        return new PartitionExecutionImpl(
                row.number(),
                stepExecutionId,
                stepName,
                row.status(),
                row.exitStatus(),
                userData(row.kept(), name),
                reader(row.kept(), name),
                writer(row.kept(), name));
    }

    private StepExecutionImpl step(
            StoredStep row, BatchStatus status, @Nullable Serializable reader, @Nullable Serializable writer) {
        return new StepExecutionImpl(
                row.id(),
                row.name(),
                row.started(),
                row.ended(),
                status.name(),
                row.exitStatus(),
                userData(row.kept(), row.name()),
                row.counts().read(),
                row.counts().written(),
                row.counts().commits(),
                row.counts().rollbacks(),
                row.counts().readSkips(),
                row.counts().processSkips(),
                row.counts().filtered(),
                row.counts().writeSkips(),
                reader,
                writer);
    }

    private @Nullable Serializable reader(Map<String, byte @Nullable []> kept, String step) {
        return checked(kept.get(StoredStep.READER), "the reader checkpoint", step);
    }

    private @Nullable Serializable writer(Map<String, byte @Nullable []> kept, String step) {
        return checked(kept.get(StoredStep.WRITER), "the writer checkpoint", step);
    }

    private @Nullable Serializable userData(Map<String, byte @Nullable []> kept, String step) {
        return checked(kept.get(StoredStep.USER_DATA), "user data", step);
    }

    /** Read to be sure that it can be: the engine does so again whenever it needs the value. */
    private @Nullable Serializable checked(byte @Nullable [] bytes, String what, String step) {
        if (bytes == null) {
            return null;
        }
        checkpoints.read(bytes, what + " of step " + step);
        return KeptValue.of(bytes);
    }
}
