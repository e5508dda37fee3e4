package dev.reprise.internal.engine;

import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.engine.partition.GivenPlan;
import dev.reprise.internal.engine.partition.NotCollected;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.PartitionAnalyzer;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionReducer;
import jakarta.batch.api.partition.PartitionReducer.PartitionStatus;
import jakarta.batch.runtime.BatchStatus;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jberet.job.model.Partition;
import org.jberet.job.model.Properties;
import org.jberet.job.model.RefArtifact;
import org.jberet.runtime.JobStopNotificationListener;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.spi.PropertyKey;
import org.jspecify.annotations.Nullable;

/**
 * Calls the reducer, the mapper and the analyzer of one run of a partitioned step, in the order of JSR-352 §11.7
 * (docs/partitions.md, decision 034). To the engine it is the step's mapper and the first of its listeners, and the step has
 * no other artifacts of these kinds; whoever runs the partitions tells what becomes of them.
 *
 * <p>For the thread of the step, but for what partitions tell, which is for any thread.
 */
public final class PartitionCallbacks implements PartitionMapper, StepListener {

    /** By this name the engine asks for it. */
    static final String REF = PartitionCallbacks.class.getName();

    private static final String TIME_OUT = "jakarta.transaction.global.timeout";

    /** Either data of a collector, which may be null, or the end of a partition. */
    private record News(
            @Nullable Serializable data, @Nullable PartitionExecutionImpl ended) {}

    private final StepContextImpl step;
    private final JobContextImpl job;
    private final Partition definition;
    private final LiveExecution running;
    private final TransactionManager transactions;
    private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
    private final Queue<JobStopNotificationListener> stoppable = new ConcurrentLinkedQueue<>();
    private @Nullable PartitionReducer reducer;
    private @Nullable PartitionMapper mapper;
    private @Nullable PartitionAnalyzer analyzer;
    private @Nullable PartitionPlan planned;
    private boolean begun;
    private boolean over;
    private boolean rollbackThrew;
    private int atWork;
    private long transactionBegan;

    /** @param definition as job XML has it */
    PartitionCallbacks(StepContextImpl step, Partition definition, LiveExecution running) {
        this.step = step;
        this.job = step.getJobContext();
        this.definition = definition;
        this.running = running;
        this.transactions = job.getBatchEnvironment().getTransactionManager();
    }

    /** Begins the step's partitions. */
    @Override
    public PartitionPlan mapPartitions() throws Exception {
        reducer = made(definition.getReducer());
        mapper = made(definition.getMapper());
        analyzer = made(definition.getAnalyzer());
        begun = true;
        if (reducer != null) {
            reducer.beginPartitionedStep();
        }
        PartitionPlan plan = mapper == null
                ? GivenPlan.ofXml(step.getStepName(), definition.getPlan())
                : GivenPlan.ofMapper(
                        mapper.mapPartitions(), definition.getMapper().getRef(), step.getStepName());
        planned = plan;
        if (plan.getPartitionsOverride() && step.getOriginalStepExecution() != null) {
            rollBackWhatWasBefore();
        }
        return plan;
    }

    /** Once the partitions are mapped. */
    PartitionPlan plan() {
        return Objects.requireNonNull(planned);
    }

