package dev.reprise.testing;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.inject.Inject;
import java.io.Serializable;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads from one number to another, and has nothing but the next one for a checkpoint. */
public class RangeReader extends AbstractItemReader {

    private static final String FIRST = "first";
    private static final String LAST = "last";

    @Inject
    @BatchProperty
    private int first;

    @Inject
    @BatchProperty
    private int last;

    private int next;

    /** What a plan says to that many partitions of that many numbers each: from 1, from where that one ends, and so on. */
    public static List<Properties> partitions(int count, int size) {
        return IntStream.range(0, count)
                .mapToObj(partition -> {
                    Properties range = new Properties();
                    range.setProperty(FIRST, String.valueOf(size * partition + 1));
                    range.setProperty(LAST, String.valueOf(size * partition + size));
                    return range;
                })
                .toList();
    }

    /** A number has been read, and is handed out next. */
    protected void read(int item) throws Exception {}

    @Override
    public void open(@Nullable Serializable checkpoint) {
        next = checkpoint == null ? first : (Integer) checkpoint;
    }

    @Override
    public @Nullable Integer readItem() throws Exception {
        if (next > last) {
            return null;
        }
        int item = next++;
        read(item);
        return item;
    }

    @Override
    public Serializable checkpointInfo() {
        return next;
    }
}
