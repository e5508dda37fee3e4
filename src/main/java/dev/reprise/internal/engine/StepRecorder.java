package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.engine.partition.PartitionNumbers;
import dev.reprise.internal.engine.stored.StoredSteps;
import dev.reprise.internal.store.AtOnce;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.NewStep;
import dev.reprise.internal.store.NewStep.Inserted;
import dev.reprise.internal.store.RunningSteps;
import dev.reprise.internal.store.StepsBefore;
import dev.reprise.internal.store.StepsBefore.Plan;
import dev.reprise.log.LogThread;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.StepExecution;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/** Records what the steps and partitions do that this node runs (contract.md §4), behind the fence. Thread-safe. */
final class StepRecorder {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private final Database database;
    private final JobExecutions executions;
    private final RunningSteps steps;
    private final StepsBefore stepsBefore;
    private final StoredSteps storedSteps;
    private final ChunkRecorder chunks;
    private final StepEndRecorder ends;
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
            RunningSteps steps,
            StepsBefore stepsBefore,
            StoredSteps storedSteps,
            ChunkRecorder chunks,
            StepEndRecorder ends,
            Map<Long, LiveExecution> live) {
        this.database = database;
        this.executions = executions;
        this.steps = steps;
        this.stepsBefore = stepsBefore;
        this.storedSteps = storedSteps;
        this.chunks = chunks;
        this.ends = ends;
        this.live = live;
    }

    /** A step starts: its row is there before it runs. */
    void add(JobExecutionImpl job, StepExecutionImpl execution) {
        LiveExecution running = chunks.ours(job.getExecutionId(), execution.getStepName());
        if (running.stage().endedInQueue()) {
            throw NotRecordedError.fenced("Step " + execution.getStepName() + " does not start: execution "
                    + job.getExecutionId() + " was stopped before it began.");
        }
        try {
            RunningStep step = insert(new NewRow(running, execution, null));
            closeStraysOf(running);
            execution.setId(step.id());
            running.steps().add(execution, step);
            liveByStep.put(step.id(), running);
            job.addStepExecution(execution);
            running.course()
                    .map(course -> course.elements().step(step.name()))
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
        if (SqlFailures.isAway(why)) {
            running.cutOff();
        }
        running.failed("step " + step + ", which could not begin: " + Text.stackTrace(why));
    }

    void preside(Step definition, LiveExecution running, RunningStep step) {
        ItemJudge.preside(definition, database, running, step, () -> {
            if (!chunks.saveUnlessStopping(running, step.execution())) {
                running.execution().stop();
            }
        });
    }

    /** A partition is about to run. */
    void partitionBegins(StepContextImpl partition) {
        LiveExecution running = live.get(partition.getJobContext().getExecutionId());
        RunningStep step = running == null ? null : running.steps().find(partition.getStepExecution());
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
        if (database.transaction().leave()) {
            running.warn("step " + step.getStepName() + " ended in a transaction, which was rolled back");
        }
    }

    private RunningStep insert(NewRow row) {
        LiveExecution running = row.job();
        NewStep step = row.toInsert();
        boolean first = running.stage().owesStart();
        AtomicBoolean again = new AtomicBoolean();
        Inserted inserted = database.takesSeveralInOneRoundTrip()
                ? database.throughOutagesInOneRoundTrip(
                        running, handle -> once(handle, step, again, () -> AtOnce.addStep(handle, step, first)))
                : database.throughOutages(
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
        running.stage().startRecorded();
        return row.inserted(inserted);
    }

    /** A row that was inserted without anybody being told is the one. */
    private Inserted once(Handle handle, NewStep step, AtomicBoolean again, Supplier<Inserted> insert) {
        return again.getAndSet(true) ? steps.inserted(handle, step).orElseGet(insert) : insert.get();
    }

    /** The engine asked which partitions a step had, and adds those that are left next, on the same thread. */
    List<PartitionExecutionImpl> restarts(long stepExecutionId, String stepName, boolean notCompletedOnly) {
        return database.inOwnTransaction(handle -> {
            Plan plan = stepsBefore.plan(handle, stepExecutionId);
            List<PartitionExecutionImpl> previous = plan.hasRunNothing()
                    ? List.of()
                    : storedSteps.partitions(handle, plan, stepExecutionId, stepName, notCompletedOnly);
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
        RunningStep step = running == null ? null : running.steps().find(enclosing);
        if (running == null || step == null) {
            throw new NotRecordedError("Partition " + partition.getPartitionId() + " of step " + enclosing.getStepName()
                    + " does not start: the step does not run here.");
        }
        PartitionNumbers numbers = numbersOf(enclosing);
        if (numbers != null) {
            partition.setPartitionId(numbers.next());
        }
        NewRow added = new NewRow(running, partition, step);
        if (running.steps().holds(added)) {
            return;
        }
        boolean beginsAPlan = numbers == null && !step.isPartitioned();
        NewStep row = added.toInsert();
        AtomicBoolean again = new AtomicBoolean();
        running.steps()
                .add(
                        partition,
                        added.inserted(database.throughOutages(
                                running,
                                handle -> once(handle, row, again, () -> {
                                    if (beginsAPlan) {
                                        steps.beginPlan(handle, step, 0);
                                    }
                                    return steps.insert(handle, row);
                                }))));
        closeStraysOf(running);
    }

    /** A connection that broke in a commit leaves it open whether the row was inserted; then there are two now. */
    private static void closeStraysOf(LiveExecution running) {
        if (running.wasRecordedAgain()) {
            running.steps().leaveOpen();
        }
    }

    /** On the thread of a step that is restarted; null where its plan begins now. */
    @Nullable
    PartitionNumbers numbersOf(StepExecutionImpl step) {
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
        RunningStep step = running == null ? null : running.steps().find(enclosing);
        if (running != null && step != null) {
            database.throughOutages(running, handle -> {
                steps.beginPlan(handle, step, toRun);
                return step;
            });
        }
    }

    /**
     * Records the end of a partition. A step has nothing to save here, its chunks and its end are recorded elsewhere;
     * but if it is fenced the engine must not go on to another step.
     */
    void savePartitionsEnd(JobExecution job, AbstractStepExecution execution) {
        LiveExecution running = live.get(job.getExecutionId());
        RunningStep step = running == null ? null : running.steps().find(execution);
        if (running == null || step == null) {
            return;
        }
        if (step.partitionOf() == null) {
            if (step.isFenced()) {
                throw NotRecordedError.fenced(ChunkRecorder.fenceMessage(step));
            }
            chunks.values().failIfUnreadable(step);
            StepReasons.keepAsText(step);
        } else if (isTerminal(execution.getBatchStatus())) {
            chunks.values().failIfUnreadable(step);
            StepReasons.keepAsText(step);
            ends.end(running, step);
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
        RunningStep step = running == null ? null : running.steps().find(execution);
        if (running == null || step == null) {
            live.values().stream()
                    .filter(job -> job.steps().skips(execution))
                    .findAny()
                    .ifPresent(job -> ends.skipped(job, execution));
            return;
        }
        leaveTransaction(running, execution);
        ends.end(running, step);
        if (running.lastEnd().isEmpty()) {
            liveByStep.remove(step.id());
            running.steps().remove(execution);
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

    /** The steps of an execution, by id, that the engine is done with and whose end is not recorded yet. */
    Map<Long, StepExecution> ending(long executionId) {
        LiveExecution running = live.get(executionId);
        if (running == null) {
            return Map.of();
        }
        Map<Long, StepExecution> ending = new HashMap<>();
        for (RunningStep step : running.steps().all()) {
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
}
