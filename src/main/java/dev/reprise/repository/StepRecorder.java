package dev.reprise.repository;

import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.repository.LiveExecution.Thrown;
import dev.reprise.repository.LiveExecution.UnrecordedEnd;
import dev.reprise.repository.RunningStep.Kept;
import dev.reprise.repository.RunningStep.Witnessed;
import dev.reprise.repository.StepExecutions.Ended;
import dev.reprise.repository.StepExecutions.NewStep;
import dev.reprise.repository.StepExecutions.Plan;
import dev.reprise.repository.StepExecutions.Saved;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.StepExecution;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import java.io.IOException;
import java.io.Serializable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jberet.job.model.Step;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Records what the steps and partitions do that this node runs (semantics.md §4), behind the fence. Thread-safe. */
final class StepRecorder {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(RepriseRepository.class.getName());

    /** How many partitions that failed are named with their step. */
    private static final int SHOWN_PARTITIONS = 10;

    private final Database database;
    private final JobExecutions executions;
    private final StepExecutions steps;
    private final Transitions transitions;
    private final Checkpoints checkpoints;
    private final Map<Long, LiveExecution> live;
    private final Map<Long, LiveExecution> liveByStep = new ConcurrentHashMap<>();

    @SuppressWarnings("ThreadLocalUsage") // of this deployment alone, and gone with the end of the step
    private final ThreadLocal<@Nullable PartitionNumbers> restarted = new ThreadLocal<>();

    /**
     * @param live the executions that this node runs, by id
     */
    StepRecorder(
            Database database,
            JobExecutions executions,
            StepExecutions steps,
            Transitions transitions,
            Checkpoints checkpoints,
            Map<Long, LiveExecution> live) {
        this.database = database;
        this.executions = executions;
        this.steps = steps;
        this.transitions = transitions;
        this.checkpoints = checkpoints;
        this.live = live;
    }

    /** A step starts: its row is there before it runs. */
    void add(JobExecutionImpl job, StepExecutionImpl execution) {
        LiveExecution running = ours(job.getExecutionId(), execution.getStepName());
        if (running.endedInQueue()) {
            throw NotRecordedError.fenced("Step " + execution.getStepName() + " does not start: execution "
                    + job.getExecutionId() + " was stopped before it began.");
        }
        try {
            RunningStep step = insert(new NewStep(running, execution, null));
            closeStraysOf(running);
            execution.setId(step.id());
            running.add(execution, step);
            liveByStep.put(step.id(), running);
            job.addStepExecution(execution);
            running.course()
                    .map(course -> course.step(step.name()))
                    .filter(definition -> definition.getPartition() == null)
                    .ifPresent(definition -> preside(definition, running, step));
            if (step.isToStop()) {
                // Somebody asked for it before the step was there.
                running.execution().stop();
            }
            LOG.log(Level.INFO, running.label() + ": step " + step.name() + " started");
        } catch (RuntimeException | NotRecordedError e) {
            cannotBegin(running, execution.getStepName(), e);
            running.course().ifPresent(course -> course.cannotStart(execution.getStepName()));
            throw e;
        }
    }

    /** The engine fails the job without a row of the step. */
    void cannotBegin(LiveExecution running, String step, Throwable why) {
        if (Database.isAway(why)) {
            running.cutOff();
        }
        running.failed("step " + step + ", which could not begin: " + Text.stackTrace(why));
    }

    private void preside(Step definition, LiveExecution running, RunningStep step) {
        ItemJudge.preside(definition, database, running, step, () -> {
            if (!saveUnlessStopping(running.execution(), step.execution())) {
                running.execution().stop();
            }
            database.commit();
        });
    }

    ChunkWitness witness(LiveExecution running, StepContextImpl step) {
        return new ChunkWitness(database, running, step);
    }

