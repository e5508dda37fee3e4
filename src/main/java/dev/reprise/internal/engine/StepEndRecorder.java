package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.store.StepEnds;
import dev.reprise.internal.store.StepEnds.Ended;
import dev.reprise.internal.store.Transitions;
import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.log.LogThread;
import dev.reprise.state.StepCounts;
import dev.reprise.state.TransitionTaken;
import jakarta.batch.runtime.BatchStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.StepExecutionImpl;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Records how steps and partitions end, why, and how the job goes on after them. Thread-safe. */
final class StepEndRecorder {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private final Database database;
    private final Transitions transitions;
    private final Map<Long, LiveExecution> live;

    /**
     * Of this deployment.
     *
     * @param live the executions that this node runs, by id
     */
    StepEndRecorder(Database database, Transitions transitions, Map<Long, LiveExecution> live) {
        this.database = database;
        this.transitions = transitions;
        this.live = live;
    }

    void skipped(LiveExecution running, StepExecutionImpl complete) {
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
            database.mustRecord(running, handle -> {
                boolean recorded = again.getAndSet(true)
                        && transitions
                                .ofExecution(handle, running.execution().getExecutionId())
                                .containsAll(taken);
                if (!recorded) {
                    transitions.insert(handle, running.execution().getExecutionId(), running.node(), taken);
                }
                return recorded;
            });
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, running.label() + ": how the job went on is not recorded: " + taken, e);
        }
    }

    /** Never throws: the engine would neither clean up nor wake those who wait. */
    void end(LiveExecution running, RunningStep step) {
        if (!step.claimEnd()) {
            return;
        }
        if (step.collecting().isCutShort()) {
            step.execution().setBatchStatus(BatchStatus.STOPPED);
            step.execution().setException(null);
        }
        step.keptExitStatus().restore();
        String trace = running.masked(StepReasons.reasonOf(running, step));
        List<TransitionTaken> transitions = List.of();
        RunningStep whole = step.partitionOf();
        if (whole == null) {
            transitions = courseAfter(running, step.execution());
            if (transitions.stream().noneMatch(StepEndRecorder::goesOn)) {
                running.failed(trace);
            }
        } else if (step.execution().getBatchStatus() == BatchStatus.FAILED) {
            whole.troubles().partitionFailed(step.name(), trace);
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
                        && database.mustRecord(running, handle -> record(handle, running, end));
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
        return StepEnds.end(handle, last.step(), last.trace()) != Ended.NOT_OURS;
    }

    boolean isLastEndRecorded(Handle handle, UnrecordedEnd last) {
        return StepEnds.hasEnded(handle, last.step(), last.trace());
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
        Ended ended = StepEnds.end(handle, end.step(), end.trace());
        if (ended == Ended.NOW) {
            transitions.insert(handle, running.execution().getExecutionId(), running.node(), end.transitions());
        }
        return ended != Ended.NOT_OURS;
    }

    /** Records the ends of steps that could not be recorded when they came, before the end of their job. */
    void recordLeftEnds(LiveExecution running) {
        for (UnrecordedEnd left = running.unrecordedEnds().peek();
                left != null;
                left = running.unrecordedEnds().peek()) {
            UnrecordedEnd end = left;
            ended(running, end.step(), end.trace(), database.inOwnTransaction(handle -> record(handle, running, end)));
            running.unrecordedEnds().remove();
        }
    }

    private static void ended(LiveExecution running, RunningStep step, String trace, boolean recorded) {
        RunningStep whole = step.partitionOf();
        if (!recorded) {
            if (whole == null && !running.stage().isDone()) {
                // Nothing may follow a step of which nobody knows that it has ended.
                running.fail(ChunkRecorder.fenceMessage(step));
            }
            running.steps().leaveOpen();
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

    static void logEnd(LiveExecution running, RunningStep step, String trace) {
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
}
