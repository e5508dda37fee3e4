package dev.reprise.jobs;

import jakarta.batch.api.chunk.listener.AbstractItemWriteListener;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;

/** Counts in the {@link Tally} of its partition, too, and makes it the partition's exit status. */
@Named
@Dependent
public class TellsTally extends AbstractItemWriteListener {

    private final Tally tally;
    private final StepContext step;

    @Inject
    TellsTally(Tally tally, StepContext step) {
        this.tally = tally;
        this.step = step;
    }

    @Override
    public void afterWrite(List<Object> items) {
        tally.written(items.size());
        step.setExitStatus(tally.told());
    }
}
