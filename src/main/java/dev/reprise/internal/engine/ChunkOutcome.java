package dev.reprise.internal.engine;

import java.util.concurrent.CompletableFuture;

/** Whether it is known what has become of the chunk that was recorded last. Thread-safe. */
final class ChunkOutcome {

    private volatile CompletableFuture<Void> known = CompletableFuture.completedFuture(null);

    /** A chunk is recorded in its transaction, whose outcome is not known yet. */
    void recording() {
        known = new CompletableFuture<>();
    }

    /** It is known. */
    void settled() {
        known.complete(null);
    }

    /** Waits for it: where the time was up, another thread rolls the transaction back. */
    void await() {
        known.join();
    }
}
