package dev.reprise.repository;

import jakarta.batch.runtime.Metric.MetricType;
import java.lang.reflect.Field;
import java.util.Map;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.metric.MetricImpl;
import org.jberet.runtime.metric.StepMetrics;
import org.jspecify.annotations.Nullable;

/**
 * A step execution or partition that a thread of this node works on: the version of its row that this node knows, and
 * its counts. The engine's own counts run ahead of what is committed and are not undone by a rollback, so the committed
 * ones are kept here. Thread-safe.
 */
final class RunningStep {

    /** The engine keeps its counts in a map of its own; watching it is the only way to learn of every rollback. */
    private static final Field COUNTS_OF_THE_ENGINE = countsOfTheEngine();

    private final long id;
    private final String name;
    private final @Nullable RunningStep partitionOf;
    private final AbstractStepExecution execution;
    private final StepMetrics metrics;

    private final long began = System.nanoTime();
    private long version;
    private StepCounts committed = StepCounts.NONE;
    private long lostWrites;
    private long lostFilters;
    private StepCounts ofPartitions = StepCounts.NONE;
    private boolean partitioned;
    private boolean fenced;
    private boolean ended;

    /**
     * @param id of its row
     * @param partitionOf the step, if this is a partition
     */
    RunningStep(long id, String name, @Nullable RunningStep partitionOf, AbstractStepExecution execution) {
        this.id = id;
        this.name = name;
        this.partitionOf = partitionOf;
        this.execution = execution;
        this.metrics = execution.getStepMetrics();
        if (partitionOf != null) {
            partitionOf.setPartitioned();
        }
        watchRollbacks();
    }

    long id() {
        return id;
    }

    String name() {
        return name;
    }

    @Nullable
    RunningStep partitionOf() {
        return partitionOf;
    }

    AbstractStepExecution execution() {
        return execution;
    }

    long nanosSinceItBegan() {
        return System.nanoTime() - began;
    }

    synchronized long version() {
        return version;
    }

    synchronized boolean isPartitioned() {
        return partitioned;
    }

    private synchronized void setPartitioned() {
        partitioned = true;
    }

    /** What the row holds when the chunk that is being saved is committed. The n-th commit stores n. */
    synchronized StepCounts withThisChunk() {
        return counts(
                committed.commits() + 1,
                metrics.get(MetricType.WRITE_COUNT) - lostWrites,
                metrics.get(MetricType.FILTER_COUNT) - lostFilters);
    }

    /**
     * What the row holds at the end: the committed chunks, and what the engine counted beside them; for a partitioned
     * step, the sum of its partitions that have ended.
     */
    synchronized StepCounts atTheEnd() {
        if (partitioned) {
            return ofPartitions;
        }
        return counts(committed.commits(), committed.written(), committed.filtered());
    }

    private StepCounts counts(long commits, long written, long filtered) {
        return new StepCounts(
                metrics.get(MetricType.READ_COUNT),
                written,
                filtered,
                commits,
                metrics.get(MetricType.ROLLBACK_COUNT),
                metrics.get(MetricType.READ_SKIP_COUNT),
                metrics.get(MetricType.PROCESS_SKIP_COUNT),
                metrics.get(MetricType.WRITE_SKIP_COUNT));
    }

    /** How many items are read and committed, as far as anybody outside can see. */
    synchronized StepCounts committed() {
        return committed;
    }

    synchronized void committed(StepCounts counts) {
        committed = counts;
        version++;
    }

    synchronized void updated() {
        version++;
    }

    /** A partition has ended, and its counts were added to the row. */
    synchronized void added(StepCounts partition) {
        ofPartitions = ofPartitions.plus(partition);
        version++;
    }

    /** Fails where the engine counts in a way that cannot be watched, before any job runs. */
    static void checkEngine() {
        new RunningStep(0, "", null, new StepExecutionImpl("")).rolledBack();
    }

    /** What was written and filtered since the last commit is gone. */
    synchronized void rolledBack() {
        lostWrites = metrics.get(MetricType.WRITE_COUNT) - committed.written();
        lostFilters = metrics.get(MetricType.FILTER_COUNT) - committed.filtered();
    }

    /** Another node owns the execution now, or somebody else changed the row: nothing more of this step is recorded. */
    synchronized void fence() {
        fenced = true;
        if (partitionOf != null) {
            partitionOf.fence();
        }
    }

    synchronized boolean isFenced() {
        return fenced;
    }

    /** Its end is recorded. */
    synchronized void end() {
        ended = true;
        version++;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Whether it works in chunks, and has begun to. */
    synchronized boolean hasReadItems() {
        return metrics.get(MetricType.READ_COUNT) > 0;
    }

    private void watchRollbacks() {
        try {
            @SuppressWarnings("unchecked")
            Map<MetricType, MetricImpl> counts = (Map<MetricType, MetricImpl>) COUNTS_OF_THE_ENGINE.get(metrics);
            counts.put(MetricType.ROLLBACK_COUNT, new Watched(MetricType.ROLLBACK_COUNT));
            counts.put(MetricType.WRITE_SKIP_COUNT, new Watched(MetricType.WRITE_SKIP_COUNT));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the engine's counts cannot be watched", e);
        }
    }

    private static Field countsOfTheEngine() {
        try {
            Field field = StepMetrics.class.getDeclaredField("metricsMapping");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this version of JBeret counts in another way; use 3.1", e);
        }
    }

    /** The engine counts a rollback, or the items of a chunk that it skips, right when their work is lost. */
    private final class Watched extends MetricImpl {

        private static final long serialVersionUID = 1L;

        Watched(MetricType type) {
            super(type);
        }

        @Override
        public void increment(long by) {
            super.increment(by);
            rolledBack();
        }
    }
}
