package dev.reprise.item;

import jakarta.annotation.Resource;
import jakarta.batch.runtime.Metric.MetricType;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.metric.StepMetrics;

/**
 * For writers that leave items of a chunk out: counts those as skipped and not as written, in the step's or partition's
 * counts. To be injected into the writer. Like its writer not thread-safe.
 */
@Dependent
public class WriteSkips {

    private final StepContext step;

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    TransactionSynchronizationRegistry transactions;

    private long total;

    @Inject
    WriteSkips(StepContext step) {
        this.step = step;
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
        count(MetricType.WRITE_COUNT, -items);
        count(MetricType.WRITE_SKIP_COUNT, items);
        total += items;
        transactions.registerInterposedSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                if (status != Status.STATUS_COMMITTED) {
                    count(MetricType.WRITE_SKIP_COUNT, -items);
                    total -= items;
                }
            }
        });
    }

    /** Set and not incremented: an increment of the skips is how the engine says that it drops a whole chunk. */
    private void count(MetricType count, long more) {
        StepMetrics metrics = ((StepContextImpl) step).getStepExecution().getStepMetrics();
        metrics.set(count, metrics.get(count) + more);
    }

    /** How many items were left out in this execution of the step, the chunk that is being written included. */
    public long total() {
        return total;
    }
}
