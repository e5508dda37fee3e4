package dev.reprise.internal.engine;

import dev.reprise.internal.engine.row.Kept;
import dev.reprise.internal.engine.stored.KeptValue;
import dev.reprise.internal.store.Taken;
import dev.reprise.state.StepCounts;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric.MetricType;
import java.io.Serializable;
import java.util.Map;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.metric.StepMetrics;
import org.jspecify.annotations.Nullable;

/** The row of a partition that this node has taken, as the engine's objects and as what runs. */
final class TakenRow {

    private TakenRow() {}

    /** With what earlier nodes have committed of it. */
    static PartitionExecutionImpl execution(Taken taken) {
        PartitionExecutionImpl partition = new PartitionExecutionImpl(
                taken.number(),
                taken.partitionOf(),
                taken.step(),
                BatchStatus.STARTED,
                null,
                value(taken.kept(), Kept.USER_DATA),
                value(taken.kept(), Kept.READER),
                value(taken.kept(), Kept.WRITER));
        count(partition.getStepMetrics(), taken.counts());
        return partition;
    }

    private static @Nullable Serializable value(Map<String, byte @Nullable []> kept, Kept what) {
        byte[] bytes = kept.get(what.parameter());
        return bytes == null ? null : KeptValue.of(bytes);
    }

    static void count(StepMetrics metrics, StepCounts counts) {
        metrics.increment(MetricType.READ_COUNT, counts.read());
        metrics.increment(MetricType.WRITE_COUNT, counts.written());
        metrics.increment(MetricType.FILTER_COUNT, counts.filtered());
        metrics.increment(MetricType.COMMIT_COUNT, counts.commits());
        metrics.increment(MetricType.ROLLBACK_COUNT, counts.rollbacks());
        metrics.increment(MetricType.READ_SKIP_COUNT, counts.readSkips());
        metrics.increment(MetricType.PROCESS_SKIP_COUNT, counts.processSkips());
        metrics.increment(MetricType.WRITE_SKIP_COUNT, counts.writeSkips());
    }

    /** Its step is not this node's to write: it stands for nothing but the place of the partition. */
    static RunningStep running(Taken taken, PartitionExecutionImpl partition) {
        StepExecutionImpl step = new StepExecutionImpl(taken.step());
        RunningStep whole = new RunningStep(taken.partitionOf(), taken.step(), null, step, false);
        RunningStep row = new RunningStep(taken, whole, partition);
        row.collecting().collectWithChunks();
        return row;
    }
}
