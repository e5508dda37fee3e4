package dev.reprise.internal.engine;

import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.engine.row.Kept;
import dev.reprise.internal.engine.stored.KeptValue;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.runtime.BatchStatus;
import java.io.IOException;
import java.io.Serializable;
import org.jberet.runtime.AbstractStepExecution;
import org.jspecify.annotations.Nullable;

/** What artifacts hand over for a restart or for another node: only what can be read there is committed (contract.md §8.5). Thread-safe. */
final class ReadableValues {

    private final Checkpoints checkpoints;

    ReadableValues(Checkpoints checkpoints) {
        this.checkpoints = checkpoints;
    }

    /** What a restart could not read must not be committed in the first place. */
    void mustBeReadable(RunningStep step, Kept what) {
        mustBeReadable(step, what, what.bytesOf(step.execution()));
    }

    void mustBeReadable(RunningStep step, Kept what, byte @Nullable [] bytes) {
        if (bytes != null && !step.isReadable(what, bytes)) {
            checkpoints.read(bytes, what.of(step.name()));
            step.readable(what, bytes);
        }
    }

    /**
     * A checkpoint as it is when a reader or writer hands it over. The engine keeps it as it comes.
     *
     * @param step the step or partition
     * @throws NotRecordedError if a restart could not read it
     */
    Serializable keep(LiveExecution running, AbstractStepExecution step, Kept what, Serializable checkpoint) {
        RunningStep row = running.steps().find(step);
        if (KeptValue.isConstant(checkpoint) || row == null) {
            return checkpoint;
        }
        byte[] bytes;
        try {
            bytes = KeptValue.serialized(checkpoint);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw notKept(row, what.of(row.name()) + " cannot be serialized: " + e, e);
        }
        try {
            mustBeReadable(row, what, bytes);
        } catch (BatchRuntimeException e) {
            throw notKept(row, String.valueOf(e.getMessage()), e);
        }
        return KeptValue.of(bytes);
    }

    private static NotRecordedError notKept(RunningStep step, String why, Throwable e) {
        return new NotRecordedError(
                "A chunk of step " + step.name() + " is not committed, for a restart could not begin behind it: " + why,
                e);
    }

    /**
     * What a collector gave, as the analyzer's node can read it.
     *
     * @throws NotRecordedError if it cannot
     */
    byte @Nullable [] piece(RunningStep step, @Nullable Serializable data) {
        if (data == null) {
            return null;
        }
        String what = "what the collector of step " + step.name() + " gave";
        try {
            byte[] bytes = KeptValue.serialized(data);
            checkpoints.read(bytes, what);
            return bytes;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new NotRecordedError(what + " cannot be sent to its analyzer: " + e, e);
        }
    }

    /** User data that listeners have set behind the last chunk. The engine asks for the status next. */
    void failIfUnreadable(RunningStep step) {
        try {
            mustBeReadable(step, Kept.USER_DATA);
        } catch (BatchRuntimeException e) {
            AbstractStepExecution execution = step.execution();
            byte[] before = step.kept().get("userData");
            execution.setPersistentUserData(before == null ? null : KeptValue.of(before));
            execution.setException(e);
            execution.setBatchStatus(BatchStatus.FAILED);
        }
    }
}
