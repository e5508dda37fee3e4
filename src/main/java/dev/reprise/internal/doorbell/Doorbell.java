package dev.reprise.internal.doorbell;

import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/**
 * Tells the nodes of an application that there may be something to look at. A ring may be lost, come twice or late: whoever
 * waits for something looks by itself, too, every few seconds. Thread-safe.
 */
public interface Doorbell extends AutoCloseable {

    /**
     * Rings when the transaction of the handle is committed, and not if it is rolled back; at once where the handle is in
     * none. Waits for nobody but the database of the handle.
     *
     * @param handle in a transaction of its own, as {@code Database.inOwnTransaction} gives one, or in none
     * @throws IllegalStateException if the thread is in a JTA transaction: no such one could be prepared any more on
     *     PostgreSQL, nor is its end the handle's
     */
    void ring(Handle handle, Bell bell);

    /**
     * Calls back for each ring of another node and of this one, until it is closed, on a thread of the doorbell's: to return
     * at once. {@link Bell#WORK} comes, too, when the doorbell has begun to hear, or hears again: what rang before was not
     * heard, so it stands for all of that.
     */
    void listen(Consumer<Bell> rung);

    /** Calls nobody back any more, and ends its threads. */
    @Override
    void close();
}
