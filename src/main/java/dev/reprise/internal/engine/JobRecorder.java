package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.engine.stored.JustCompleted;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.Restarts;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.LogThread;
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
import java.util.function.Consumer;
import org.jberet.runtime.JobExecutionImpl;

/**
 * Records what the job executions do that this node runs, from their start to their end, and what is asked of them on the
 * way (contract.md §4, §6). Thread-safe.
 */
final class JobRecorder {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private final Database database;
    private final JobExecutions executions;
    private final Restarts restarts;
    private final JobEndRecorder endRecorder;
    private final StepRecorder stepRecorder;
    private final StepEndRecorder stepEndRecorder;
    private final Map<Long, LiveExecution> live;
    private final JustCompleted justCompleted;
    private final Optional<ExecutionLogs> logs;
    private final Consumer<String> whenEnded;

    /** Ended, and the database does not know yet. */
    private final Set<LiveExecution> unrecorded = ConcurrentHashMap.newKeySet();

    /**
     * @param live the executions that this node runs, by id
     * @param whenEnded hears of which job an execution has ended; returns at once
     */
    JobRecorder(
            Database database,
            JobExecutions executions,
            Restarts restarts,
            JobEndRecorder endRecorder,
            StepRecorder stepRecorder,
            StepEndRecorder stepEndRecorder,
            Map<Long, LiveExecution> live,
            JustCompleted justCompleted,
            Optional<ExecutionLogs> logs,
            Consumer<String> whenEnded) {
        this.logs = logs;
        this.whenEnded = whenEnded;
        this.justCompleted = justCompleted;
        this.database = database;
        this.executions = executions;
        this.restarts = restarts;
        this.endRecorder = endRecorder;
        this.stepRecorder = stepRecorder;
        this.stepEndRecorder = stepEndRecorder;
        this.live = live;
    }

    /** The engine is about to run the job. Never throws. */
    void start(JobExecutionImpl execution) {
        LiveExecution running = live.get(execution.getExecutionId());
        if (running == null || !running.begin()) {
            return;
        }
        logs.ifPresent(its -> its.begin(execution.getExecutionId()));
        LogThread.jobBegins(execution.getExecutionId());
        if (running.course()
                        .filter(its -> its.elements().beginsWithAPlainStep())
                        .isPresent()
                && !running.isRestart()) {
            running.stage().oweStart();
            logStart(running);
            return;
        }
        try {
            boolean started = database.throughOutages(
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
        if (running.stage().claimEnd()) {
            LogThread.of(running.execution().getExecutionId(), () -> finish(running))
                    .run();
        }
        LogThread.jobEnds(running.execution().getExecutionId());
    }

    private void finish(LiveExecution running) {
        settleEnd(running);
        try {
            if (!running.isLost()) {
                stepEndRecorder.recordLeftEnds(running);
            }
            ended(running, !running.isLost() && endRecorder.record(running));
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
        if (running.stage().endedInQueue()) {
            running.stage().end(BatchStatus.STOPPED);
            return;
        }
        if (running.isBroken()) {
            status = BatchStatus.FAILED;
        }
        BatchStatus stopped = running.failure().isEmpty() ? BatchStatus.STOPPED : BatchStatus.FAILED;
        execution.setBatchStatus(running.stage().end(status == BatchStatus.STOPPING ? stopped : status));
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
        BatchStatus status = running.stage().end(running.execution().getBatchStatus());
        if (recorded && status == BatchStatus.COMPLETED && !running.hasSecrets()) {
            running.execution().setBatchStatus(status); // a stop may have come too late
            justCompleted.add(running.execution());
        }
        live.remove(id);
        stepRecorder.forget(running);
        logs.ifPresent(its -> its.end(id));
        running.ended().complete(recorded);
        whenEnded.accept(running.execution().getJobName());
    }

    private static String told(LiveExecution ended) {
        return ended.attempts().map(attempts -> "; " + attempts).orElse("");
    }

    private static String shown(LiveExecution ended) {
        String status = ended.stage().end(ended.execution().getBatchStatus()).name();
        String exitStatus = ended.execution().getExitStatus();
        return exitStatus == null || ended.stage().endedInQueue() || exitStatus.equals(status)
                ? status
                : status + " (" + Text.line(exitStatus) + ")";
    }

    /** Records the ends that the database could not be told when they came. */
    void recordKeptEnds() {
        for (LiveExecution running : List.copyOf(unrecorded)) {
            try {
                if (!running.isLost()) {
                    stepEndRecorder.recordLeftEnds(running);
                }
                boolean recorded = !running.isLost() && endRecorder.recordLater(running);
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
            boolean first = database.inOwnTransaction(handle -> {
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
        if (running.stage().endInQueue()) {
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
