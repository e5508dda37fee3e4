package dev.reprise.internal.engine;

import java.io.Serializable;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.spi.PartitionHandler;
import org.jspecify.annotations.Nullable;

/** Partitions of one run of a step, wherever they run: the engine is told of their ends when the step's callbacks have been called. */
abstract class CalledBackPartitions implements PartitionHandler {

    final PartitionCallbacks callbacks;
    private @Nullable BlockingQueue<Boolean> freeThreads;
    private BlockingQueue<Serializable> engine = new LinkedBlockingQueue<>();
    private boolean complete;

    CalledBackPartitions(PartitionCallbacks callbacks) {
        this.callbacks = callbacks;
    }

    /** Kept from the threads, which would let the next partition begin before the end of one is recorded. */
    @Override
    public void setResourceTracker(@Nullable BlockingQueue<Boolean> completedPartitions) {
        freeThreads = completedPartitions;
    }

    @Override
    public void setCollectorDataQueue(BlockingQueue<Serializable> data) {
        engine = data;
    }

    /** The engine may submit one more. */
    void freeThread() {
        BlockingQueue<Boolean> free = freeThreads;
        if (free != null) {
            free.add(Boolean.TRUE);
        }
    }

    /** All were submitted. */
    void complete() throws Exception {
        complete = true;
        engine.addAll(callbacks.complete());
    }

    /** A step without partitions has something to complete too. */
    @Override
    public void close(StepContextImpl context) {
        if (complete) {
            return;
        }
        try {
            complete();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
