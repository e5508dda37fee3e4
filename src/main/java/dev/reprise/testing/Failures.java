package dev.reprise.testing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which steps are to fail, and when. Thread-safe: partitions of one step count together. */
final class Failures {

    private static final class Failure {
        private final Supplier<? extends Exception> exception;
        private long left;

        Failure(long item, Supplier<? extends Exception> exception) {
            this.left = item;
            this.exception = exception;
        }

        synchronized boolean isNow() {
            left--;
            return left == 0;
        }
    }

    private final Map<String, Failure> byStep = new ConcurrentHashMap<>();

    void add(String step, long item, Supplier<? extends Exception> exception) {
        if (item < 1) {
            throw new IllegalArgumentException("items are counted from 1, not from " + item);
        }
        byStep.put(step, new Failure(item, exception));
    }

    void clear() {
        byStep.clear();
    }

    /** Called before each read of a chunk step, and once before a batchlet works. */
    void reached(@Nullable String step) throws Exception {
        Failure failure = step == null ? null : byStep.get(step);
        if (failure != null && failure.isNow()) {
            byStep.remove(step, failure);
            throw failure.exception.get();
        }
    }
}
