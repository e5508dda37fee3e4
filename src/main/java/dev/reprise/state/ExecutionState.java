package dev.reprise.state;

import dev.reprise.identity.JobParameters;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job execution as its rows have it (contract.md §1, §4).
 *
 * @param id of the execution
 * @param job the name of its job
 * @param instanceId its instance
 * @param application whose it is; empty: nobody's
 * @param status a batch status, or Spring Batch's {@code UNKNOWN}
 * @param exitStatus null while it runs
 * @param created by the database's clock, as the other times
 * @param started null before it started
 * @param ended null while it runs
 * @param updated when its row changed last
 * @param node the node that took it; null as long as it waits for one, and for another program's
 * @param submitter who asked for it; null if nobody is known
 * @param owned whether a node runs it, or is to (contract.md §6)
 * @param recoveries how many restarts by recovery led to it, one right after the other; 0 if it was asked for
 * @param failure the first line of why it failed; empty if nothing is recorded
 * @param attempts what its failure is among the attempts at its instance; null if it did not fail or did not tell
 * @param parameters all of them
 */
public record ExecutionState(
        long id,
        String job,
        long instanceId,
        String application,
        String status,
        @Nullable String exitStatus,
        @Nullable Instant created,
        @Nullable Instant started,
        @Nullable Instant ended,
        @Nullable Instant updated,
        @Nullable String node,
        @Nullable String submitter,
        boolean owned,
        int recoveries,
        String failure,
        @Nullable Attempts attempts,
        JobParameters parameters) {

    /** Whether it was launched for any node, and none has taken it yet. */
    public boolean waits() {
        return owned && node == null;
    }
}