    /** A partition is about to run. */
    void partitionBegins(StepContextImpl partition) {
        LiveExecution running = live.get(partition.getJobContext().getExecutionId());
        RunningStep step = running == null ? null : running.find(partition.getStepExecution());
        if (running != null && step != null) {
            preside(partition.getStep(), running, step);
        }
    }

    /** A partition runs no more, whether or not it has an end. */
    void partitionEnds(LiveExecution running, PartitionExecutionImpl partition) {
        leaveTransaction(running, partition);
        if (!isTerminal(partition.getBatchStatus())) {
            partition.setBatchStatus(BatchStatus.FAILED);
        }
    }

    /** The thread is to run something else next, and the engine leaves a transaction open if it cannot handle a failure. */
    private void leaveTransaction(LiveExecution running, AbstractStepExecution step) {
        if (database.leaveTransaction()) {
            running.warn("step " + step.getStepName() + " ended in a transaction, which was rolled back");
        }
    }

    private RunningStep insert(NewStep step) {
        LiveExecution running = step.job();
        boolean first = running.owesStart();
        AtomicBoolean again = new AtomicBoolean();
        RunningStep inserted = database.takesAtOnce()
                ? database.patientlyAtOnce(
                        running, handle -> once(handle, step, again, () -> AtOnce.addStep(handle, step, first)))
                : database.patiently(
                        running,
                        handle -> once(
                                handle,
                                step,
                                again,
                                () -> steps.insert(handle, step, () -> {
                                    if (first) {
                                        executions.start(
                                                handle, running.execution().getExecutionId());
                                    }
                                })));
        running.startRecorded();
        return inserted;
    }

    /** A row that was inserted without anybody being told is the one. */
    private RunningStep once(Handle handle, NewStep step, AtomicBoolean again, Supplier<RunningStep> insert) {
        return again.getAndSet(true) ? steps.inserted(handle, step).orElseGet(insert) : insert.get();
    }

    /** The engine asked which partitions a step had, and adds those that are left next, on the same thread. */
    List<PartitionExecutionImpl> restarts(long stepExecutionId, String stepName, boolean notCompletedOnly) {
        return database.apart(handle -> {
            Plan plan = steps.plan(handle, stepExecutionId);
            List<PartitionExecutionImpl> previous = plan.hasRunNothing()
                    ? List.of()
                    : steps.partitions(handle, plan, stepExecutionId, stepName, notCompletedOnly);
            if (previous.isEmpty() && plan.partitions() == 0) {
                restarted.remove(); // no partition ever ran: the plan begins now
            } else {
                // Who asks for those only that are not complete runs exactly them.
                restarted.set(new PartitionNumbers(stepName, previous, notCompletedOnly ? 0 : plan.partitions()));
            }
            return previous;
        });
    }

    /** A partition starts. */
    void addPartition(StepExecutionImpl enclosing, PartitionExecutionImpl partition) {
        LiveExecution running = liveByStep.get(enclosing.getStepExecutionId());
        RunningStep step = running == null ? null : running.find(enclosing);
        if (running == null || step == null) {
            throw new NotRecordedError("Partition " + partition.getPartitionId() + " of step " + enclosing.getStepName()
                    + " does not start: the step does not run here.");
        }
        PartitionNumbers numbers = numbersOf(enclosing);
        if (numbers != null) {
            partition.setPartitionId(numbers.next());
        }
        boolean beginsAPlan = numbers == null && !step.isPartitioned();
        NewStep row = new NewStep(running, partition, step);
        AtomicBoolean again = new AtomicBoolean();
        running.add(
                partition,
                database.patiently(
                        running,
                        handle -> once(handle, row, again, () -> {
                            if (beginsAPlan) {
                                steps.beginPlan(handle, step, 0);
                            }
                            return steps.insert(handle, row);
                        })));
        closeStraysOf(running);
    }

    /** A connection that broke in a commit leaves it open whether the row was inserted; then there are two now. */
    private static void closeStraysOf(LiveExecution running) {
        if (running.wasRecordedAgain()) {
            running.leaveStepsOpen();
        }
    }

