package dev.reprise.repository;

import dev.reprise.log.LogThread;
import dev.reprise.repository.LiveExecution.Thrown;
import dev.reprise.repository.LiveExecution.UnrecordedEnd;
import dev.reprise.repository.Owners.Owner;
import jakarta.batch.runtime.BatchStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jdbi.v3.core.Handle;

/**
 * Records what the job executions do that this node runs, from their start to their end, and what is asked of them on the
 * way (semantics.md §4, §6). Thread-safe.
 */
final class JobRecorder {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(RepriseRepository.class.getName());

    private final Database database;
    private final Owners owners;
    private final JobExecutions executions;
    private final Restarts restarts;
    private final TakeOvers takeOvers;
    private final StepRecorder stepRecorder;
    private final Map<Long, LiveExecution> live;
    private final JustCompleted justCompleted;

    /** Ended, and the database does not know yet. */
    private final Set<LiveExecution> unrecorded = ConcurrentHashMap.newKeySet();

    /**
     * @param live the executions that this node runs, by id
     */
    JobRecorder(
            Database database,
            Owners owners,
            JobExecutions executions,
            Restarts restarts,
            TakeOvers takeOvers,
            StepRecorder stepRecorder,
            Map<Long, LiveExecution> live,
            JustCompleted justCompleted) {
        this.justCompleted = justCompleted;
        this.database = database;
        this.owners = owners;
        this.executions = executions;
        this.restarts = restarts;
        this.takeOvers = takeOvers;
        this.stepRecorder = stepRecorder;
        this.live = live;
    }

    /** The engine is about to run the job. Never throws. */
    void start(JobExecutionImpl execution) {
        LiveExecution running = live.get(execution.getExecutionId());
        if (running == null || !running.begin()) {
            return;
        }
        LogThread.jobBegins(execution.getExecutionId());
        if (running.course().filter(Course::beginsWithAPlainStep).isPresent() && !running.isRestart()) {
            running.oweStart();
            logStart(running);
            return;
        }
        try {
            boolean started = database.patiently(
                    running,
                    handle -> executions.start(handle, execution.getExecutionId())
                            || executions.hasStarted(handle, execution.getExecutionId(), running.node()));
            if (started) {
                logStart(running);
            } else {
                // Somebody asked for a stop before the first step, or another node took it over: its end will tell.
                execution.stop();
            }
        } catch (RuntimeException | Error e) {
            // The engine must not see it: it would neither clean up nor wake those who wait. The first step will fail.
            LOG.log(Level.ERROR, "The start of execution " + execution.getExecutionId() + " is not recorded", e);
        }
    }

    private static void logStart(LiveExecution running) {
        LOG.log(
                Level.INFO,
                running.label() + ": execution " + running.execution().getExecutionId() + " started");
    }

    /** The engine is done with it. Never throws: the engine would neither clean up nor wake those who wait. */
    void end(LiveExecution running) {
        if (running.claimEnd()) {
            LogThread.of(running.execution().getExecutionId(), () -> finish(running))
                    .run();
        }
        LogThread.jobEnds(running.execution().getExecutionId());
    }

    private void finish(LiveExecution running) {
        settleEnd(running);
        try {
            if (!running.isLost()) {
                stepRecorder.recordLeftEnds(running);
            }
            ended(running, !running.isLost() && recordEnd(running));
        } catch (RuntimeException | Error e) {
            if (running.isLost()) {
                ended(running, false);
                return;
            }
            unrecorded.add(running);
            LOG.log(
                    Level.ERROR,
                    running.label() + ": the end of execution "
                            + running.execution().getExecutionId() + " ("
                            + running.execution().getBatchStatus() + ") could not be recorded; it is kept, and recorded"
                            + " when the database answers again",
                    e);
        }
    }

    /**
     * A stop that comes when the engine has decided how the job ends overwrites its status in memory. The engine looks
     * for a stop until a moment before that, so it is one that was just in time; but it does not hide a failure.
     */
    private static void settleEnd(LiveExecution running) {
        JobExecutionImpl execution = running.execution();
        BatchStatus status = execution.getBatchStatus();
        if (running.endedInQueue()) {
            running.end(BatchStatus.STOPPED);
            return;
        }
        if (running.isBroken()) {
            status = BatchStatus.FAILED;
        }
        BatchStatus stopped = running.failure().isEmpty() ? BatchStatus.STOPPED : BatchStatus.FAILED;
        execution.setBatchStatus(running.end(status == BatchStatus.STOPPING ? stopped : status));
    }

