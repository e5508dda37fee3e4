package dev.reprise.bench.scale;

import dev.reprise.bench.war.NoWriter;
import dev.reprise.bench.war.PartReader;
import dev.reprise.bench.war.Parts;
import java.util.Map;
import java.util.function.Supplier;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;

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
                "reader", () -> new PartReader(String.valueOf(chunks), String.valueOf(millis / chunks), "0"),
                "writer", NoWriter::new,
                "mapper", () -> new Parts(String.valueOf(partitions), "0"));
    }
}
