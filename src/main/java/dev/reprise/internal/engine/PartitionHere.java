package dev.reprise.internal.engine;

import dev.reprise.internal.doorbell.Bell;
import dev.reprise.internal.engine.partition.NotCollected;
import dev.reprise.internal.store.StepEnds;
import dev.reprise.internal.store.Taken;
import dev.reprise.internal.store.Work;
import dev.reprise.log.LogThread;
import jakarta.batch.runtime.BatchStatus;
import java.io.Serializable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jberet.creation.ArtifactCreationContext;
import org.jberet.creation.ArtifactFactoryWrapper;
import org.jberet.job.model.Chunk;
import org.jberet.job.model.JobFactory;
import org.jberet.job.model.PropertyResolver;
import org.jberet.job.model.Step;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.AbstractContext;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.runner.BatchletRunner;
import org.jberet.runtime.runner.ChunkRunner;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.PartitionWorker;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * A partition that this node has taken, of an execution that may be another node's (contract.md §9). It has a job execution of
 * its own, which is nobody else's, and its row's version is its fence. Thread-safe.
 */
final class PartitionHere implements PartitionWorker, Runnable {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private final Taken taken;
    private final LiveExecution running;
    private final Properties plan;
    private final BatchEnvironment environment;
    private final RepriseRepository repository;
    private final Wiring wiring;
    private final Runnable over;
    private volatile boolean begun;
    private volatile boolean ending;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable RunningStep row;

    /**
     * @param running the job execution of this partition alone
     * @param plan its properties in the plan
     * @param over is called when it runs no more
     */
    PartitionHere(
            Taken taken,
            LiveExecution running,
            Properties plan,
            BatchEnvironment environment,
            RepriseRepository repository,
            Wiring wiring,
            Runnable over) {
        this.taken = taken;
        this.running = running;
        this.plan = plan;
        this.environment = environment;
        this.repository = repository;
        this.wiring = wiring;
        this.over = over;
    }

    LiveExecution running() {
        return running;
    }

    /** Whether it has a thread. */
    boolean hasBegun() {
        return begun;
    }

    @Override
    public void run() {
        begun = true;
        wiring.partitionsHere.offered();
        try {
            wiring.server.inTheNameOf().accept(running.execution().getUser(), runner());
        } catch (RuntimeException | Error e) {
            // It has no row here yet, so no end.
            LOG.log(Level.ERROR, cannotBegin(taken), e);
            wiring.partitionsHere.leave(taken, repository);
        } finally {
            ArtifactCreationContext.removeCurrentArtifactCreationContext();
            over.run();
            ended.countDown();
        }
    }

    /** Whether it runs no more. */
    boolean awaitEnd(Duration atMost) {
        try {
            return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** As the engine makes it for a partition of its own step. */
    private Runnable runner() {
        JobExecutionImpl execution = running.execution();
        JobContextImpl job = new JobContextImpl(
                execution, null, new ArtifactFactoryWrapper(environment.getArtifactFactory()), repository, environment);
        running.begin();
        AttendedArtifacts.attend(job, running, new ChunkKeeper(wiring.chunkRecorder, running));
        Step step =
                JobFactory.cloneStep(running.course().orElseThrow().elements().step(taken.step()));
        PropertyResolver resolver = new PropertyResolver();
        resolver.setPartitionPlanProperties(plan);
        resolver.setResolvePartitionPlanProperties(true);
        resolver.resolve(step);
        PartitionExecutionImpl partition = TakenRow.execution(taken);
        StepContextImpl context = new StepContextImpl(step, partition, new AbstractContext[] {job});
        RunningStep known = TakenRow.running(taken, partition);
        row = known;
        running.steps().add(partition, known);
        wiring.stepRecorder.preside(step, running, known);
        if (taken.toStop()) {
            execution.stop();
        }
        LOG.log(Level.INFO, "{0}: {1} started on this node", running.label(), known.name());
        Chunk chunk = step.getChunk();
        return chunk == null
                ? new BatchletRunner(context, null, step.getBatchlet(), this)
                : new ChunkRunner(context, null, chunk, null, this);
    }

    static String cannotBegin(Taken taken) {
        return "Partition " + taken.name() + " of execution " + taken.executionId()
                + " cannot begin on this node, and is left to others";
    }

    @Override
    public void reportData(@Nullable Serializable data, AbstractStepExecution execution) {
        RunningStep partition = row;
        if (partition != null && !NotCollected.is(data)) {
            partition
                    .collecting()
                    .collectedAtTheEnd(wiring.chunkRecorder.values().piece(partition, data));
        }
    }

    /** Whether its end is being recorded, or is by now. */
    boolean isEnding() {
        return ending;
    }

    @Override
    public void partitionDone(AbstractStepExecution execution) {
        RunningStep partition = row;
        if (partition == null) {
            return;
        }
        ending = true;
        wiring.stepRecorder.partitionEnds(running, (PartitionExecutionImpl) execution);
        wiring.chunkRecorder.values().failIfUnreadable(partition);
        StepReasons.keepAsText(partition);
        partition.keptExitStatus().restore();
        String trace = running.masked(StepReasons.reasonOf(running, partition));
        if (running.isLost() || partition.isFenced()) {
            return;
        }
        boolean recorded;
        try {
            recorded = wiring.database.mustRecord(running, handle -> record(handle, partition, trace));
        } catch (RuntimeException | Error e) {
            if (!running.isLost()) {
                LOG.log(
                        Level.ERROR,
                        running.label() + ": the end of " + taken.name() + " could not be recorded; it is left to"
                                + " whichever node finds it",
                        e);
            }
            return;
        }
        if (recorded) {
            partition.end();
            StepEndRecorder.logEnd(running, partition, trace);
            wiring.offeredSteps.look(taken.partitionOf());
        } else {
            running.warn(taken.name() + " ended " + execution.getBatchStatus()
                    + " here, but its row is not this node's to write");
        }
    }

    private boolean record(Handle handle, RunningStep partition, String trace) {
        learnOfALostAnswer(handle, partition);
        if (goesOnElsewhere(partition) && Work.putBack(handle, taken.id(), partition.version(), false)) {
            wiring.doorbell.ring(handle, Bell.WORK);
            return true;
        }
        boolean recorded = Work.end(handle, partition, taken.node(), trace);
        wiring.doorbell.ring(handle, Bell.ended(taken.partitionOf()));
        return recorded;
    }

    /** Whatever the engine took it for: the database was away, and its row has another version than is known here. */
    private void learnOfALostAnswer(Handle handle, RunningStep partition) {
        if (partition.execution().getBatchStatus() != BatchStatus.COMPLETED) {
            StepEnds.knowsItself(handle, partition);
            if (partition.hasLostAnAnswer()) {
                running.cutOff(taken.step());
            }
        }
    }

    /** Its server stops, which may interrupt what takes long, or the database was away: that is no end of it. */
    private boolean goesOnElsewhere(RunningStep partition) {
        BatchStatus status = partition.execution().getBatchStatus();
        boolean interrupted = status == BatchStatus.FAILED && partition.hasReadItems();
        return (running.isStoppedByServer() && (status == BatchStatus.STOPPED || interrupted))
                || (status == BatchStatus.FAILED && running.wasCutOff());
    }
}
