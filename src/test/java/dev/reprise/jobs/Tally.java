package dev.reprise.jobs;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.util.concurrent.atomic.AtomicInteger;
import org.jberet.cdi.PartitionScoped;

/** What the artifacts of one partition count together. */
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

    /** WildFly takes the engine's scopes for none that make a bean of a class. */
    @ApplicationScoped
    public static class Tallies {

        @Produces
        @PartitionScoped
        Tally tally() {
            return new Tally();
        }
    }
}
