package dev.reprise.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a number be at something at the same time. The others wait, and the next one is of the address that has the fewest
 * inside. While somebody waits, who has been inside for longer than others should need has to go. Thread-safe.
 */
final class Turns<T> {

    private record Guest<T>(T who, String address, long since) {}

    private final int most;
    private final int mostWaiting;
    private final Duration turn;
    private final Consumer<T> admit;
    private final Consumer<T> evict;
    private final LongSupplier nanos;
    private final List<Guest<T>> inside = new ArrayList<>();
    private final List<Guest<T>> waiting = new ArrayList<>();

    /**
     * @param turn how long each may stay while others wait
     * @param admit lets one of them in
     * @param evict ends what one of them does or waits for
     * @param nanos a clock, as {@link System#nanoTime()}
     */
    Turns(int most, int mostWaiting, Duration turn, Consumer<T> admit, Consumer<T> evict, LongSupplier nanos) {
        this.most = most;
        this.mostWaiting = mostWaiting;
        this.turn = turn;
        this.admit = admit;
        this.evict = evict;
        this.nanos = nanos;
    }

    /** Admits somebody, now or later. Whether that may have to wait for {@link #look}. */
    boolean enter(T who, String address) {
        List<T> admitted;
        T evicted = null;
        boolean crowded;
        synchronized (this) {
            waiting.add(new Guest<>(who, address, nanos.getAsLong()));
            admitted = next();
            if (waiting.size() > mostWaiting) {
                evicted = removeFirstOfTheMost(waiting, waiting);
            }
            crowded = !waiting.isEmpty();
        }
        admitted.forEach(admit);
        if (evicted != null) {
            evict.accept(evicted);
        }
        return crowded;
    }

    void leave(T who) {
        List<T> admitted;
        synchronized (this) {
            inside.removeIf(guest -> guest.who().equals(who));
            waiting.removeIf(guest -> guest.who().equals(who));
            admitted = next();
        }
        admitted.forEach(admit);
    }

    synchronized boolean hasInside(T who) {
        return inside.stream().anyMatch(guest -> guest.who().equals(who));
    }

    /** Makes those go whose turn is over. Whether somebody still waits. */
    boolean look() {
        List<T> admitted = new ArrayList<>();
        List<T> evicted = new ArrayList<>();
        boolean crowded;
        synchronized (this) {
            long now = nanos.getAsLong();
            while (!waiting.isEmpty()) {
                List<Guest<T>> over = inside.stream()
                        .filter(guest -> now - guest.since() >= turn.toNanos())
                        .toList();
                T one = removeFirstOfTheMost(over, inside);
                if (one == null) {
                    break;
                }
                evicted.add(one);
                admitted.addAll(next());
            }
            crowded = !waiting.isEmpty();
        }
        evicted.forEach(evict);
        admitted.forEach(admit);
        return crowded;
    }

    private List<T> next() {
        List<T> admitted = new ArrayList<>();
        while (inside.size() < most && !waiting.isEmpty()) {
            Map<String, Integer> counts = counts(inside);
            Guest<T> next = Addresses.first(waiting, guest -> -counts.getOrDefault(guest.address(), 0));
            if (next == null) {
                break;
            }
            waiting.remove(next);
            inside.add(new Guest<>(next.who(), next.address(), nanos.getAsLong()));
            admitted.add(next.who());
        }
        return admitted;
    }

    private @Nullable T removeFirstOfTheMost(List<Guest<T>> some, List<Guest<T>> all) {
        Map<String, Integer> counts = counts(all);
        Guest<T> first = Addresses.first(some, guest -> counts.getOrDefault(guest.address(), 0));
        if (first == null) {
            return null;
        }
        all.remove(first);
        return first.who();
    }

    private Map<String, Integer> counts(List<Guest<T>> guests) {
        return Addresses.count(guests.stream().map(Guest::address).toList());
    }
}
