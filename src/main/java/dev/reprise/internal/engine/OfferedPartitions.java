package dev.reprise.internal.engine;

import dev.reprise.internal.engine.partition.PartitionNumbers;
import dev.reprise.internal.store.CollectedData.Piece;
import dev.reprise.internal.store.WorkOfSteps.Ended;
import dev.reprise.internal.store.WorkPlan.Limits;
import dev.reprise.job.PartitionPlace;
import dev.reprise.log.LogThread;
import dev.reprise.state.StepCounts;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jberet.runtime.JobStopNotificationListener;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of one run of a step, run by whichever nodes have room: all are planned at once, and the thread of the step
 * waits for what comes of them (contract.md §9).
 */
final class OfferedPartitions extends CalledBackPartitions implements JobStopNotificationListener {

    private final PlanRecorder recorder;
    private final OfferedSteps offers;
    private final LiveExecution running;
    private final RunningStep whole;
    private final StepContextImpl step;
    private final @Nullable PartitionNumbers numbers;
    private final List<StepContextImpl> planned = new ArrayList<>();
    private final Map<Integer, PartitionExecutionImpl> open = new HashMap<>();
    private final Map<Long, Long> heard = new HashMap<>();
    private StepCounts total = StepCounts.NONE;
    private volatile int most = 1;
    private volatile boolean toStop;
    private volatile boolean stopped;

    OfferedPartitions(
            PlanRecorder recorder,
            OfferedSteps offers,
            LiveExecution running,
            RunningStep whole,
            PartitionCallbacks callbacks,
            StepContextImpl step,
            @Nullable PartitionNumbers numbers) {
        super(callbacks);
        this.recorder = recorder;
        this.offers = offers;
        this.running = running;
        this.whole = whole;
        this.step = step;
        this.numbers = numbers;
        running.steps().hold(whole);
    }

    /** Takes all at once: how many run at a time is the database's to say. */
    @Override
    public void submitPartitionTask(StepContextImpl partition, int index, int count) throws Exception {
        planned.add(partition);
        freeThread();
        if (index == count - 1) {
            plan();
            complete();
        }
    }

    private void plan() {
        synchronized (this) {
            for (StepContextImpl partition : planned) {
                PartitionExecutionImpl execution = (PartitionExecutionImpl) partition.getStepExecution();
                open.put(execution.getPartitionId(), execution);
            }
        }
        most = OfferedSteps.most(step, callbacks.plan().getThreads(), planned.size());
        recorder.plan(
                running, whole, numbers, callbacks.plan(), new Limits(most, PartitionPlace.group(step.getStep())));
        for (int i = 0; i < planned.size(); i++) {
            callbacks.begins(i == 0 ? this : null);
        }
        offers.add(this);
    }

    @Override
    public void stopRequested(long jobExecutionId) {
        toStop = true;
        offers.look(this);
    }

    /** The row of the step. */
    long step() {
        return whole.id();
    }

    /** How many may run at a time. */
    int most() {
        return most;
    }

    /** Whether its execution is another node's, as far as is known. */
    boolean isLost() {
        return running.isLost();
    }

    /** Whether the partitions are to end. */
    boolean isToStop() {
        return toStop;
    }

    /** Whoever runs one was told that it is to end. */
    void stopped() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /**
     * Some have ended, which may be said more than once.
     *
     * @return whether all have
     */
    synchronized boolean ended(List<Ended> some) {
        List<Ended> told =
                some.stream().filter(one -> open.containsKey(one.number())).toList();
        if (told.isEmpty()) {
            return open.isEmpty();
        }
        StepCounts more = told.stream().map(Ended::counts).reduce(StepCounts.NONE, StepCounts::plus);
        StepCounts now = total.plus(more);
        recorder.count(running, whole, now, more);
        total = now; // what fails before is told again
        for (Ended ended : told) {
            PartitionExecutionImpl partition = open.remove(ended.number());
            if (partition != null) {
                LogThread.of(running.execution().getExecutionId(), () -> tell(partition, ended))
                        .run();
            }
        }
        return open.isEmpty();
    }

    private void tell(PartitionExecutionImpl partition, Ended ended) {
        TakenRow.count(partition.getStepMetrics(), ended.counts());
        partition.setExitStatus(ended.exitStatus());
        partition.setBatchStatus(ended.status());
        if (ended.status() == BatchStatus.FAILED) {
            String trace = ended.trace();
            whole.troubles().partitionFailed(whole.name() + ":partition" + ended.number(), trace);
            partition.setException(new BatchRuntimeException(trace.strip()));
        } else if (ended.status() == BatchStatus.STOPPED && !toStop) {
            // Somebody has asked another node for it: else the engine would take the job for complete.
            running.execution().stop();
        }
        callbacks.ended(partition);
    }

    /** Whether there is a collector, and somebody to tell of what it gives. */
    boolean collects() {
        return step.getStep().getPartition().getCollector() != null;
    }

    /** Something was collected of a partition, which may be said more than once. */
    synchronized void collected(Piece piece) {
        Long last = heard.put(piece.partition(), piece.place());
        if (last != null && last >= piece.place()) {
            heard.put(piece.partition(), last);
            return;
        }
        callbacks.collected(() -> recorder.collected(whole, piece));
    }

    /** The execution is another node's, which closes what is open of it: the thread of the step is to end. */
    synchronized void lost() {
        for (PartitionExecutionImpl partition : open.values()) {
            partition.setBatchStatus(BatchStatus.STOPPED);
            callbacks.ended(partition);
        }
        open.clear();
        running.steps().leaveOpen();
    }
}
