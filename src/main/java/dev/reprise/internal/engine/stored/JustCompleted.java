package dev.reprise.internal.engine.stored;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jberet.runtime.JobExecutionImpl;
import org.jspecify.annotations.Nullable;

/**
 * The executions that have completed on this node within the last second: whoever waits for a short job asks for it right
 * after its end, and WildFly's operator asks four times for each of these. What is complete does not change any more, but
 * for being abandoned. Its times are this node's. Thread-safe.
 */
public final class JustCompleted {

    private static final long REMEMBERED = Duration.ofSeconds(1).toNanos();

    private static final int MOST = 1000;

    private record Completed(JobExecutionImpl execution, long at) {}

    private final Map<Long, Completed> byId = new HashMap<>();
    private final Deque<Completed> byTime = new ArrayDeque<>();

    public synchronized void add(JobExecutionImpl execution) {
        Completed completed = new Completed(execution, System.nanoTime());
        byId.put(execution.getExecutionId(), completed);
        byTime.add(completed);
        forgetOld();
    }

    public synchronized @Nullable JobExecutionImpl find(long executionId) {
        forgetOld();
        Completed completed = byId.get(executionId);
        return completed == null ? null : completed.execution();
    }

    private void forgetOld() {
        long now = System.nanoTime();
        for (Completed oldest = byTime.peek();
                oldest != null && (now - oldest.at() > REMEMBERED || byTime.size() > MOST);
                oldest = byTime.peek()) {
            byTime.remove();
            byId.remove(oldest.execution().getExecutionId());
        }
    }
}
