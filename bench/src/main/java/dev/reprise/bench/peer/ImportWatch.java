package dev.reprise.bench.peer;

import java.util.concurrent.atomic.AtomicLong;

/** Watches the one import that runs in this process: how many lines are read, and when its first chunk is committed. */
public final class ImportWatch {

    private static final AtomicLong SKIPPED = new AtomicLong();
    private static volatile long failAt = Long.MAX_VALUE;
    private static volatile long begin;
    private static volatile long firstChunk;
    private static volatile boolean written;

    private ImportWatch() {}

    /** An import begins now, and its reader fails at that line. */
    public static void begin(long line) {
        failAt = line;
        SKIPPED.set(0);
        firstChunk = 0;
        written = false;
        begin = System.nanoTime();
    }

    /** An item is about to be handed over. The first read after a write comes right after the commit of the chunk. */
    public static void read(long line) {
        if (written && firstChunk == 0) {
            firstChunk = System.nanoTime();
        }
        if (line >= failAt) {
            throw new IllegalStateException("line " + line + " cannot be read: the bench wants it so");
        }
    }

    static void skipped() {
        SKIPPED.incrementAndGet();
    }

    /** A chunk's rows are with the database, not yet committed. */
    public static void written() {
        written = true;
    }

    /** What happened since {@link #begin}; times in seconds. */
    public static Answer end() {
        Answer answer =
                new Answer().put("seconds", (System.nanoTime() - begin) / 1e9).put("skipped", SKIPPED.get());
        if (firstChunk != 0) {
            answer.put("firstChunk", (firstChunk - begin) / 1e9);
        }
        return answer;
    }
}
