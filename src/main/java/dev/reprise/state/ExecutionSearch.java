package dev.reprise.state;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which executions somebody looks for; null stands for any.
 *
 * @param jobs the names of their jobs, {@value #MOST_NAMES} at most; empty: there is none such
 * @param statuses as the table has them; empty for any
 * @param owned whether only those that a node runs
 * @param nodes the names of the nodes that took them, {@value #MOST_NAMES} at most
 * @param since created then or later, by the database's clock
 * @param until created before then
 */
public record ExecutionSearch(
        @Nullable Set<String> jobs,
        Set<String> statuses,
        boolean owned,
        @Nullable Set<String> nodes,
        @Nullable Instant since,
        @Nullable Instant until) {

    /** Of each name an index is asked. */
    public static final int MOST_NAMES = 100;

    /** What {@code BATCH_JOB_EXECUTION.STATUS} can be. */
    public static final Set<String> STATUSES =
            Set.of("STARTING", "STARTED", "STOPPING", "STOPPED", "FAILED", "COMPLETED", "ABANDONED", "UNKNOWN");

    /** All executions. */
    public static final ExecutionSearch ALL =
            new ExecutionSearch((Set<String>) null, Set.of(), false, null, null, null);

    /** @throws IllegalArgumentException if there is no such status, or there are too many names */
    public ExecutionSearch {
        jobs = jobs == null ? null : Set.copyOf(jobs);
        nodes = nodes == null ? null : Set.copyOf(nodes);
        if (sizeOf(jobs) > MOST_NAMES || sizeOf(nodes) > MOST_NAMES) {
            throw new IllegalArgumentException("More than " + MOST_NAMES + " names");
        }
        statuses = Set.copyOf(statuses);
        if (!STATUSES.containsAll(statuses)) {
            throw new IllegalArgumentException("Statuses are " + STATUSES + ", not " + statuses);
        }
    }

    /** Of one job and one node. */
    public ExecutionSearch(
            @Nullable String job,
            Set<String> statuses,
            boolean owned,
            @Nullable String node,
            @Nullable Instant since,
            @Nullable Instant until) {
        this(only(job), statuses, owned, only(node), since, until);
    }

    private static @Nullable Set<String> only(@Nullable String name) {
        return name == null ? null : Set.of(name);
    }

    private static int sizeOf(@Nullable Set<String> names) {
        return names == null ? 0 : names.size();
    }

    /** Whether no execution can be like that. */
    public boolean isOfNothing() {
        return (jobs != null && jobs.isEmpty()) || (nodes != null && nodes.isEmpty());
    }

    /** The executions of a job. */
    public static ExecutionSearch ofJob(String job) {
        return new ExecutionSearch(Set.of(job), Set.of(), false, null, null, null);
    }
}
