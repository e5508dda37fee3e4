package dev.reprise.bench.war;

import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Named;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Ten numbers. */
@Dependent
@Named("tenItems")
public class TenItems extends AbstractItemReader {

    private int next;

    @Override
    public void open(@Nullable Serializable checkpoint) {
        next = checkpoint == null ? 0 : (Integer) checkpoint;
    }

    @Override
    public @Nullable Object readItem() {
        return next < 10 ? next++ : null;
    }

    @Override
    public Serializable checkpointInfo() {
        return next;
    }
}
