package dev.reprise.internal.engine;

import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.engine.row.Kept;
import dev.reprise.internal.engine.stored.KeptValue;
import jakarta.batch.api.chunk.ItemWriter;
import jakarta.batch.runtime.BatchStatus;
import jakarta.transaction.Transaction;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the engine and the artifacts of one execution where a chunk could come apart: what reads, processes and
 * writes does so in the chunk's transaction, a checkpoint is a value from the moment it is handed over, and no
 * artifact leaves a transaction behind. Thread-safe.
 */
final class ChunkKeeper {

    private final ChunkRecorder recorder;
    private final LiveExecution running;
    private final Map<RunningStep, Transaction> opening = new ConcurrentHashMap<>();

    ChunkKeeper(ChunkRecorder recorder, LiveExecution running) {
        this.recorder = recorder;
        this.running = running;
    }

    /** An artifact's method. */
    @FunctionalInterface
    interface Call {
        @Nullable
        Object with(Object @Nullable [] arguments) throws Throwable;
    }

    /**
     * Calls an artifact.
     *
     * @param step null if it belongs to the job
     * @throws NotRecordedError if the chunk must not be committed
     */
    @Nullable
    Object call(@Nullable StepContextImpl step, Method method, Object @Nullable [] arguments, Call call)
            throws Throwable {
        if (step == null) {
            return call.with(arguments);
        }
        switch (method.getName()) {
            case "readItem", "processItem", "writeItems" -> {
                if (isNothingToWrite(method, arguments) && running.execution().isStopRequested()) {
                    // The engine stops between the chunk that it has rolled back and its next attempt.
                    recorder.mustBegin();
                }
                recorder.mustBeInTransaction(step.getStepName());
                RunningStep writing = running.steps().find(step);
                if (writing != null && method.getName().equals("writeItems")) {
                    writing.collecting().writesIn(recorder.transaction());
                }
                return call.with(arguments);
            }
            case "open", "close" -> {
                Object result = call.with(handedOut(arguments));
                RunningStep at = running.steps().find(step);
                if (at != null && isSecond(at) && step.getBatchStatus() != BatchStatus.FAILED) {
                    recorder.commitOpenedOrClosed(at, method);
                }
                return result;
            }
            case "checkpointInfo" -> {
                Object checkpoint = call.with(arguments);
                Kept what = method.getDeclaringClass() == ItemWriter.class ? Kept.WRITER : Kept.READER;
                return checkpoint == null
                        ? null
                        : recorder.values().keep(running, step.getStepExecution(), what, (Serializable) checkpoint);
            }
            default -> {
                return call.with(arguments);
            }
        }
    }

    /** Whether the other one, reader or writer, was opened or closed in this transaction before. */
    private boolean isSecond(RunningStep step) {
        Transaction now = recorder.transaction();
        if (now == null) {
            opening.remove(step);
            return false;
        }
        boolean second = opening.remove(step, now);
        if (!second) {
            opening.put(step, now);
        }
        return second;
    }

    private static boolean isNothingToWrite(Method method, Object @Nullable [] arguments) {
        return method.getName().equals("writeItems")
                && arguments != null
                && arguments[0] instanceof List<?> items
                && items.isEmpty();
    }

    ChunkWitness witness(StepContextImpl step) {
        return recorder.witness(running, step);
    }

    boolean isInTransaction() {
        return recorder.isInTransaction();
    }

    /** Whether it was thrown because a database was away, by that alone. */
    boolean wasAway(Throwable thrown) {
        return recorder.wasAway(thrown);
    }

    /** Whether what is no item's was thrown because a database was away, by that and by what became of the connection. */
    boolean wasAwayBesideChunks(Throwable thrown) {
        return recorder.wasAwayBesideChunks(thrown);
    }

    /**
     * Ends what an artifact, which was called in no transaction, has left of one on this thread: nobody else would, and
     * whatever the thread does next would find it.
     *
     * @return whether there was something
     */
    boolean leaveTransaction() {
        return recorder.leaveTransaction();
    }

    private static Object @Nullable [] handedOut(Object @Nullable [] arguments) {
        return arguments == null || arguments.length != 1
                ? arguments
                : new Object[] {KeptValue.handedOut(arguments[0])};
    }
}
