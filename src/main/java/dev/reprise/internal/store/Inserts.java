package dev.reprise.internal.store;

import dev.reprise.internal.database.SqlFailures;

/** Rows of which another node may insert the same. */
final class Inserts {

    private Inserts() {}

    /** Two that insert the same row at once: the second one finds it now. */
    static void again(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            if (!SqlFailures.isDuplicateKey(e)) {
                throw e;
            }
            work.run();
        }
    }
}
