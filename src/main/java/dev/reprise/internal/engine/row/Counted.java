package dev.reprise.internal.engine.row;

import dev.reprise.state.StepCounts;
import jakarta.batch.runtime.Metric.MetricType;
import org.jberet.runtime.metric.StepMetrics;

/** What the engine has counted of a step, without what a rollback has undone. To be guarded by who has it. */
public final class Counted {

    private final StepMetrics metrics;
    private long lostWrites;
    private long lostFilters;
    private long lostReadSkips;
    private long lostProcessSkips;

    public Counted(StepMetrics metrics) {
        this.metrics = metrics;
    }

    public StepCounts withThisChunk(StepCounts committed) {
        return counts(
                committed.commits() + 1,
                metrics.get(MetricType.WRITE_COUNT) - lostWrites,
                metrics.get(MetricType.FILTER_COUNT) - lostFilters);
    }

    public StepCounts atTheEnd(StepCounts committed) {
        return counts(committed.commits(), committed.written(), committed.filtered());
    }

    private StepCounts counts(long commits, long written, long filtered) {
        return new StepCounts(
                metrics.get(MetricType.READ_COUNT),
                written,
                filtered,
                commits,
                metrics.get(MetricType.ROLLBACK_COUNT),
                metrics.get(MetricType.READ_SKIP_COUNT) - lostReadSkips,
                metrics.get(MetricType.PROCESS_SKIP_COUNT) - lostProcessSkips,
                metrics.get(MetricType.WRITE_SKIP_COUNT));
    }

    /** What was written and filtered since the last commit is gone. */
    public void rolledBack(StepCounts committed) {
        lostWrites = metrics.get(MetricType.WRITE_COUNT) - committed.written();
        lostFilters = metrics.get(MetricType.FILTER_COUNT) - committed.filtered();
    }

    /** What was skipped since the last commit comes again. */
    public void skipsRolledBack(StepCounts committed) {
        lostReadSkips = metrics.get(MetricType.READ_SKIP_COUNT) - committed.readSkips();
        lostProcessSkips = metrics.get(MetricType.PROCESS_SKIP_COUNT) - committed.processSkips();
    }

    public boolean hasReadItems() {
        return metrics.get(MetricType.READ_COUNT) > 0;
    }
}
