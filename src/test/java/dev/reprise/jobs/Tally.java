package dev.reprise.jobs;

import java.util.concurrent.atomic.AtomicInteger;
import org.jberet.cdi.PartitionScoped;

/** What the artifacts of one partition count together. */
@PartitionScoped
public class Tally {

    private final AtomicInteger read = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();

    void read() {
        read.incrementAndGet();
    }

    void written(int items) {
        written.addAndGet(items);
    }

    String told() {
        return read + " read, " + written + " written";
    }
}
