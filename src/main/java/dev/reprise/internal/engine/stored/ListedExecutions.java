package dev.reprise.internal.engine.stored;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jberet.runtime.JobExecutionImpl;
import org.jspecify.annotations.Nullable;

/**
 * What the admin CLI has just listed. It asks for the ids of a job's executions at most every three seconds, and then for each
 * execution twenty times, an attribute at a time; so what has ended is remembered for a little longer than that. Nothing is
 * decided by it: that is what the rows are for. Thread-safe.
 */
public final class ListedExecutions {

    private static final long REMEMBERED = TimeUnit.SECONDS.toNanos(5);

    private final Map<String, Listed> byJob = new ConcurrentHashMap<>();

    private record Listed(long at, Map<Long, JobExecutionImpl> executions) {

        boolean isRecent() {
            return System.nanoTime() - at < REMEMBERED;
        }
    }

    public void remember(String job, List<JobExecutionImpl> executions) {
        Map<Long, JobExecutionImpl> ended = executions.stream()
                .filter(execution -> execution.getEndTime() != null)
                .collect(Collectors.toConcurrentMap(JobExecutionImpl::getExecutionId, Function.identity()));
        byJob.put(job, new Listed(System.nanoTime(), ended));
    }

    /** To be copied: others may get it too. */
    @Nullable
    public JobExecutionImpl find(long executionId) {
        if (byJob.isEmpty()) {
            return null;
        }
        byJob.values().removeIf(listed -> !listed.isRecent());
        return byJob.values().stream()
                .map(listed -> listed.executions().get(executionId))
                .filter(execution -> execution != null)
                .findFirst()
                .orElse(null);
    }

    /** It is another one now. */
    public void forget(long executionId) {
        byJob.values().forEach(listed -> listed.executions().remove(executionId));
    }
}
