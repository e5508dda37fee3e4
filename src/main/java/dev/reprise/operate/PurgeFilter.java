package dev.reprise.operate;

import dev.reprise.state.PurgeCandidate;
import jakarta.batch.api.chunk.ItemProcessor;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Named;
import org.jspecify.annotations.Nullable;

/** The job {@code reprise-purge}: filters the executions that stay. */
@Dependent
@Named("reprisePurgeFilter")
@Typed(PurgeFilter.class)
class PurgeFilter implements ItemProcessor {

    @Override
    public @Nullable Object processItem(Object item) {
        return item instanceof PurgeCandidate instance && instance.spared() == null ? instance : null;
    }
}
