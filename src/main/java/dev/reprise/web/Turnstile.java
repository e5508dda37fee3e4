package dev.reprise.web;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lets a number be at something at the same time. Where there is no room for one more, one has to go: of the address that
 * has the most inside, the one that has been there for the longest time. So what takes its time on purpose keeps nobody else
 * out. Thread-safe.
 */
final class Turnstile<T> {

    private final int most;
    private final Consumer<T> evict;

    /** The oldest first; from where each comes. */
    private final Map<T, String> inside = new LinkedHashMap<>();

    /** @param evict ends what one of them does */
    Turnstile(int most, Consumer<T> evict) {
        this.most = most;
        this.evict = evict;
    }

    void enter(T who, String address) {
        T evicted = null;
        synchronized (this) {
            inside.put(who, address);
            if (inside.size() > most) {
                Map<String, Integer> counts = Addresses.count(inside.values());
                evicted = Addresses.first(inside.keySet(), of -> counts.getOrDefault(inside.get(of), 0));
                inside.remove(evicted);
            }
        }
        if (evicted != null) {
            evict.accept(evicted);
        }
    }

    /** Ends what one does, if it is inside. */
    void evict(T who) {
        if (leave(who)) {
            evict.accept(who);
        }
    }

    /** Whether it was inside until now, and had not to go. */
    synchronized boolean leave(T who) {
        return inside.remove(who) != null;
    }
}