    private @Nullable PartitionNumbers numbersOf(StepExecutionImpl step) {
        PartitionNumbers numbers = restarted.get();
        return numbers != null && numbers.areOf(step.getStepName()) ? numbers : null;
    }

    /**
     * The engine has added the first partition and is about to run it.
     *
     * @param toRun how many partitions it will run
     * @throws IllegalStateException if this is a restart and the plan has changed
     */
    void planned(StepExecutionImpl enclosing, int toRun) {
        PartitionNumbers numbers = numbersOf(enclosing);
        if (numbers != null) {
            numbers.check(toRun);
            return;
        }
        LiveExecution running = liveByStep.get(enclosing.getStepExecutionId());
        RunningStep step = running == null ? null : running.find(enclosing);
        if (running != null && step != null) {
            database.patiently(running, handle -> {
                steps.beginPlan(handle, step, toRun);
                return step;
            });
        }
    }

    /**
     * Records a chunk in the chunk's own transaction, or the user data of a batchlet in a transaction of its own.
     *
     * @return false if somebody asked the execution to stop
     * @throws NotRecordedError if it could not be recorded: the chunk must not be committed, skipped or retried
     */
    boolean saveUnlessStopping(JobExecution job, AbstractStepExecution execution) {
        LiveExecution running = ours(job.getExecutionId(), execution.getStepName());
        RunningStep step = running.find(execution);
        if (step == null) {
            throw new NotRecordedError("Step " + execution.getStepName() + " does not run here any more.");
        }
        Transaction chunk = isBatchlet(running, execution) ? null : database.current();
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
                .filter(course -> course.isBatchlet(step.getStepName()))
                .isPresent();
    }

    private Saved saveUserData(LiveExecution running, RunningStep step) {
        step.keepExitStatus();
        try {
            mustBeReadable(step, Kept.USER_DATA);
        } catch (BatchRuntimeException e) {
            throw new NotRecordedError(
                    "Step " + step.name() + " fails, for a restart could not begin: " + e.getMessage(), e);
        }
        if (step.partitionOf() == null
                && running.course()
                        .filter(course -> course.hasNoStepListeners(step.name()))
                        .isPresent()) {
            return Saved.DONE; // the end of the step comes next, and saves it too
        }
        Saved saved = database.persistently(running, handle -> steps.saveUserData(handle, step));
        if (saved == Saved.FENCED) {
            throw fenced(running, step);
        }
        step.updated();
        return saved;
    }

    private Saved saveChunk(LiveExecution running, RunningStep step, Transaction chunk) {
        StepCounts counts = step.withThisChunk();
        try {
            Map<String, byte @Nullable []> kept = step.current();
            for (Kept what : Kept.values()) {
                mustBeReadable(step, what, kept.get(what.parameter()));
            }
            step.recording();
            Saved saved = database.joined(
                    chunk,
                    new ChunkOutcome(step, counts, kept),
                    connection -> steps.commitChunk(connection, step, counts, kept));
            if (saved == Saved.FENCED) {
                mustNotBeCommittedAlready(running, step);
                running.leaveStepsOpen();
                throw fenced(running, step);
            }
            return saved;
        } catch (RuntimeException e) {
            if (Database.isAway(e)) {
                running.cutOff(step.execution().getStepName());
            }
            if (!Database.isActive(chunk)) {
                takeBack(running, step, counts, e);
            }
            rollBack(chunk, e);
            throw new NotRecordedError(
                    "A chunk of step " + step.name() + " was not recorded, so it was rolled back: " + e.getMessage(),
                    e);
        } catch (NotRecordedError e) {
            rollBack(chunk, e);
            throw e;
        }
    }