    /** False if another node owns it now. */
    private boolean recordEnd(LiveExecution running) {
        Optional<RunningStep> last = running.lastEnd().map(UnrecordedEnd::step).filter(step -> isPlainEnd(running));
        boolean atOnce = last.isPresent()
                && database.persistentlyAtOnce(running, handle -> AtOnce.complete(handle, running, last.get()));
        Recorded recorded =
                atOnce ? Recorded.ALL : database.persistently(running, handle -> recordEnd(handle, running));
        return settled(running, recorded);
    }

    private boolean isPlainEnd(LiveExecution running) {
        return database.takesAtOnce()
                && running.end(running.execution().getBatchStatus()) == BatchStatus.COMPLETED
                && running.failure().isEmpty()
                && !running.hasStepsLeftOpen();
    }

    /** What of the end of a job and the end of its last step is in the database. */
    private enum Recorded {
        ALL,
        WITHOUT_LAST_STEP,
        NOTHING
    }

    private boolean settled(LiveExecution running, Recorded recorded) {
        if (recorded == Recorded.NOTHING) {
            return false;
        }
        running.lastEnd().ifPresent(last -> stepRecorder.lastStepEnded(running, last, recorded == Recorded.ALL));
        return true;
    }

    /** It is not this node's any more: because its end is recorded already, and the answer was lost, or because of another. */
    private Recorded recordedBefore(Handle handle, LiveExecution running, BatchStatus status) {
        if (!executions.hasEnded(handle, running.execution(), status, running.whyItEnds())) {
            return Recorded.NOTHING;
        }
        boolean stepRecorded = running.lastEnd()
                .map(last -> stepRecorder.isLastEndRecorded(handle, last))
                .orElse(true);
        return stepRecorded ? Recorded.ALL : Recorded.WITHOUT_LAST_STEP;
    }

    private Recorded recordEnd(Handle handle, LiveExecution running) {
        JobExecutionImpl execution = running.execution();
        long id = execution.getExecutionId();
        BatchStatus status = running.end(execution.getBatchStatus());
        String position = status == BatchStatus.STOPPED ? execution.getRestartPosition() : null;
        if (!owners.release(handle, id, running.node())) {
            return recordedBefore(handle, running, status);
        }
        if (running.owesStart()) {
            executions.start(handle, id);
        }
        Optional<String> next = restartOf(handle, running, status);
        String begin = Job.UNRESTARTABLE.equals(position) ? null : position;
        if (next.isPresent()) {
            running.endsBecause(next.get() + reasonOf(running));
            executions.endToGoOn(handle, execution, status, next.get() + reasonOf(running), begin);
        } else {
            running.endsBecause(reasonOf(running));
            executions.end(handle, execution, status, reasonOf(running), begin);
        }
        if (status == BatchStatus.FAILED) {
            running.attempts(Attempts.record(handle, running, reasonOf(running)));
        }
        boolean stepRecorded = running.lastEnd()
                .map(last -> stepRecorder.recordLastEnd(handle, last))
                .orElse(true);
        if (!stepRecorded || running.hasStepsLeftOpen()) {
            owners.closeSteps(handle, id, "FAILED", "The job ended, and the end of this step was not recorded.");
        }
        return stepRecorded ? Recorded.ALL : Recorded.WITHOUT_LAST_STEP;
    }

    /**
     * What was stopped by the server, or failed because the database was away, goes on by itself.
     *
     * @return what is said of that; empty if it ended in its own way
     */
    private Optional<String> restartOf(Handle handle, LiveExecution running, BatchStatus status) {
        long instance = running.execution().getJobInstance().getInstanceId();
        long id = running.execution().getExecutionId();
        if (running.isStoppedByServer() && status == BatchStatus.STOPPED) {
            // Who has recorded that it is to stop has also recorded whether it goes on.
            if (executions.lockStatus(handle, id) != BatchStatus.STOPPING) {
                restarts.planHere(handle, instance, id);
            }
            return Optional.of("");
        }
        boolean stopped = running.execution().isStopRequested() && !running.isStoppedByServer();
        if (status != BatchStatus.FAILED || !running.wasCutOff() || stopped) {
            return Optional.empty();
        }
        Owner owner = new Owner(instance, id, running.node(), true, true);
        String next = takeOvers.planRestart(
                handle,
                owner,
                running.execution().getJobName(),
                running.interruptedSteps(),
                owners.restartsInARow(handle, id));
        return Optional.of("A database was away while it ran. " + next + "\n");
    }

