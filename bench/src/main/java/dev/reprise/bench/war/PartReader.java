package dev.reprise.bench.war;

import dev.reprise.bench.peer.PartWork;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Hands out items after the work that each of them is. */
@Dependent
@Named("partReader")
public class PartReader extends AbstractItemReader {

    private final PartWork work;
    private int read;

    /** With what its properties say. */
    @Inject
    public PartReader(
            @BatchProperty(name = "items") String items,
            @BatchProperty(name = "pause") String pause,
            @BatchProperty(name = "burn") String burn) {
        work = new PartWork(Integer.parseInt(items), Integer.parseInt(pause), Integer.parseInt(burn));
    }

    @Override
    public void open(@Nullable Serializable checkpoint) {
        read = checkpoint == null ? 0 : (Integer) checkpoint;
    }

    @Override
    public @Nullable Object readItem() throws InterruptedException {
        if (read == work.items()) {
            return null;
        }
        work.item();
        return ++read;
    }

    @Override
    public Serializable checkpointInfo() {
        return read;
    }
}