    /** The engine tries a chunk again whose commit failed, and does not know that it was committed. */
    private void mustNotBeCommittedAlready(LiveExecution running, RunningStep step) {
        if (database.apart(handle -> StepExecutions.isCommitted(handle, step))) {
            running.cutOff(step.execution().getStepName());
            throw NotRecordedError.fenced(
                    "A chunk of step " + step.name() + " was committed, and the answer of the database"
                            + " was lost. It is not done again; a restart goes on behind it.");
        }
    }

    /** What a restart could not read must not be committed in the first place. */
    private void mustBeReadable(RunningStep step, Kept what) {
        mustBeReadable(step, what, what.of(step.execution()));
    }

    private void mustBeReadable(RunningStep step, Kept what, byte @Nullable [] bytes) {
        if (bytes != null && !step.isReadable(what, bytes)) {
            checkpoints.read(bytes, what.of(step.name()));
            step.readable(what, bytes);
        }
    }

    /** The transaction ended while the chunk was being recorded: in it, or behind it. */
    private void takeBack(LiveExecution running, RunningStep step, StepCounts counts, Throwable why) {
        try {
            boolean takenBack = database.persistently(running, handle -> steps.takeBack(handle, step, counts));
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
     * A checkpoint as it is when a reader or writer hands it over. The engine keeps it as it comes.
     *
     * @param step the step or partition
     * @throws NotRecordedError if a restart could not read it
     */
    Serializable keep(LiveExecution running, AbstractStepExecution step, Kept what, Serializable checkpoint) {
        RunningStep row = running.find(step);
        if (KeptValue.isConstant(checkpoint) || row == null) {
            return checkpoint;
        }
        byte[] bytes;
        try {
            bytes = KeptValue.serialized(checkpoint);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw notKept(row, what.of(row.name()) + " cannot be serialized: " + e, e);
        }
        try {
            mustBeReadable(row, what, bytes);
        } catch (BatchRuntimeException e) {
            throw notKept(row, String.valueOf(e.getMessage()), e);
        }
        return KeptValue.of(bytes);
    }

    private static NotRecordedError notKept(RunningStep step, String why, Throwable e) {
        return new NotRecordedError(
                "A chunk of step " + step.name() + " is not committed, for a restart could not begin behind it: " + why,
                e);
    }

    /**
     * A reader, processor or writer must not begin in a transaction that has ended: what it writes would be committed by
     * itself.
     *
     * @throws NotRecordedError if it has
     */
    void mustBeInTransaction(String step) {
        if (!database.isInTransaction()) {
            throw new NotRecordedError(
                    "A chunk of step " + step + " is given up before it is written: " + Database.ENDED_BEFORE_ITS_TIME);
        }
    }

    void mustBegin() {
        if (!database.isInTransaction()) {
            database.begin();
        }
    }

    boolean isInTransaction() {
        return database.isInTransaction();
    }

    boolean leaveTransaction() {
        return database.leaveTransaction();
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

    private static String fenceMessage(RunningStep step) {
        return "The row of step " + step.name() + " (step execution " + step.id() + ") is not the one this node wrote:"
                + " the execution was taken over, or somebody else changed the row. Nothing more of the step is"
                + " recorded.";
    }

    /** What became of a chunk: its counts are the step's from the commit on, and not before. */
    private record ChunkOutcome(RunningStep step, StepCounts counts, Map<String, byte @Nullable []> kept)
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
            step.settled();
        }
    }

    /**
     * Records the end of a partition. A step has nothing to save here, its chunks and its end are recorded elsewhere;
     * but if it is fenced the engine must not go on to another step.
     */
    void savePartitionsEnd(JobExecution job, AbstractStepExecution execution) {
        LiveExecution running = live.get(job.getExecutionId());
        RunningStep step = running == null ? null : running.find(execution);
        if (running == null || step == null) {
            return;
        }
        if (step.partitionOf() == null) {
            if (step.isFenced()) {
                throw NotRecordedError.fenced(fenceMessage(step));
            }
            failIfUnreadable(step);
            keepAsText(step);
        } else if (isTerminal(execution.getBatchStatus())) {
            failIfUnreadable(step);
            keepAsText(step);
            end(running, step);
        }
    }

    /**
     * An exception of which this deployment does not see a class: who asks for it would get another one, whose message has all
     * its bytes. The engine asks for it next, of a partition.
     */
    private static void keepAsText(RunningStep step) {
        try {
            step.execution().getException();
        } catch (RuntimeException | Error e) {
            String why = unreadable(step, e);
            step.failedOf(why);
            step.execution().setException(new BatchRuntimeException(why.strip()));
        }
    }

    /** User data that listeners have set behind the last chunk. The engine asks for the status next. */
    private void failIfUnreadable(RunningStep step) {
        try {
            mustBeReadable(step, Kept.USER_DATA);
        } catch (BatchRuntimeException e) {
            AbstractStepExecution execution = step.execution();
            byte[] before = step.kept().get("userData");
            execution.setPersistentUserData(before == null ? null : KeptValue.of(before));
            execution.setException(e);
            execution.setBatchStatus(BatchStatus.FAILED);
        }
    }

    private static boolean isTerminal(BatchStatus status) {
        return switch (status) {
            case COMPLETED, FAILED, STOPPED, ABANDONED -> true;
            case STARTING, STARTED, STOPPING -> false;
        };
    }

    /** A step has ended; does nothing for one that does not run here. Never throws. */
    void end(StepExecutionImpl execution) {
        explainSmallerPlan(execution);
        restarted.remove();
        LiveExecution running = liveByStep.get(execution.getStepExecutionId());
        RunningStep step = running == null ? null : running.find(execution);
        if (running == null || step == null) {
            live.values().stream()
                    .filter(job -> job.skips(execution))
                    .findAny()
                    .ifPresent(job -> skipped(job, execution));
            return;
        }
        leaveTransaction(running, execution);
        end(running, step);
        if (running.lastEnd().isEmpty()) {
            liveByStep.remove(step.id());
            running.remove(execution);
        }
    }

    private void skipped(LiveExecution running, StepExecutionImpl complete) {
        String step = complete.getStepName();
        if (running.course().filter(course -> course.loopsAt(step)).isPresent()) {
            running.failed(
                    "Step " + step + " came a second time in this execution: the transitions of the job lead back"
                            + " to it. A step runs once in an execution (JSR-352 §8.9.3).");
            return;
        }
        LOG.log(Level.INFO, "{0}: step {1} is complete and skipped", running.label(), step);
        recordCourse(running, courseAfter(running, complete));
    }

    /** The decider of a decision has decided. Never throws: what the job does next does not depend on it. */
    void decided(long executionId, String decision, @Nullable String exitStatus) {
        LiveExecution running = live.get(executionId);
        if (running != null) {
            running.course().ifPresent(course -> recordCourse(running, course.afterDecision(decision, exitStatus)));
        }
    }

    private void recordCourse(LiveExecution running, List<TransitionTaken> taken) {
        if (taken.isEmpty()) {
            return;
        }
        try {
            AtomicBoolean again = new AtomicBoolean();
            database.persistently(running, handle -> {
                boolean recorded = again.getAndSet(true)
                        && transitions
                                .ofExecution(handle, running.execution().getExecutionId())
                                .containsAll(taken);
                if (!recorded) {
                    transitions.insert(handle, running, taken);
                }
                return recorded;
            });
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, running.label() + ": how the job went on is not recorded: " + taken, e);
        }
    }

