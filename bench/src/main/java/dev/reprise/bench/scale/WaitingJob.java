package dev.reprise.bench.scale;

import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlanImpl;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A job whose partitions do nothing but wait, so that what is left is what their bookkeeping takes.
 *
 * @param chunks of each partition, each with one item
 * @param millis that each partition takes
 */
record WaitingJob(int partitions, int chunks, int millis) {

    Job model() {
        return new JobBuilder("waiting-" + partitions + "-" + chunks + "-" + millis)
                .step(new StepBuilder("load")
                        .property("reprise.partitions", "distributed")
                        .reader("reader")
                        .writer("writer")
                        .itemCount(1)
                        .partitionMapper("mapper")
                        .build())
                .build();
    }

    Map<String, Supplier<?>> artifacts() {
        return Map.of(
                "reader", () -> new Reader(chunks, millis / chunks), "writer", Writer::new, "mapper", this::mapper);
    }

    private PartitionMapper mapper() {
        return () -> {
            PartitionPlanImpl plan = new PartitionPlanImpl();
            plan.setPartitions(partitions);
            Properties[] properties = new Properties[partitions];
            for (int i = 0; i < partitions; i++) {
                properties[i] = new Properties();
                properties[i].setProperty("part", String.valueOf(i));
            }
            plan.setPartitionProperties(properties);
            return plan;
        };
    }

    /** Hands out an item after each pause. */
    static final class Reader extends AbstractItemReader {

        private final int items;
        private final int pause;
        private int read;

        Reader(int items, int pause) {
            this.items = items;
            this.pause = pause;
        }

        @Override
        public void open(@Nullable Serializable checkpoint) {
            read = checkpoint == null ? 0 : (Integer) checkpoint;
        }

        @Override
        public @Nullable Object readItem() throws InterruptedException {
            if (read == items) {
                return null;
            }
            Thread.sleep(pause);
            return ++read;
        }

        @Override
        public Serializable checkpointInfo() {
            return read;
        }
    }

    /** Writes nothing. */
    static final class Writer extends AbstractItemWriter {
        @Override
        public void writeItems(List<Object> items) {}
    }
}
