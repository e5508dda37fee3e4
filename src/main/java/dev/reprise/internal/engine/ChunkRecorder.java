package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.ThreadTransaction;
import dev.reprise.internal.engine.reason.Witnessed;
import dev.reprise.internal.engine.row.Kept;
import dev.reprise.internal.store.RunningSteps;
import dev.reprise.internal.store.RunningSteps.Saved;
import dev.reprise.internal.store.StepEnds;
import dev.reprise.log.LogThread;
import dev.reprise.state.StepCounts;
import jakarta.batch.api.partition.PartitionCollector;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.util.Map;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/** Records what chunks and batchlets leave for a restart, in the chunk's own transaction and behind the fence (contract.md §4). Thread-safe. */
final class ChunkRecorder {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private final Database database;
    private final RunningSteps steps;
    private final ReadableValues values;
    private final Map<Long, LiveExecution> live;

    /**
     * Of this deployment.
     *
     * @param live the executions that this node runs, by id
     */
    ChunkRecorder(Database database, RunningSteps steps, ReadableValues values, Map<Long, LiveExecution> live) {
        this.database = database;
        this.steps = steps;
        this.values = values;
        this.live = live;
    }

    /**
     * Records a chunk in the chunk's own transaction, or the user data of a batchlet in a transaction of its own.
     *
     * @return false if somebody asked the execution to stop
     * @throws NotRecordedError if it could not be recorded: the chunk must not be committed, skipped or retried
     */
    boolean saveUnlessStopping(LiveExecution running, AbstractStepExecution execution) {
        RunningStep step = running.steps().find(execution);
        if (step == null) {
            throw new NotRecordedError("Step " + execution.getStepName() + " does not run here any more.");
        }
        Transaction chunk =
                isBatchlet(running, execution) ? null : database.transaction().current();
        if (chunk == null && step.hasReadItems()) {
            throw new NotRecordedError("A chunk of step " + step.name() + " has no transaction, so it cannot be"
                    + " committed with its checkpoint. Is jberet.local-tx set in the job, or does a writer end the"
                    + " transaction itself?");
        }
        Saved saved = chunk == null ? saveUserData(running, step) : saveChunk(running, step, chunk);
        return saved != Saved.STOP_REQUESTED;
    }

    private static boolean isBatchlet(LiveExecution running, AbstractStepExecution step) {
        return running.course()
                .filter(course -> course.elements().isBatchlet(step.getStepName()))
                .isPresent();
    }

    private Saved saveUserData(LiveExecution running, RunningStep step) {
        step.keptExitStatus().keep();
        try {
            values.mustBeReadable(step, Kept.USER_DATA);
        } catch (BatchRuntimeException e) {
            throw new NotRecordedError(
                    "Step " + step.name() + " fails, for a restart could not begin: " + e.getMessage(), e);
        }
        if (step.partitionOf() == null
                && running.course()
                        .filter(course -> course.elements().hasNoStepListeners(step.name()))
                        .isPresent()) {
            return Saved.DONE; // the end of the step comes next, and saves it too
        }
        Saved saved = database.mustRecord(running, handle -> steps.saveUserData(handle, step));
        if (saved == Saved.FENCED) {
            throw fenced(running, step);
        }
        step.updated();
        return saved;
    }

    private Saved saveChunk(LiveExecution running, RunningStep step, Transaction chunk) {
        StepCounts counts = step.withThisChunk();
        try {
            collect(step, chunk);
            Map<String, byte @Nullable []> kept = step.current();
            for (Kept what : Kept.values()) {
                values.mustBeReadable(step, what, kept.get(what.parameter()));
            }
            step.outcome().recording();
            Saved saved = database.transaction()
                    .join(
                            chunk,
                            new ChunkEnd(step, counts, kept),
                            connection -> steps.commitChunk(connection, step, counts, kept));
            if (saved == Saved.FENCED) {
                mustNotBeCommittedAlready(running, step);
                running.steps().leaveOpen();
                throw fenced(running, step);
            }
            return saved;
        } catch (RuntimeException e) {
            boolean away = wasAway(e);
            if (!ThreadTransaction.isActive(chunk)) {
                takeBack(running, step, counts, e);
            }
            rollBack(chunk, e);
            NotRecordedError failure = new NotRecordedError(
                    "A chunk of step " + step.name() + " was not recorded, so it was rolled back: " + e.getMessage(),
                    e);
            step.troubles().failed(new Witnessed(failure, away));
            throw failure;
        } catch (NotRecordedError e) {
            rollBack(chunk, e);
            throw e;
        }
    }

    private void collect(RunningStep step, Transaction chunk) {
        PartitionCollector collector = step.collecting().collectorOf(chunk);
        if (collector != null) {
            try {
                step.collecting().collected(values.piece(step, collector.collectPartitionData()));
            } catch (Exception e) {
                throw new NotRecordedError(
                        "A chunk of step " + step.name() + " is not committed, for its collector failed: " + e, e);
            }
        }
    }

