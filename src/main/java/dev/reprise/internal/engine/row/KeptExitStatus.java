package dev.reprise.internal.engine.row;

import jakarta.batch.runtime.BatchStatus;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jspecify.annotations.Nullable;

/** The exit status of a batchlet's step: the engine replaces what it has set by the null that it returned. Thread-safe. */
public final class KeptExitStatus {

    private final AbstractStepExecution execution;
    private @Nullable String exitStatusSet;

    public KeptExitStatus(AbstractStepExecution execution) {
        this.execution = execution;
    }

    /** A batchlet is at its end: what it has set is its exit status, unless it returned one. */
    public synchronized void keep() {
        exitStatusSet = execution.getExitStatus();
    }

    /** The engine has replaced what a batchlet set by the null that it returned. */
    public synchronized void restore() {
        if (exitStatusSet != null && !hasExitStatus(execution)) {
            execution.setExitStatus(exitStatusSet);
        }
    }

    /** At its end an execution without an exit status gives its batch status' name; before it, nothing. */
    private static boolean hasExitStatus(AbstractStepExecution ended) {
        AbstractStepExecution copy = new PartitionExecutionImpl(ended);
        copy.setBatchStatus(BatchStatus.STARTED);
        return copy.getExitStatus() != null;
    }
}
