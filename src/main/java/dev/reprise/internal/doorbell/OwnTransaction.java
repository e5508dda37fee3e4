package dev.reprise.internal.doorbell;

import dev.reprise.internal.database.ThreadTransaction;

/** What must be so where somebody rings. */
final class OwnTransaction {

    private OwnTransaction() {}

    /** @throws IllegalStateException if the thread is in a JTA transaction */
    static void required(ThreadTransaction transaction) {
        if (transaction.current() != null) {
            throw new IllegalStateException(
                    "A doorbell is rung in a transaction of the repository's own, and this thread is"
                            + " in one of JTA's.");
        }
    }
}
