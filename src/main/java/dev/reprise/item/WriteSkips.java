package dev.reprise.item;

import jakarta.annotation.Resource;
import jakarta.batch.runtime.Metric.MetricType;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;

/**
 * For writers that leave items of a chunk out: counts those as skipped and not as written, in the step's or partition's
 * counts. To be injected into the writer. Like its writer not thread-safe.
 */
@Dependent
public class WriteSkips {

    private final StepContext step;
    private final CountCorrection counts;

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    TransactionSynchronizationRegistry transactions;

    private long total;

    @Inject
    WriteSkips(StepContext step, CountCorrection counts) {
        this.step = step;
        this.counts = counts;
    }

    /**
     * To be called while the chunk is written: so many of its items are not. A rollback of the chunk takes it back.
     *
     * @throws IllegalStateException if there is no transaction
     */
    public void add(long items) {
        if (items == 0) {
            return;
        }
        // The engine adds the whole chunk to the written ones next, and never takes that back; the repository does.
        counts.add(step, MetricType.WRITE_COUNT, -items);
        counts.add(step, MetricType.WRITE_SKIP_COUNT, items);
        total += items;
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status != Status.STATUS_COMMITTED) {
                    counts.add(step, MetricType.WRITE_SKIP_COUNT, -items);
                    total -= items;
                }
            }
        });
    }

    /** How many items were left out in this execution of the step, the chunk that is being written included. */
    public long total() {
        return total;
    }
}
