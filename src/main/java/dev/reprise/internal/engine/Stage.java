package dev.reprise.internal.engine;

import jakarta.batch.runtime.BatchStatus;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** How far an execution is on this node: in the queue, running, or done, and with what. Thread-safe. */
final class Stage {

    private enum Phase {
        QUEUED,
        RUNNING,
        STOPPED_IN_QUEUE
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.QUEUED);
    private final AtomicBoolean endClaimed = new AtomicBoolean();
    private volatile boolean startOwed;
    private @Nullable BatchStatus end;

    /** It is about to run; false if it was stopped before, or runs already. */
    boolean begin() {
        return phase.compareAndSet(Phase.QUEUED, Phase.RUNNING);
    }

    /** That it has started is recorded with its first step, or else with its end. */
    void oweStart() {
        startOwed = true;
    }

    boolean owesStart() {
        return startOwed;
    }

    /** It is recorded. */
    void startRecorded() {
        startOwed = false;
    }

    /** It is not to begin any more; false if it has begun. */
    boolean endInQueue() {
        return phase.compareAndSet(Phase.QUEUED, Phase.STOPPED_IN_QUEUE);
    }

    /** Whether it ended before it began. */
    boolean endedInQueue() {
        return phase.get() == Phase.STOPPED_IN_QUEUE;
    }

    /** True for who says first that the engine is done with it, and is to record its end. */
    boolean claimEnd() {
        return endClaimed.compareAndSet(false, true);
    }

    /** Whether the engine is done with it. Its status in memory may say so, and yet it goes on where a failure is routed to. */
    boolean isDone() {
        return endClaimed.get();
    }

    /** How it ends, whatever comes to its status in memory from now on; the first answer is the last. */
    synchronized BatchStatus end(BatchStatus status) {
        BatchStatus before = end;
        if (before == null) {
            end = status;
            return status;
        }
        return before;
    }
}
