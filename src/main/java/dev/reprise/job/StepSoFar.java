package dev.reprise.job;

import org.jspecify.annotations.Nullable;

/**
 * What a step has done in its instance, as a restart finds it.
 *
 * @param complete whether its last execution COMPLETED, so that a restart skips it
 * @param exitStatus of its last execution; null if it has none
 * @param starts how often it has started
 * @param commits how many chunks of its last execution are committed, those of its partitions too
 * @param partitions how many of its partitions have begun
 * @param readerCheckpoint whether there is a checkpoint of its reader, of any partition
 * @param writerCheckpoint whether there is a checkpoint of its writer, of any partition
 * @param userData whether it has kept user data
 */
public record StepSoFar(
        boolean complete,
        @Nullable String exitStatus,
        int starts,
        long commits,
        int partitions,
        boolean readerCheckpoint,
        boolean writerCheckpoint,
        boolean userData) {

    /** Whether something of it is done that would be repeated if it began anew. */
    boolean hasProgress() {
        return commits > 0 || partitions > 0 || readerCheckpoint || writerCheckpoint;
    }
}
