package dev.reprise.internal.doorbell;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Bells that are still to be rung, each once, the oldest first, and not more than some. Thread-safe. */
final class PendingBells {

    private final int most;
    private final Set<Bell> bells = new LinkedHashSet<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition some = lock.newCondition();

    PendingBells(int most) {
        this.most = most;
    }

    /**
     * Waits for nobody.
     *
     * @return false if it is lost, because there are too many
     */
    boolean add(Bell bell) {
        lock.lock();
        try {
            if (bells.size() >= most && !bells.contains(bell)) {
                return false;
            }
            bells.add(bell);
            some.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the oldest out, if there is one or one comes in time. */
    Optional<Bell> take(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (bells.isEmpty() && left > 0) {
                left = some.awaitNanos(left);
            }
            Iterator<Bell> oldest = bells.iterator();
            if (!oldest.hasNext()) {
                return Optional.empty();
            }
            Bell bell = oldest.next();
            oldest.remove();
            return Optional.of(bell);
        } finally {
            lock.unlock();
        }
    }
}
