package dev.reprise.jobs;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads 1, 2, 3 … to a count, or as many numbers above an offset, and throws instead of a given number. */
@Named
@Dependent
public class NumberReader extends AbstractItemReader {

    private final int count;
    private final int failAt;
    private final int offset;
    private final int pauseMillis;
    private final int pauseEvery;
    private int last;

    @Inject
    NumberReader(
            @BatchProperty(name = "count") String count,
            @BatchProperty(name = "failAt") @Nullable String failAt,
            @BatchProperty(name = "offset") @Nullable String offset,
            @BatchProperty(name = "pauseMillis") @Nullable String pauseMillis,
            @BatchProperty(name = "pauseEvery") @Nullable String pauseEvery) {
        this.count = Integer.parseInt(count);
        this.failAt = number(failAt, 0);
        this.offset = number(offset, 0);
        this.pauseMillis = number(pauseMillis, 0);
        this.pauseEvery = number(pauseEvery, 1);
    }

    private static int number(@Nullable String value, int otherwise) {
        return value == null ? otherwise : Integer.parseInt(value);
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
        if (pauseMillis > 0 && last % pauseEvery == 0) {
            TimeUnit.MILLISECONDS.sleep(pauseMillis); // a slow source, not a wait for something
        }
        last++;
        return offset + last;
    }

    @Override
    public Serializable checkpointInfo() {
        return last;
    }
}
