package dev.reprise.bench.peer;

import java.lang.management.ManagementFactory;

/** How much of its heap this process needs. */
public final class Heap {

    private Heap() {}

    /** What is still in use after a collection, in bytes. */
    public static Answer live() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return new Answer().put("bytes", least);
    }
}