    /** The engine tries a chunk again whose commit failed, and does not know that it was committed. */
    private void mustNotBeCommittedAlready(LiveExecution running, RunningStep step) {
        if (database.inOwnTransaction(handle -> StepEnds.isCommitted(handle, step))) {
            running.cutOff(step.execution().getStepName());
            throw NotRecordedError.fenced(
                    "A chunk of step " + step.name() + " was committed, and the answer of the database"
                            + " was lost. It is not done again; a restart goes on behind it.");
        }
    }

    /** The transaction ended while the chunk was being recorded: in it, or behind it. */
    private void takeBack(LiveExecution running, RunningStep step, StepCounts counts, Throwable why) {
        try {
            boolean takenBack = database.mustRecord(running, handle -> steps.takeBack(handle, step, counts));
            if (takenBack) {
                LOG.log(
                        Level.WARNING,
                        "{0}: a chunk of step {1} was recorded behind its transaction, and is taken back",
                        running.label(),
                        step.name());
            }
        } catch (RuntimeException e) {
            why.addSuppressed(e);
            LOG.log(
                    Level.ERROR,
                    running.label() + ": a chunk of step " + step.name() + " was rolled back while it was"
                            + " recorded. Whether its record was rolled back too is not known",
                    e);
        }
    }

    /**
     * A reader, processor or writer must not begin in a transaction that has ended: what it writes would be committed by
     * itself.
     *
     * @throws NotRecordedError if it has
     */
    void mustBeInTransaction(String step) {
        if (!database.transaction().isOpen()) {
            throw new NotRecordedError("A chunk of step " + step + " is given up before it is written: "
                    + ThreadTransaction.ENDED_BEFORE_ITS_TIME);
        }
    }

    /** What of artifacts' values can be read back. */
    ReadableValues values() {
        return values;
    }

    ChunkWitness witness(LiveExecution running, StepContextImpl step) {
        return new ChunkWitness(database, running, step);
    }

    void mustBegin() {
        if (!database.transaction().isOpen()) {
            database.transaction().begin();
        }
    }

    boolean isInTransaction() {
        return database.transaction().isOpen();
    }

    boolean wasAway(Throwable thrown) {
        return SqlFailures.isAway(thrown) || database.transaction().wasRefusedAConnection(thrown);
    }

    boolean wasAwayBesideChunks(Throwable thrown) {
        return database.transaction().wasAwayBesideChunksFor(thrown);
    }

    @Nullable
    Transaction transaction() {
        return database.transaction().current();
    }

    /**
     * Reader and writer have done what the engine opens or closes both for in one transaction. It is committed here: where
     * its commit fails, the engine would keep that there is no transaction to roll back, and not the reason.
     *
     * @throws IllegalStateException if it was rolled back instead
     */
    void commitOpenedOrClosed(RunningStep step, Method method) {
        ThreadTransaction transaction = database.transaction();
        try {
            transaction.commit(
                    "What reader and writer of step " + step.name() + " did in their " + method.getName() + "()");
        } catch (IllegalStateException e) {
            transaction.leave();
            step.troubles().failed(new Witnessed(e, SqlFailures.isAway(e)));
            throw e;
        } finally {
            transaction.begin(); // for the engine to end
        }
    }

    boolean leaveTransaction() {
        return database.transaction().leave();
    }

    private static void rollBack(Transaction chunk, Throwable why) {
        try {
            chunk.setRollbackOnly();
        } catch (SystemException | IllegalStateException e) {
            why.addSuppressed(e);
        }
    }

    private static NotRecordedError fenced(LiveExecution running, RunningStep step) {
        step.fence();
        running.warn(fenceMessage(step));
        return NotRecordedError.fenced(fenceMessage(step));
    }

    static String fenceMessage(RunningStep step) {
        return "The row of step " + step.name() + " (step execution " + step.id() + ") is not the one this node wrote:"
                + " the execution was taken over, or somebody else changed the row. Nothing more of the step is"
                + " recorded.";
    }

    LiveExecution ours(long executionId, String stepName) {
        LiveExecution running = live.get(executionId);
        if (running == null) {
            throw new NotRecordedError("Step " + stepName + " of job execution " + executionId
                    + " is not recorded: it does not run here.");
        }
        return running;
    }

    /** What became of a chunk: its counts are the step's from the commit on, and not before. */
    private record ChunkEnd(RunningStep step, StepCounts counts, Map<String, byte @Nullable []> kept)
            implements Synchronization {

        @Override
        public void beforeCompletion() {}

        @Override
        public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
                step.committed(counts, kept);
            } else {
                step.rolledBack();
                step.doubt(counts, kept);
            }
            step.collecting().settled(status == Status.STATUS_COMMITTED);
            step.outcome().settled();
        }
    }
}
