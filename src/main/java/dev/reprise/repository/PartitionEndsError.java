package dev.reprise.repository;

/** Its step has failed, so a partition is to end: an error, because nothing of it may be skipped or tried again. */
final class PartitionEndsError extends Error {

    private static final long serialVersionUID = 1L;

    PartitionEndsError(String step) {
        super("Step " + step + " has failed, so its partitions end.");
    }
}
