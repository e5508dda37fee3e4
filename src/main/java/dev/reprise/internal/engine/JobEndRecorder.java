package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.TakeOvers;
import dev.reprise.internal.engine.reason.Thrown;
import dev.reprise.internal.store.AtOnce;
import dev.reprise.internal.store.AttemptRows;
import dev.reprise.internal.store.Closing;
import dev.reprise.internal.store.JobEnd;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.Owner;
import dev.reprise.internal.store.Owners;
import dev.reprise.internal.store.Restarts;
import jakarta.batch.runtime.BatchStatus;
import java.util.Optional;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Records how job executions end: with their last step, why, and whether they go on by themselves. Thread-safe. */
final class JobEndRecorder {

    private final Database database;
    private final Owners owners;
    private final JobExecutions executions;
    private final Restarts restarts;
    private final TakeOvers takeOvers;
    private final StepEndRecorder stepEndRecorder;

    JobEndRecorder(
            Database database,
            Owners owners,
            JobExecutions executions,
            Restarts restarts,
            TakeOvers takeOvers,
            StepEndRecorder stepEndRecorder) {
        this.database = database;
        this.owners = owners;
        this.executions = executions;
        this.restarts = restarts;
        this.takeOvers = takeOvers;
        this.stepEndRecorder = stepEndRecorder;
    }

    /** False if another node owns it now. */
    boolean record(LiveExecution running) {
        Optional<RunningStep> last = running.lastEnd().map(UnrecordedEnd::step).filter(step -> isPlainEnd(running));
        boolean atOnce = last.isPresent()
                && database.mustRecordInOneRoundTrip(
                        running,
                        handle -> AtOnce.complete(
                                handle, end(running, BatchStatus.COMPLETED, "", null), running.node(), last.get()));
        Recorded recorded = atOnce ? Recorded.ALL : database.mustRecord(running, handle -> record(handle, running));
        return settled(running, recorded);
    }

    /** One that could not be recorded when it came; false if another node owns it now. */
    boolean recordLater(LiveExecution running) {
        return settled(running, database.inOwnTransaction(handle -> record(handle, running)));
    }

    private boolean isPlainEnd(LiveExecution running) {
        return database.takesSeveralInOneRoundTrip()
                && running.stage().end(running.execution().getBatchStatus()) == BatchStatus.COMPLETED
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
        running.lastEnd().ifPresent(last -> stepEndRecorder.lastStepEnded(running, last, recorded == Recorded.ALL));
        return true;
    }

    private static JobEnd end(
            LiveExecution running, BatchStatus status, String message, @Nullable String restartPosition) {
        JobExecutionImpl execution = running.execution();
        return new JobEnd(execution.getExecutionId(), status, execution.getExitStatus(), message, restartPosition);
    }

    /** It is not this node's any more: because its end is recorded already, and the answer was lost, or because of another. */
    private Recorded recordedBefore(Handle handle, LiveExecution running, BatchStatus status) {
        if (!executions.hasEnded(handle, end(running, status, running.whyItEnds(), null))) {
            return Recorded.NOTHING;
        }
        boolean stepRecorded = running.lastEnd()
                .map(last -> stepEndRecorder.isLastEndRecorded(handle, last))
                .orElse(true);
        return stepRecorded ? Recorded.ALL : Recorded.WITHOUT_LAST_STEP;
    }

    private Recorded record(Handle handle, LiveExecution running) {
        JobExecutionImpl execution = running.execution();
        long id = execution.getExecutionId();
        BatchStatus status = running.stage().end(execution.getBatchStatus());
        String position = status == BatchStatus.STOPPED ? execution.getRestartPosition() : null;
        if (!owners.release(handle, id, running.node())) {
            return recordedBefore(handle, running, status);
        }
        if (running.stage().owesStart()) {
            executions.start(handle, id);
        }
        Optional<String> next = restartOf(handle, running, status);
        String begin = Job.UNRESTARTABLE.equals(position) ? null : position;
        if (next.isPresent()) {
            running.endsBecause(next.get() + reasonOf(running));
            executions.endToGoOn(handle, end(running, status, next.get() + reasonOf(running), begin));
        } else {
            running.endsBecause(reasonOf(running));
            executions.end(handle, end(running, status, reasonOf(running), begin));
        }
        if (status == BatchStatus.FAILED) {
            running.attempts(AttemptRows.record(
                    handle, execution.getJobInstance().getInstanceId(), id, running.isRestart(), reasonOf(running)));
        }
        boolean stepRecorded = running.lastEnd()
                .map(last -> stepEndRecorder.recordLastEnd(handle, last))
                .orElse(true);
        if (!stepRecorded || running.hasStepsLeftOpen()) {
            Closing.steps(handle, id, "FAILED", "The job ended, and the end of this step was not recorded.");
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
                running.steps().interrupted(),
                Closing.restartsInARow(handle, id));
        return Optional.of("A database was away while it ran. " + next + "\n");
    }

    /** What was thrown first and not routed elsewhere; else what the course knows; empty if nobody knows. */
    private static String reasonOf(LiveExecution running) {
        if (running.execution().getBatchStatus() == BatchStatus.FAILED
                && running.failure().isEmpty()) {
            return running.course()
                    .map(Course::reason)
                    .filter(reason -> !reason.isEmpty())
                    .or(() -> running.steps().thrownWithoutEnd().map(Thrown::toString))
                    .orElse("");
        }
        return running.failure();
    }
}