    private void explainSmallerPlan(StepExecutionImpl execution) {
        PartitionNumbers numbers = numbersOf(execution);
        if (numbers != null
                && !numbers.hasAdded()
                && execution.getException() instanceof ArrayIndexOutOfBoundsException failure) {
            execution.setException(numbers.tooSmall(failure));
        }
    }

    /** Never throws: the engine would neither clean up nor wake those who wait. */
    private void end(LiveExecution running, RunningStep step) {
        if (!step.claimEnd()) {
            return;
        }
        if (step.isCutShort()) {
            step.execution().setBatchStatus(BatchStatus.STOPPED);
            step.execution().setException(null);
        }
        step.restoreExitStatus();
        String trace = running.masked(reasonOf(running, step));
        List<TransitionTaken> transitions = List.of();
        RunningStep whole = step.partitionOf();
        if (whole == null) {
            transitions = courseAfter(running, step.execution());
            if (transitions.stream().noneMatch(StepRecorder::goesOn)) {
                running.failed(trace);
            }
        } else if (step.execution().getBatchStatus() == BatchStatus.FAILED) {
            whole.partitionFailed(step.name(), trace);
        }
        UnrecordedEnd end = new UnrecordedEnd(step, trace, transitions);
        if (endsTheJob(running, end)) {
            running.endsWith(end);
            return;
        }
        try {
            synchronized (step.ends()) {
                boolean recorded = !step.isFenced()
                        && !running.isLost()
                        && database.persistently(running, handle -> record(handle, running, end));
                if (step.hasLostAnAnswer()) {
                    running.cutOff(step.execution().getStepName());
                }
                ended(running, step, trace, recorded);
            }
        } catch (RuntimeException | Error e) {
            if (running.isLost()) {
                return;
            }
            running.unrecordedEnds().add(end);
            LOG.log(
                    Level.ERROR,
                    running.label() + ": the end of step " + step.name() + " could not be recorded; it is kept and"
                            + " recorded with the end of the job",
                    e);
        }
    }

