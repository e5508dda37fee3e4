package dev.reprise.operate;

import dev.reprise.internal.engine.Watch;
import dev.reprise.internal.store.Requests;
import dev.reprise.internal.store.Requests.Answer;
import dev.reprise.internal.store.Requests.Look;
import dev.reprise.internal.store.Requests.Request;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for what other nodes answer, however many are asked: one thread looks for all of them at once. There is none while
 * nobody waits. Thread-safe.
 */
final class Answers implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Answers.class.getName());

    private static final Duration LOOK = Duration.ofMillis(300);

    /** For what a node does that has taken a request. */
    private static final Duration DOING = Duration.ofSeconds(30);

    private final Supplier<Requests> requests;
    private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
    private final Watch watch;

    /**
     * Who waits.
     *
     * @param withdrawAt by {@link System#nanoTime}, when nobody has taken it
     * @param notTaken what it fails with then
     */
    private record Waiting(
            Request request,
            CompletableFuture<@Nullable String> answer,
            long withdrawAt,
            Supplier<RuntimeException> notTaken) {

        boolean isLate(Duration after) {
            return System.nanoTime() - withdrawAt >= after.toNanos();
        }
    }

    Answers(Supplier<Requests> requests) {
        this.requests = requests;
        this.watch = new Watch("reprise-requests", LOOK, () -> !waiting.isEmpty(), this::look);
    }

    /**
     * Asks, and gives what is answered.
     *
     * @param patience until a request that nobody has taken is withdrawn
     * @param notTaken what it fails with then
     */
    CompletableFuture<@Nullable String> of(Request request, Duration patience, Supplier<RuntimeException> notTaken) {
        CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
        long id = requests.get().ask(request, patience);
        waiting.put(id, new Waiting(request, answer, System.nanoTime() + patience.toNanos(), notTaken));
        if (!watch.lookAfter(LOOK)) {
            close();
        }
        return answer;
    }

    private void look() {
        try {
            Map<Long, Waiting> asked = Map.copyOf(waiting); // who asks from now on is not in what is found
            Map<Long, Look> found = new HashMap<>();
            requests.get().look(asked.keySet()).forEach(look -> found.put(look.id(), look));
            List<Long> read = new ArrayList<>();
            asked.forEach((id, its) -> {
                Look look = found.get(id);
                if (look != null && look.answer() != null) {
                    read.add(id);
                    answered(id, its, look.answer(), where(its, look));
                } else if (look == null || look.takenBy() != null) {
                    giveUp(id, its, look);
                } else if (its.isLate(Duration.ZERO) && requests.get().withdraw(id)) {
                    fail(id, its, its.notTaken().get());
                }
            });
            requests.get().forget(read);
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "It is not known yet what other nodes answer: {0}", e.toString());
            waiting.forEach((id, its) -> {
                if (its.isLate(DOING)) {
                    fail(
                            id,
                            its,
                            new NoAnswerException("The database did not say what became of the request to " + what(its)
                                    + ": " + e.getMessage()));
                }
            });
        }
    }

    private void answered(long id, Waiting its, Answer answer, String where) {
        waiting.remove(id);
        try {
            its.answer().complete(Replies.read(answer, where));
        } catch (RuntimeException thrownThere) {
            its.answer().completeExceptionally(thrownThere);
        }
    }

    /** Of who has taken it: it is dead, or takes too long. */
    private void giveUp(long id, Waiting its, @Nullable Look look) {
        if (look != null && look.takerAlive() && !its.isLate(DOING)) {
            return;
        }
        String why = look == null
                ? "The request is gone"
                : look.takerAlive()
                        ? where(its, look) + " has taken the request and not answered yet"
                        : where(its, look) + " took the request and died, or was started anew";
        fail(
                id,
                its,
                new NoAnswerException(why + ": it is not known whether it did " + what(its)
                        + ". Look at the execution, and ask again if it did not."));
    }

    private void fail(long id, Waiting its, RuntimeException why) {
        waiting.remove(id);
        its.answer().completeExceptionally(why);
    }

    private static String where(Waiting its, Look look) {
        return "node " + look.takenBy() + " of application " + its.request().application();
    }

    private static String what(Waiting its) {
        return its.request().kind() + " execution " + its.request().executionId();
    }

    /** What nobody has taken is withdrawn, so that it does not happen when nobody waits for it. */
    @Override
    public void close() {
        watch.close();
        waiting.forEach((id, its) -> {
            try {
                requests.get().withdraw(id);
            } catch (RuntimeException gone) {
                LOG.log(Level.DEBUG, "A request is left to expire", gone);
            }
            fail(
                    id,
                    its,
                    new NoAnswerException("This node stops, and waits no longer for an answer to: " + what(its) + "."));
        });
    }
}
