package dev.reprise.internal.engine.partition;

import org.jspecify.annotations.Nullable;

/** What is collected of a partition, and whether it is to end with its step. Thread-safe. */
public final class Collecting {

    private final @Nullable Collecting ofTheStep;
    private boolean rollbackToCollect;
    private volatile boolean endsPartitions;
    private volatile boolean cutShort;
    private volatile boolean collectsNoMore;

    /** @param ofTheStep null where it is no partition */
    public Collecting(@Nullable Collecting ofTheStep) {
        this.ofTheStep = ofTheStep;
    }

    /** The engine rolls back for a retry. */
    public synchronized void rolledBack() {
        rollbackToCollect = true;
    }

    /** Whether the engine's next call of the collector comes from a rollback and not from a checkpoint; true once for each. */
    public synchronized boolean takesRollback() {
        boolean rollback = rollbackToCollect;
        rollbackToCollect = false;
        return rollback;
    }

    /** What a partition did has failed for good: JSR-352 has nothing collected of it any more. */
    public void collectNoMore() {
        collectsNoMore = true;
    }

    public boolean collectsNoMore() {
        return collectsNoMore;
    }

    /** The step has failed: its partitions are to end. */
    public void endPartitions() {
        endsPartitions = true;
    }

    /** Whether it is a partition that is to end with its step. */
    public boolean isToEnd() {
        return ofTheStep != null && ofTheStep.endsPartitions;
    }

    /** It ends in the middle of its work, because its step has failed. */
    public void cutShort() {
        cutShort = true;
        collectNoMore();
    }

    public boolean isCutShort() {
        return cutShort;
    }
}
