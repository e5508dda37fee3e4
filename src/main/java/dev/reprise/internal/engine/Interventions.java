package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.Decisions;
import dev.reprise.internal.decide.Subject;
import dev.reprise.internal.decide.TakeOvers;
import dev.reprise.internal.decide.TakeOvers.Outcome;
import dev.reprise.internal.engine.stored.ListedExecutions;
import dev.reprise.internal.store.Closing;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.Owner;
import dev.reprise.internal.store.Owners;
import dev.reprise.internal.store.RunningSteps;
import dev.reprise.log.LogThread;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.runtime.BatchStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import org.jberet.runtime.JobExecutionImpl;

/** What people and the engine do to executions: stop, abandon, take over for a restart. Thread-safe. */
public final class Interventions {

    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private static final String STOPPED_BEFORE = "It was stopped before any node had taken it.";

    private final Database database;
    private final Owners owners;
    private final JobExecutions executions;
    private final RunningSteps runningSteps;
    private final TakeOvers takeOvers;
    private final Decisions decisions;
    private final ListedExecutions listedExecutions;
    private final Map<Long, LiveExecution> live;
    private final Launching launching;
    private final RefusedHere refused;
    private final Scheduled scheduled;

    Interventions(Wiring wiring, Launching launching, RefusedHere refused) {
        this.database = wiring.database;
        this.owners = wiring.owners;
        this.executions = wiring.executions;
        this.runningSteps = wiring.runningSteps;
        this.takeOvers = wiring.takeOvers;
        this.decisions = wiring.decisions;
        this.listedExecutions = wiring.listedExecutions;
        this.live = wiring.live;
        this.launching = launching;
        this.refused = refused;
        this.scheduled = wiring.scheduled;
    }

    void abandon(JobExecutionImpl execution) {
        refused.refuseOthers(execution.getExecutionId());
        launching.awaitEndOfEnding(execution.getExecutionId());
        listedExecutions.forget(execution.getExecutionId());
        try {
            abandonRow(execution.getExecutionId(), execution.getJobName());
        } catch (JobExecutionAlreadyCompleteException | JobExecutionIsRunningException e) {
            // The engine has set another one.
            execution.setBatchStatus(database.read(handle -> executions.status(handle, execution.getExecutionId())));
            throw e;
        }
        execution.setBatchStatus(BatchStatus.ABANDONED); // its own end may have come between
    }

    /**
     * Gives up an execution that this node does not run, whichever application's it is: its row is all that there is of it.
     *
     * @param jobName its job
     * @throws JobExecutionIsRunningException if a node runs it
     * @throws JobExecutionAlreadyCompleteException if there is nothing to give up
     */
    public void abandonRow(long id, String jobName) {
        if (!database.inOwnTransaction(handle -> executions.abandon(handle, id))) {
            if (database.read(handle -> executions.status(handle, id)) == BatchStatus.COMPLETED) {
                throw new JobExecutionAlreadyCompleteException("Execution " + id
                        + " is COMPLETED, so there is nothing to abandon: its instance does not run again anyway.");
            }
            throw new JobExecutionIsRunningException(
                    "Execution " + id + " runs, so it cannot be abandoned. Stop it first.");
        }
        LOG.log(Level.INFO, "Execution {0,number,#} of {1} was abandoned", id, jobName);
        scheduled.ended(jobName);
    }

    /** The engine found an execution running that this JVM does not run, and wants to restart it. */
    void takeOverForRestart(JobExecutionImpl execution) {
        LiveExecution running = live.get(execution.getExecutionId());
        if (running != null) {
            // jberet.restart.mode=force has set the status of the very object that runs.
            execution.setBatchStatus(BatchStatus.STARTED);
        }
        long instanceId = execution.getJobInstance().getInstanceId();
        Subject subject =
                new Subject(execution.getJobName(), launching.stored(execution).parameters(), true);
        try {
            refused.refuseOthers(execution, subject.parameters());
        } catch (LaunchRefusedException e) {
            throw new JobRestartException(e);
        }
        Owner owner = database.read(handle -> owners.of(handle, instanceId)).orElse(null);
        if (owner != null && owners.mayTakeOver(owner) && takeOvers.takeOver(owner) != Outcome.LOCKED) {
            return;
        }
        Refusal refusal = decisions.inTheWay(instanceId, owner, subject);
        if (refusal != null) {
            throw new JobRestartException(new LaunchRefusedException(refusal));
        }
    }

    void stop(JobExecutionImpl execution) {
        stop(execution.getExecutionId());
    }

    /**
     * Asks an execution to stop, on whichever node it runs; one that waits for a node has ended then.
     *
     * @throws JobExecutionNotRunningException if it does not run
     */
    public void stop(long id) {
        refused.refuseOthers(id);
        boolean requested = database.inOwnTransaction(handle -> {
            Optional<Owner> waits = owners.lock(handle, id);
            boolean running = executions.requestStop(handle, id);
            runningSteps.requestStop(handle, id);
            waits.ifPresent(its -> Closing.execution(handle, its, STOPPED_BEFORE));
            return running;
        });
        if (!requested && !live.containsKey(id)) {
            BatchStatus status = database.read(handle -> executions.status(handle, id));
            if (status != BatchStatus.STOPPED && status != BatchStatus.STOPPING) {
                throw new JobExecutionNotRunningException("Execution " + id + " does not run: it is " + status + ".");
            }
        }
    }
}
