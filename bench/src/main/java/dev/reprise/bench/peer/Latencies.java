package dev.reprise.bench.peer;

import java.util.Arrays;

/** How long each of many things took, in whole microseconds. Not thread-safe. */
public final class Latencies {

    private int[] micros = new int[1024];
    private int count;

    /** Adds one. */
    public void add(long nanos) {
        if (count == micros.length) {
            micros = Arrays.copyOf(micros, 2 * count);
        }
        micros[count++] = (int) Math.min(Integer.MAX_VALUE, nanos / 1000);
    }

    void addAll(Latencies others) {
        for (int i = 0; i < others.count; i++) {
            add(others.micros[i] * 1000L);
        }
    }

    /** How many there are. */
    public int count() {
        return count;
    }

    /** The usual percentiles. */
    public Answer describe() {
        int[] sorted = Arrays.copyOf(micros, count);
        Arrays.sort(sorted);
        return new Answer()
                .put("p50", at(sorted, 0.50))
                .put("p90", at(sorted, 0.90))
                .put("p99", at(sorted, 0.99))
                .put("max", at(sorted, 1));
    }

    private static int at(int[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1L, (long) (sorted.length * share))];
    }
}
