package dev.reprise.internal.engine.partition;

import jakarta.batch.api.partition.PartitionCollector;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is collected of a partition, and whether it is to end with its step. Thread-safe. */
public final class Collecting {

    private final @Nullable Collecting ofTheStep;
    private final List<byte @Nullable []> pieces = new ArrayList<>();
    private boolean withItsChunks;
    private @Nullable PartitionCollector collector;
    private @Nullable Object writing;
    private boolean collected;
    private boolean rollbackToCollect;
    private volatile boolean endsPartitions;
    private volatile boolean cutShort;
    private volatile boolean collectsNoMore;

    /** @param ofTheStep null where it is no partition */
    public Collecting(@Nullable Collecting ofTheStep) {
        this.ofTheStep = ofTheStep;
    }

    /** A partition that any node may run: what is collected after a chunk is to be committed with it. */
    public synchronized void collectWithChunks() {
        withItsChunks = true;
    }

    /** Its collector was made. */
    public synchronized void collectBy(PartitionCollector made) {
        collector = withItsChunks ? made : null;
    }

    /** Its writer is called in a transaction. */
    public synchronized void writesIn(@Nullable Object transaction) {
        writing = transaction;
    }

    /**
     * Whom to ask for what is to be committed with a chunk: its collector, if something was written in it, as the engine would
     * behind the commit.
     */
    public synchronized @Nullable PartitionCollector collectorOf(Object chunk) {
        return writing == chunk ? collector : null;
    }

    /** It was asked for a chunk, and the engine need not ask again. */
    public synchronized void collected(byte @Nullable [] piece) {
        pieces.add(piece);
        collected = true;
    }

    /** The collector was asked at the end of the partition. */
    public synchronized void collectedAtTheEnd(byte @Nullable [] piece) {
        pieces.add(piece);
    }

    /** What is to be committed, as it was serialized. */
    public synchronized List<byte @Nullable []> pieces() {
        return new ArrayList<>(pieces);
    }

    /** It is committed, or never will be. */
    public synchronized void settled(boolean committed) {
        pieces.clear();
        collected &= committed;
    }

    /** Whether the collector was asked before the commit behind which the engine asks it; true once for each. */
    public synchronized boolean takesCollected() {
        boolean before = collected;
        collected = false;
        return before;
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
