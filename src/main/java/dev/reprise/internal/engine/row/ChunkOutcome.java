package dev.reprise.internal.engine.row;

import java.util.concurrent.CompletableFuture;

/** Whether it is known what has become of the chunk that was recorded last. Thread-safe. */
public final class ChunkOutcome {

    private volatile CompletableFuture<Void> known = CompletableFuture.completedFuture(null);

    /** A chunk is recorded in its transaction, whose outcome is not known yet. */
    public void recording() {
        known = new CompletableFuture<>();
    }

    /** It is known. */
    public void settled() {
        known.complete(null);
    }

    /** Waits for it: where the time was up, another thread rolls the transaction back. */
    public void await() {
        known.join();
    }
}