    /** What was thrown first and not routed elsewhere; else what the course knows; empty if nobody knows. */
    private static String reasonOf(LiveExecution running) {
        if (running.execution().getBatchStatus() == BatchStatus.FAILED
                && running.failure().isEmpty()) {
            return running.course()
                    .map(Course::reason)
                    .filter(reason -> !reason.isEmpty())
                    .or(() -> running.thrownWithoutEnd().map(Thrown::toString))
                    .orElse("");
        }
        return running.failure();
    }

    private void ended(LiveExecution running, boolean recorded) {
        long id = running.execution().getExecutionId();
        if (recorded) {
            LOG.log(
                    Level.INFO,
                    running.label() + ": execution " + id + " " + shown(running) + " after "
                            + Text.duration(running.nanosSinceItBegan()) + told(running));
        } else {
            running.warn("execution " + id + " ended " + running.execution().getBatchStatus()
                    + " here, but another node owns it now; nothing of it was recorded");
        }
        BatchStatus status = running.end(running.execution().getBatchStatus());
        if (recorded && status == BatchStatus.COMPLETED && !running.hasSecrets()) {
            running.execution().setBatchStatus(status); // a stop may have come too late
            justCompleted.add(running.execution());
        }
        live.remove(id);
        stepRecorder.forget(running);
        LogThread.executionEnded(id);
        running.ended().complete(recorded);
    }

    private static String told(LiveExecution ended) {
        return ended.attempts().map(attempts -> "; " + attempts).orElse("");
    }

    private static String shown(LiveExecution ended) {
        String status = ended.end(ended.execution().getBatchStatus()).name();
        String exitStatus = ended.execution().getExitStatus();
        return exitStatus == null || ended.endedInQueue() || exitStatus.equals(status)
                ? status
                : status + " (" + Text.line(exitStatus) + ")";
    }

    /** Records the ends that the database could not be told when they came. */
    void recordKeptEnds() {
        for (LiveExecution running : List.copyOf(unrecorded)) {
            try {
                if (!running.isLost()) {
                    stepRecorder.recordLeftEnds(running);
                }
                boolean recorded =
                        !running.isLost() && settled(running, database.apart(handle -> recordEnd(handle, running)));
                LogThread.of(running.execution().getExecutionId(), () -> ended(running, recorded))
                        .run();
                unrecorded.remove(running);
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, running.label() + ": its end cannot be recorded yet", e);
            }
        }
    }

    /** Called on the thread that stops, for an execution that this node runs. */
    void stopRequested(long executionId) {
        LiveExecution running = live.get(executionId);
        if (running == null || running.isLost()) {
            return;
        }
        try {
            boolean first = database.apart(handle -> {
                boolean requested = executions.requestStop(handle, executionId);
                if (requested && running.isStoppedByServer()) {
                    restarts.planHere(
                            handle, running.execution().getJobInstance().getInstanceId(), executionId);
                }
                return requested;
            });
            if (!first) {
                running.stoppedBySomebody();
            }
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The stop of execution " + executionId + " is under way but not recorded", e);
        }
        if (running.endInQueue()) {
            // In memory it stays STOPPING: so the engine does not run it when it comes to it.
            end(running);
        }
    }

    /**
     * Waits for the end of an execution of this node to be recorded.
     *
     * @return whether the execution does not run on this node (any more)
     */
    boolean awaitEnd(long executionId, Duration atMost) {
        LiveExecution running = live.get(executionId);
        if (running == null) {
            return true;
        }
        try {
            running.ended().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("an end is never completed with an exception", e);
        }
    }

    /**
     * Waits for the ends of all executions of this node, which somebody has asked to stop.
     *
     * @return whether nothing runs on this node (any more)
     */
    boolean awaitEnds(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean all = true;
        for (long executionId : live.keySet()) {
            all &= awaitEnd(executionId, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        return all;
    }
}