    /** The job's end follows at once, and has both recorded in one transaction (decision 024). */
    private static boolean endsTheJob(LiveExecution running, UnrecordedEnd end) {
        RunningStep step = end.step();
        return step.partitionOf() == null
                && !step.isPartitioned()
                && !step.isFenced()
                && step.execution().getBatchStatus() == BatchStatus.COMPLETED
                && running.course()
                        .filter(course -> course.endsWith(step.name(), end.transitions()))
                        .isPresent();
    }

    /**
     * Records the end of the step that the job ends with, in the transaction of the job's end.
     *
     * @return false if the row of the step is not this node's to write
     */
    boolean recordLastEnd(Handle handle, UnrecordedEnd last) {
        return steps.end(handle, last.step(), last.trace()) != Ended.NOT_OURS;
    }

    boolean isLastEndRecorded(Handle handle, UnrecordedEnd last) {
        return steps.hasEnded(handle, last.step(), last.trace());
    }

    /** The end of the step that the job ends with is recorded, or never will be. */
    void lastStepEnded(LiveExecution running, UnrecordedEnd last, boolean recorded) {
        ended(running, last.step(), last.trace(), recorded);
    }

    private static List<TransitionTaken> courseAfter(LiveExecution running, AbstractStepExecution step) {
        return running.course()
                .map(course -> course.afterStep(step.getStepName(), step.getBatchStatus(), step.getExitStatus()))
                .orElse(List.of());
    }

    private boolean record(Handle handle, LiveExecution running, UnrecordedEnd end) {
        Ended ended = steps.end(handle, end.step(), end.trace());
        if (ended == Ended.NOW) {
            transitions.insert(handle, running, end.transitions());
        }
        return ended != Ended.NOT_OURS;
    }

    /** Records the ends of steps that could not be recorded when they came, before the end of their job. */
    void recordLeftEnds(LiveExecution running) {
        for (UnrecordedEnd left = running.unrecordedEnds().peek();
                left != null;
                left = running.unrecordedEnds().peek()) {
            UnrecordedEnd end = left;
            ended(running, end.step(), end.trace(), database.apart(handle -> record(handle, running, end)));
            running.unrecordedEnds().remove();
        }
    }

