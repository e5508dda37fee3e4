package dev.reprise.internal.engine.partition;

/** Its step has failed, so a partition is to end: an error, because nothing of it may be skipped or tried again. */
public final class PartitionEndsError extends Error {

    private static final long serialVersionUID = 1L;

    public PartitionEndsError(String step) {
        super("Step " + step + " has failed, so its partitions end.");
    }
}
