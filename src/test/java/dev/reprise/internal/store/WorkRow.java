package dev.reprise.internal.store;

import dev.reprise.state.StepCounts;
import jakarta.batch.runtime.BatchStatus;
import java.util.List;
import java.util.Map;
import org.jberet.runtime.StepExecutionImpl;
import org.jspecify.annotations.Nullable;

/** The row of a step or partition that has counted nothing, as who runs it knows it. */
record WorkRow(long id, String name, long version, BatchStatus status) implements StepRow {

    /** At its end. */
    static WorkRow of(Taken taken) {
        return new WorkRow(taken.id(), taken.name(), taken.version(), BatchStatus.COMPLETED);
    }

    /** That has just begun. */
    static WorkRow of(StepExecutionImpl step) {
        return new WorkRow(step.getStepExecutionId(), step.getStepName(), 0, BatchStatus.STARTED);
    }

    @Override
    public @Nullable StepRow partitionOf() {
        return null;
    }

    @Override
    public boolean isPartitioned() {
        return false;
    }

    @Override
    public StepCounts committed() {
        return StepCounts.NONE;
    }

    @Override
    public StepCounts atTheEnd() {
        return StepCounts.NONE;
    }

    @Override
    public Map<String, byte @Nullable []> kept() {
        return Map.of();
    }

    @Override
    public String exitStatus() {
        return status.name();
    }

    @Override
    public byte @Nullable [] userData() {
        return null;
    }

    @Override
    public List<byte @Nullable []> collected() {
        return List.of();
    }

    @Override
    public boolean wasCommitted(long rowVersion, long commits) {
        return false;
    }

    @Override
    public boolean wasNotCommitted(long rowVersion, long commits) {
        return false;
    }
}
