package dev.reprise.internal.database;

import dev.reprise.internal.database.Database.Caller;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is done again when it failed, and for how long.
 *
 * @param outage for how long a database that is away is waited for
 * @param pauseToPersist how much longer each pause of {@link #tried} is than the one before, in units of {@link #pause}
 */
record Retries(Duration outage, int pauseToPersist) {

    /** Under the name of what is asked. */
    private static final Logger LOG = System.getLogger(Database.class.getName());

    private static final int TRIES = 6;
    static final int TRIES_TO_PERSIST = 5;
    static final int PAUSE_TO_PERSIST = 20;

    /** In units of {@link #pause}: about a second. */
    private static final int LONGEST_PAUSE = 80;

    /** Where the database asks for it at once, as after a deadlock. */
    static <T extends @Nullable Object> T retried(Supplier<T> work) {
        return retried(work, SqlFailures::isTransient);
    }

    static <T extends @Nullable Object> T retried(Supplier<T> work, Predicate<RuntimeException> mayBeCured) {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (RuntimeException e) {
                if (attempt == TRIES || !mayBeCured.test(e)) {
                    throw e;
                }
                pause(attempt);
            }
        }
    }

    /** Whoever interrupts a job's thread means the job, not its end. */
    static <T extends @Nullable Object> T uninterrupted(Supplier<T> work) {
        boolean interrupted = Thread.interrupted();
        try {
            return work.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Where the database is away, for as long as it is waited for; and where something else fails.
     *
     * @param tries after how many failures that are not because the database is away it is given up
     */
    <T extends @Nullable Object> T tried(Caller caller, Supplier<T> work, int tries) {
        long deadline = System.nanoTime() + outage.toNanos();
        int failures = 0;
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (RuntimeException e) {
                boolean away = SqlFailures.isAway(e);
                if (away) {
                    caller.databaseWasAway();
                } else {
                    failures++;
                }
                boolean again = away ? System.nanoTime() < deadline : failures < tries;
                if (!again || !caller.isWanted() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.log(
                        attempt == 1 ? Level.WARNING : Level.DEBUG,
                        "Recording failed and is tried again: {0}",
                        Text.line(String.valueOf(e.getMessage())));
                pause(Math.min(pauseToPersist * attempt, LONGEST_PAUSE));
            }
        }
    }

    /** A random time, so that who collided does not collide again: 5 to 20 ms for each unit. */
    private static void pause(int units) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(5L, 20L) * units);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
