package dev.reprise.bench.peer;

import java.util.concurrent.Callable;

/** Reads the same list again and again. */
public final class ListLoop {

    private static final int LEAST = 3;

    private ListLoop() {}

    /**
     * Reads for some time, and three times at least; the first, which fills caches, counts as well.
     *
     * @param read gives the number of executions that it found
     */
    public static Answer run(long millis, Callable<Integer> read) throws Exception {
        Latencies latencies = new Latencies();
        long end = System.nanoTime() + millis * 1_000_000;
        int found = 0;
        while (latencies.count() < LEAST || System.nanoTime() < end) {
            long begin = System.nanoTime();
            found = read.call();
            latencies.add(System.nanoTime() - begin);
        }
        return latencies.describe().put("found", found).put("reads", latencies.count());
    }
}
