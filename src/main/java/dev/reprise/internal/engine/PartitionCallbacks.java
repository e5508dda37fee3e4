package dev.reprise.internal.engine;

import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.engine.partition.AnalyzerTransaction;
import dev.reprise.internal.engine.partition.GivenPlan;
import dev.reprise.internal.engine.partition.NotCollected;
import dev.reprise.internal.engine.reason.Witnessed;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.PartitionAnalyzer;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionReducer;
import jakarta.batch.api.partition.PartitionReducer.PartitionStatus;
import jakarta.batch.runtime.BatchStatus;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jberet.job.model.Partition;
import org.jberet.job.model.RefArtifact;
import org.jberet.runtime.JobStopNotificationListener;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
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

    /** Either data of a collector, which may be null, or the end of a partition. */
    private record News(
            Supplier<? extends @Nullable Serializable> data,
            @Nullable PartitionExecutionImpl ended) {}

    private final StepContextImpl step;
    private final JobContextImpl job;
    private final Partition definition;
    private final LiveExecution running;
    private final AnalyzerTransaction transaction;
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

    /** @param definition as job XML has it */
    PartitionCallbacks(StepContextImpl step, Partition definition, LiveExecution running) {
        this.step = step;
        this.job = step.getJobContext();
        this.definition = definition;
        this.running = running;
        this.transaction = new AnalyzerTransaction(step, definition, this::failed);
    }

    private void failed(Exception why) {
        RunningStep whole = running.steps().find(step);
        if (whole != null) {
            whole.troubles().failed(new Witnessed(why, SqlFailures.isAway(why)));
        }
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
        transaction.end();
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
            collected(() -> data);
        }
    }

    /**
     * A collector has collected elsewhere; on any thread.
     *
     * @param data is read when the analyzer is to be told; what is thrown then is thrown to the step
     */
    void collected(Supplier<? extends @Nullable Serializable> data) {
        news.add(new News(data, null));
    }

    /** A partition has ended, and that is recorded; on any thread. */
    public void ended(PartitionExecutionImpl partition) {
        news.add(new News(() -> null, partition));
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
        transaction.begin();
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
            transaction.end();
            rollBack();
            return ended;
        }
        if (reducer != null) {
            reducer.beforePartitionedStepCompletion();
        }
        transaction.commit();
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
        transaction.mustLive();
        PartitionExecutionImpl partition = came.ended();
        if (partition == null) {
            analyzer.analyzeCollectorData(came.data().get());
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
}