    private static void ended(LiveExecution running, RunningStep step, String trace, boolean recorded) {
        RunningStep whole = step.partitionOf();
        if (!recorded) {
            if (whole == null && !running.isDone()) {
                // Nothing may follow a step of which nobody knows that it has ended.
                running.fail(fenceMessage(step));
            }
            running.leaveStepsOpen();
            running.warn("step " + step.name() + " ended " + step.execution().getBatchStatus()
                    + " here, but its row is not this node's to write");
            return;
        }
        step.end();
        if (whole == null) {
            logEnd(running, step, trace);
        } else {
            whole.added(step.atTheEnd());
        }
    }

    /** Where a failure is routed to, it is not what the job ends with. */
    private static boolean goesOn(TransitionTaken taken) {
        return taken.kind() != TransitionKind.FAIL;
    }

    /** What failed a step or partition, and the element that threw it: empty if nothing did, or nobody knows. */
    private static String reasonOf(LiveExecution running, RunningStep step) {
        List<Thrown> atItsEnd = step.thrownAtItsEnd();
        Exception before = step.exceptionBeforeItsEnd();
        List<String> reasons = new ArrayList<>();
        if (before != null || atItsEnd.isEmpty()) {
            reasons.add(reasonOf(running, step, before));
        }
        atItsEnd.stream().map(Thrown::toString).forEach(reasons::add);
        reasons.removeIf(String::isEmpty);
        return String.join("Then ", reasons);
    }

    private static String reasonOf(LiveExecution running, RunningStep step, @Nullable Exception known) {
        Optional<String> kept = step.failure();
        Exception exception = null;
        try {
            exception = known == null ? step.execution().getException() : known;
        } catch (RuntimeException | Error e) {
            kept = Optional.of(unreadable(step, e));
        }
        if (wasAway(step) ? exception != null || kept.isPresent() : exception != null && Database.isAway(exception)) {
            running.cutOff(step.execution().getStepName());
        }
        if (kept.isPresent()) {
            return kept.get() + partitionsBefore(step);
        }
        Exception engines = exception;
        return step.thrownAs(engines)
                .map(Thrown::toString)
                .or(() -> isTooDeep(step, engines) ? lastFailure(step, step.lastThrown()) : Optional.empty())
                .map(why -> why + partitionsBefore(step))
                .orElseGet(() -> reasonOf(step, engines));
    }

    /** Whether the database was away when the chunk failed that the step has failed with. */
    private static boolean wasAway(RunningStep step) {
        return step.witnessed().filter(Witnessed::away).isPresent();
    }

    /** The engine gives a step the exception of a partition. */
    private static String reasonOf(RunningStep step, @Nullable Exception exception) {
        Map<String, String> failed = step.failedPartitions();
        for (Map.Entry<String, String> one : failed.entrySet()) {
            if (exception == null || isToldBy(one.getValue(), exception)) {
                failed.remove(one.getKey());
                String why = one.getValue().isEmpty() ? one.getKey() + " failed\n" : one.getValue();
                return why + partitionsBefore(failed);
            }
        }
        if (exception == null) {
            return "";
        }
        String partition = step.execution() instanceof PartitionExecutionImpl its
                ? "partition " + its.getPartitionId() + " of step " + its.getStepName() + ": "
                : "";
        return partition + Text.stackTrace(exception) + partitionsBefore(step);
    }

