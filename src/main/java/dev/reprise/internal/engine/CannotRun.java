package dev.reprise.internal.engine;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The executions that others have launched and this node cannot run, or cannot run a part of: they are left to others. Nothing
 * waits for ever because nobody could run it once. Thread-safe.
 */
final class CannotRun {

    private final Set<Long> ever = ConcurrentHashMap.newKeySet();
    private final Set<Long> now = ConcurrentHashMap.newKeySet();

    /** This process will not be able to, as where it has no key for secrets. */
    void ever(long execution) {
        ever.add(execution);
    }

    /** It has failed, and another time it may not. */
    void now(long execution) {
        now.add(execution);
    }

    void tryAgain() {
        now.clear();
    }

    Set<Long> executions() {
        Set<Long> executions = new HashSet<>(ever);
        executions.addAll(now);
        return executions;
    }
}