    private void rollBackWhatWasBefore() throws Exception {
        if (reducer != null) {
            rollbackThrew = true;
            reducer.rollbackPartitionedStep();
            rollbackThrew = false;
        }
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // as the engine's own method
    private <T> @Nullable T made(@Nullable RefArtifact artifact) {
        return artifact == null ? null : job.createArtifact(artifact.getRef(), null, artifact.getProperties(), step);
    }

    @Override
    public void beforeStep() {}

    /** Before all other listeners. What went wrong, wherever that was, has not been told to the reducer yet. */
    @Override
    public void afterStep() {
        running.forget(step);
        if (!begun || over) {
            return;
        }
        endTransaction();
        if (atWork > 0) {
            endPartitions();
        }
        try {
            rollBack();
        } catch (Exception e) {
            // The step has failed already; what the reducer threw is told with it.
            step.setBatchStatus(BatchStatus.FAILED);
        }
    }

    /** What runs of the step is to end with it, and is waited for. */
    private void endPartitions() {
        RunningStep whole = running.steps().find(step.getStepExecution());
        if (whole != null) {
            whole.collecting().endPartitions();
        }
        running.apart(
                "reprise-end-partitions",
                () -> stoppable.forEach(runner -> runner.stopRequested(job.getExecutionId())));
        try {
            while (atWork > 0) {
                next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The artifacts are not needed any more. */
    void destroy() {
        job.destroyArtifact(mapper, reducer, analyzer);
        mapper = null;
        reducer = null;
        analyzer = null;
    }

    /**
     * A partition is about to run.
     *
     * @param runner if it can be asked to stop
     */
    public void begins(@Nullable JobStopNotificationListener runner) {
        atWork++;
        if (runner != null) {
            stoppable.add(runner);
        }
    }

    /** A collector has collected; on any thread. */
    public void collected(@Nullable Serializable data) {
        if (!NotCollected.is(data)) {
            news.add(new News(data, null));
        }
    }

    /** A partition has ended, and that is recorded; on any thread. */
    public void ended(PartitionExecutionImpl partition) {
        news.add(new News(null, partition));
    }

    /**
     * All partitions have begun: tells the analyzer what comes of them, until all have ended, and then the reducer.
     *
     * @return the partitions, in the order in which they ended
     * @throws Exception what analyzer or reducer threw, or that the analyzer's transaction is gone
     */
    public List<PartitionExecutionImpl> complete() throws Exception {
        List<PartitionExecutionImpl> ended = new ArrayList<>();
        boolean failed = false;
        beginTransaction();
        while (atWork > 0) {
            News came = next();
            PartitionExecutionImpl partition = came.ended();
            if (partition != null) {
                ended.add(partition);
                failed |= partition.getBatchStatus() != BatchStatus.COMPLETED;
            }
            analyze(came);
        }
        if (failed) {
            endTransaction();
            rollBack();
            return ended;
        }
        if (reducer != null) {
            reducer.beforePartitionedStepCompletion();
        }
        commitTransaction();
        if (reducer != null) {
            reducer.afterPartitionedStepCompletion(PartitionStatus.COMMIT);
        }
        over = true;
        return ended;
    }

    private News next() throws InterruptedException {
        News came = news.take();
        if (came.ended() != null) {
            atWork--;
        }
        return came;
    }

    private void analyze(News came) throws Exception {
        if (analyzer == null) {
            return;
        }
        transactionMustLive();
        PartitionExecutionImpl partition = came.ended();
        if (partition == null) {
            analyzer.analyzeCollectorData(came.data());
        } else {
            analyzer.analyzeStatus(partition.getBatchStatus(), partition.getExitStatus());
        }
    }

    /** Whatever the reducer makes of the first, it is told of the end. */
    private void rollBack() throws Exception {
        over = true;
        if (reducer == null) {
            return;
        }
        try {
            if (!rollbackThrew) {
                reducer.rollbackPartitionedStep();
            }
        } finally {
            reducer.afterPartitionedStepCompletion(PartitionStatus.ROLLBACK);
        }
    }

    private boolean needsTransaction() {
        return analyzer != null && !Boolean.parseBoolean(property(PropertyKey.ANALYZER_TX_DISABLED));
    }

    private @Nullable String property(String name) {
        Properties properties = step.getStep().getProperties();
        return properties == null ? null : properties.get(name);
    }

    private void beginTransaction() throws Exception {
        if (!needsTransaction()) {
            return;
        }
        String seconds = property(TIME_OUT);
        try {
            if (seconds != null) {
                transactions.setTransactionTimeout(Integer.parseInt(seconds));
            }
            transactions.begin();
        } finally {
            transactions.setTransactionTimeout(0);
        }
        transactionBegan = System.nanoTime();
    }

    private void transactionMustLive() throws SystemException {
        if (needsTransaction() && transactions.getStatus() != Status.STATUS_ACTIVE) {
            throw new IllegalStateException(whyTransactionIsGone());
        }
    }

    private String whyTransactionIsGone() throws SystemException {
        String which = "The transaction of partition analyzer "
                + definition.getAnalyzer().getRef() + " of step " + step.getStepName() + " ";
        return which
                + switch (transactions.getStatus()) {
                    case Status.STATUS_NO_TRANSACTION -> "was ended by the analyzer itself; it is the engine's to end.";
                    case Status.STATUS_MARKED_ROLLBACK ->
                        "can only be rolled back: an artifact or a resource has marked it so.";
                    default -> wasRolledBack();
                };
    }

    private String wasRolledBack() {
        String seconds = property(TIME_OUT);
        return "was rolled back from outside after " + Text.duration(System.nanoTime() - transactionBegan)
                + ", as one is that outlives its time-out ("
                + (seconds == null ? "the server's default" : seconds + " s, the step's " + TIME_OUT)
                + "): it begins when the last partition does, and lasts until all have ended. Raise the step property "
                + TIME_OUT + ", or set " + PropertyKey.ANALYZER_TX_DISABLED + "=true there if the analyzer needs none.";
    }

    private void commitTransaction() throws Exception {
        if (!needsTransaction()) {
            return;
        }
        transactionMustLive();
        try {
            transactions.commit();
        } catch (RollbackException | HeuristicMixedException | HeuristicRollbackException e) {
            RunningStep whole = running.steps().find(step);
            if (whole != null) {
                whole.troubles().failed(new Witnessed(e, SqlFailures.isAway(e)));
            }
            throw new IllegalStateException(
                    "What partition analyzer " + definition.getAnalyzer().getRef() + " of step " + step.getStepName()
                            + " did was rolled back when it was to be committed: " + e.getMessage(),
                    e);
        }
    }

    /** Whatever has become of it: nothing of it may stay with the thread. */
    private void endTransaction() {
        try {
            if (transactions.getStatus() == Status.STATUS_NO_TRANSACTION) {
                return;
            }
            try {
                transactions.rollback();
            } catch (SystemException | IllegalStateException | SecurityException e) {
                transactions.suspend(); // it was rolled back already
            }
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }
}