    private static boolean isToldBy(String why, Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (why.contains(cause.toString()) || why.strip().equals(cause.getMessage())) {
                return true;
            }
        }
        return false;
    }

    private static String partitionsBefore(RunningStep step) {
        return partitionsBefore(step.failedPartitions());
    }

    private static String partitionsBefore(Map<String, String> failed) {
        return failed.isEmpty() ? "" : failedToo(List.copyOf(failed.keySet()));
    }

    private static String failedToo(List<String> partitions) {
        String shown = String.join(", ", partitions.subList(0, Math.min(partitions.size(), SHOWN_PARTITIONS)));
        int more = partitions.size() - SHOWN_PARTITIONS;
        return "Failed too: " + shown + (more > 0 ? " and " + more + " more" : "") + "\n";
    }

    /** The engine serializes an exception: of one with too many causes it has that this failed, and of a partition nothing. */
    private static boolean isTooDeep(RunningStep step, @Nullable Exception exception) {
        return exception == null
                ? step.partitionOf() != null && step.execution().getBatchStatus() == BatchStatus.FAILED
                : exception.getCause() instanceof StackOverflowError;
    }

    /** The engine keeps an exception serialized, and may not find a class of it again, or be kept from reading it. */
    private static String unreadable(RunningStep step, Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        String missing = root instanceof ClassNotFoundException ? String.valueOf(root.getMessage()) : "";
        String why =
                missing.isEmpty() ? root.getClass().getName() : "class " + Text.line(missing) + " is not visible here";
        return lastFailure(step, missing.isEmpty() ? step.lastThrown() : step.thrownWith(missing))
                .orElse("The exception of this step cannot be read back: " + why + ".");
    }

    /** What failed the step's chunk; of other steps what an artifact has thrown. */
    private static Optional<String> lastFailure(RunningStep step, Optional<Thrown> otherwise) {
        return step.witnessed()
                .map(Witnessed::thrown)
                .map(failed -> step.thrownAs(failed).map(Thrown::toString).orElseGet(() -> Text.stackTrace(failed)))
                .or(() -> otherwise.map(Thrown::toString));
    }

    private static void logEnd(LiveExecution running, RunningStep step, String trace) {
        StepCounts counts = step.atTheEnd();
        String message = running.label() + ": step " + step.name() + " "
                + step.execution().getBatchStatus() + " after " + Text.duration(step.nanosSinceItBegan())
                + counts.summary();
        if (trace.isEmpty()) {
            LOG.log(Level.INFO, message);
        } else {
            LOG.log(
                    Level.ERROR,
                    message + ": " + Text.line(trace.lines().findFirst().orElse("")));
        }
    }

    private LiveExecution ours(long executionId, String stepName) {
        LiveExecution running = live.get(executionId);
        if (running == null) {
            throw new NotRecordedError("Step " + stepName + " of job execution " + executionId
                    + " is not recorded: it does not run here.");
        }
        return running;
    }

    /** The steps of an execution, by id, that the engine is done with and whose end is not recorded yet. */
    Map<Long, StepExecution> ending(long executionId) {
        LiveExecution running = live.get(executionId);
        if (running == null) {
            return Map.of();
        }
        Map<Long, StepExecution> ending = new HashMap<>();
        for (RunningStep step : running.steps()) {
            AbstractStepExecution execution = step.execution();
            if (step.partitionOf() == null && !step.hasEnded() && isTerminal(execution.getBatchStatus())) {
                ending.put(step.id(), execution);
            }
        }
        return ending;
    }

    /** An execution has ended. */
    void forget(LiveExecution ended) {
        liveByStep.values().removeIf(running -> running == ended);
    }

    /** How far the steps are that this node runs. */
    List<StepProgress> progress() {
        List<StepProgress> progress = new ArrayList<>();
        for (LiveExecution running : live.values()) {
            for (RunningStep step : running.steps()) {
                if (step.partitionOf() == null) {
                    progress.add(progress(running, step));
                }
            }
        }
        return progress;
    }

    private StepProgress progress(LiveExecution running, RunningStep step) {
        long items = 0;
        for (RunningStep part : running.steps()) {
            if (part == step || part.partitionOf() == step) {
                items += part.committed().read();
            }
        }
        // How far a partitioned step is cannot be told from the partitions that have started.
        Serializable checkpoint =
                step.isPartitioned() ? null : checkpoints.glance(step.kept().get("reader"));
        return new StepProgress(
                running.execution().getExecutionId(),
                running.label(),
                step.id(),
                step.name(),
                Duration.ofNanos(step.nanosSinceItBegan()),
                items,
                checkpoint);
    }
}
