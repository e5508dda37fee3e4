package dev.reprise.jobs;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads 1, 2, 3 … to a count, and throws instead of a given number. */
@Named
@Dependent
public class NumberReader extends AbstractItemReader {

    private final int count;
    private final int failAt;
    private final int pauseMillis;
    private int last;

    @Inject
    NumberReader(
            @BatchProperty(name = "count") String count,
            @BatchProperty(name = "failAt") String failAt,
            @BatchProperty(name = "pauseMillis") @Nullable String pauseMillis) {
        this.count = Integer.parseInt(count);
        this.failAt = Integer.parseInt(failAt);
        this.pauseMillis = pauseMillis == null ? 0 : Integer.parseInt(pauseMillis);
    }

    @Override
    public void open(@Nullable Serializable checkpoint) {
        last = checkpoint == null ? 0 : (Integer) checkpoint;
    }

    @Override
    public @Nullable Integer readItem() throws InterruptedException {
        if (last == count) {
            return null;
        }
        if (last + 1 == failAt) {
            throw new IllegalStateException("item " + failAt + " is poisoned");
        }
        if (pauseMillis > 0) {
            TimeUnit.MILLISECONDS.sleep(pauseMillis); // a slow source, not a wait for something
        }
        last++;
        return last;
    }

    @Override
    public Serializable checkpointInfo() {
        return last;
    }
}
