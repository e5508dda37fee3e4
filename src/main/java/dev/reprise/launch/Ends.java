package dev.reprise.launch;

import dev.reprise.internal.engine.Watch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells when executions have ended, however many wait for them: one thread watches the clock for all, and asks the database
 * about all that run elsewhere at once. There is none while nobody waits. Thread-safe.
 */
final class Ends implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Ends.class.getName());

    /** How often the executions of other nodes are looked at. */
    private static final Duration LOOK = Duration.ofMillis(500);

    /** As many as the repository is asked about in one statement. */
    private static final int AT_ONCE = 1000;

    /** More nanoseconds than these do not fit. */
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final LongFunction<Optional<CompletionStage<Boolean>>> here;
    private final Function<Collection<Long>, Set<Long>> withoutEnd;
    private final Map<Long, List<CompletableFuture<Boolean>>> elsewhere = new ConcurrentHashMap<>();
    private final Set<CompletableFuture<Boolean>> awaited = ConcurrentHashMap.newKeySet();
    private final Watch watch;

    /**
     * @param here the end of an execution that runs on this node; empty for any other
     * @param withoutEnd which of some executions have not ended by the database
     */
    Ends(LongFunction<Optional<CompletionStage<Boolean>>> here, Function<Collection<Long>, Set<Long>> withoutEnd) {
        this.here = here;
        this.withoutEnd = withoutEnd;
        this.watch = new Watch("reprise-ends", LOOK, () -> !elsewhere.isEmpty(), this::look);
    }

    /**
     * Waits for the end of an execution, or until the thread is interrupted.
     *
     * @param atMost null to wait until it comes
     */
    void await(long executionId, @Nullable Duration atMost) {
        CompletableFuture<Boolean> end = of(executionId, atMost);
        try {
            end.get();
        } catch (InterruptedException e) {
            end.cancel(false);
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("an end is never completed with an exception", e);
        }
    }

    /**
     * The end of an execution: true when it has ended, false when it has not in that time, or the application is being
     * undeployed.
     *
     * @param atMost null to wait until it comes
     */
    // Nothing there throws, and each is itself.
    @SuppressWarnings({"FutureReturnValueIgnored", "CollectionUndefinedEquality"})
    CompletableFuture<Boolean> of(long executionId, @Nullable Duration atMost) {
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        awaited.add(end);
        end.whenComplete((ended, cancelled) -> awaited.remove(end));
        try {
            if (atMost != null) {
                Future<?> late =
                        watch.schedule(() -> end.complete(false), atMost.compareTo(FOR_EVER) > 0 ? FOR_EVER : atMost);
                end.whenComplete((ended, cancelled) -> late.cancel(false));
            }
            here.apply(executionId)
                    .ifPresentOrElse(
                            running -> running.thenAccept(recorded -> {
                                if (recorded) {
                                    end.complete(true);
                                } else {
                                    lookFor(executionId, end);
                                }
                            }),
                            () -> lookFor(executionId, end));
        } catch (RejectedExecutionException closed) {
            end.complete(false);
        }
        if (watch.isClosed()) {
            end.complete(false); // it may have come behind those that were told
        }
        return end;
    }

    private void lookFor(long executionId, CompletableFuture<Boolean> end) {
        elsewhere.merge(
                executionId,
                List.of(end),
                (others, one) -> Stream.concat(others.stream(), one.stream())
                        .filter(other -> !other.isDone())
                        .toList());
        if (!watch.lookAfter(Duration.ZERO)) {
            close();
        }
    }

    private void look() {
        try {
            elsewhere.values().removeIf(all -> all.stream().allMatch(Future::isDone));
            List<Long> ids = new ArrayList<>(elsewhere.keySet());
            for (int from = 0; from < ids.size(); from += AT_ONCE) {
                List<Long> some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
                Set<Long> open = withoutEnd.apply(some);
                some.stream().filter(id -> !open.contains(id)).forEach(this::ended);
            }
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "It is not known yet what has ended elsewhere: {0}", e.toString());
        }
    }

    private void ended(long executionId) {
        List<CompletableFuture<Boolean>> all = elsewhere.remove(executionId);
        if (all != null) {
            all.forEach(end -> end.complete(true));
        }
    }

    /** Nobody waits any more: what has not ended by now is told so. */
    @Override
    public void close() {
        watch.close();
        elsewhere.clear();
        awaited.forEach(end -> end.complete(false));
    }
}
