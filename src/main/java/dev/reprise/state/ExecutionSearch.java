package dev.reprise.state;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which executions somebody looks for; null stands for any.
 *
 * @param job the name of their job
 * @param statuses as the table has them; empty for any
 * @param owned whether only those that a node runs
 * @param node the name of the node that took them
 * @param since created then or later, by the database's clock
 * @param until created before then
 */
public record ExecutionSearch(
        @Nullable String job,
        Set<String> statuses,
        boolean owned,
        @Nullable String node,
        @Nullable Instant since,
        @Nullable Instant until) {

    /** What {@code BATCH_JOB_EXECUTION.STATUS} can be. */
    public static final Set<String> STATUSES =
            Set.of("STARTING", "STARTED", "STOPPING", "STOPPED", "FAILED", "COMPLETED", "ABANDONED", "UNKNOWN");

    /** All executions. */
    public static final ExecutionSearch ALL = new ExecutionSearch(null, Set.of(), false, null, null, null);

    /** @throws IllegalArgumentException if there is no such status */
    public ExecutionSearch {
        statuses = Set.copyOf(statuses);
        if (!STATUSES.containsAll(statuses)) {
            throw new IllegalArgumentException("Statuses are " + STATUSES + ", not " + statuses);
        }
    }

    /** The executions of a job. */
    public static ExecutionSearch ofJob(String job) {
        return new ExecutionSearch(job, Set.of(), false, null, null, null);
    }
}
