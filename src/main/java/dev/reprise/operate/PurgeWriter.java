package dev.reprise.operate;

import dev.reprise.state.PurgeCandidate;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The job {@code reprise-purge}: removes the instances of executions. In transactions of its own, because a chunk's would
 * hold its locks for too long; what is removed twice is removed once.
 */
@Dependent
@Named("reprisePurgeWriter")
@Typed(PurgeWriter.class)
class PurgeWriter extends AbstractItemWriter {

    private final StepContext step;
    private long lastRemoved;

    @Inject
    PurgeWriter(StepContext step) {
        this.step = step;
    }

    /** An instance whose executions lie in two chunks has gone with the first. There is none where all of a chunk stay. */
    @Override
    public void writeItems(List<Object> items) {
        Set<PurgeCandidate> instances = new LinkedHashSet<>();
        for (Object item : items) {
            if (item instanceof PurgeCandidate instance && instance.instanceId() != lastRemoved) {
                instances.add(instance);
            }
        }
        if (!instances.isEmpty() && step.getTransientUserData() instanceof Purge purge) {
            purge.remove(List.copyOf(instances));
        }
        instances.forEach(instance -> lastRemoved = instance.instanceId());
    }
}
