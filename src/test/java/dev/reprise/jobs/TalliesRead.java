package dev.reprise.jobs;

import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Counts in the {@link Tally} of its partition. */
@Named
@Dependent
public class TalliesRead implements ItemProcessor {

    private final Tally tally;

    @Inject
    TalliesRead(Tally tally) {
        this.tally = tally;
    }

    @Override
    public Object processItem(Object item) {
        tally.read();
        return item;
    }
}
