package dev.reprise.internal.engine.row;

import dev.reprise.internal.engine.stored.KeptValue;
import org.jberet.runtime.AbstractStepExecution;
import org.jspecify.annotations.Nullable;

/** The checkpoint as it was before an item of a chunk was skipped, which a retry begins at (decision 013). Thread-safe. */
public final class SkipInChunk {

    private final AbstractStepExecution execution;
    private boolean skipped;
    private byte @Nullable [] checkpointBefore;

    public SkipInChunk(AbstractStepExecution execution) {
        this.execution = execution;
    }

    /** The engine is about to take the reader's position in mid-chunk for the checkpoint. */
    public synchronized void begins() {
        if (!skipped) {
            skipped = true;
            checkpointBefore = execution.getReaderCheckpointInfoSerialized();
        }
    }

    /** The engine reopens the reader at the checkpoint next; what was read of the chunk before a skip must come again. */
    public synchronized void undo() {
        if (skipped) {
            execution.setReaderCheckpointInfo(checkpointBefore == null ? null : KeptValue.of(checkpointBefore));
            forget();
        }
    }

    public synchronized void forget() {
        skipped = false;
        checkpointBefore = null;
    }
}
