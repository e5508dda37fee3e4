package dev.reprise.operate;

import dev.reprise.access.Access;
import dev.reprise.access.Access.Subject;
import dev.reprise.access.Action;
import dev.reprise.launch.JobLauncher;
import dev.reprise.repository.RepriseRepository;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.jberet.runtime.JobExecutionImpl;
import org.jspecify.annotations.Nullable;

/**
 * Stops and abandons executions on behalf of a caller: with its role checked, and on record. To launch and restart is
 * {@link JobLauncher}'s. Thread-safe.
 */
@ApplicationScoped
public class Operations {

    private final JobLauncher launcher;

    @Inject
    public Operations(JobLauncher launcher) {
        this.launcher = launcher;
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    Operations() {
        this.launcher = null;
    }

    /**
     * Asks a running execution to stop, on whichever node it runs. It is STOPPING until its step has come to a halt.
     *
     * @throws NoSuchJobExecutionException if there is none with that id
     * @throws JobExecutionNotRunningException if it does not run
     */
    public void stop(long executionId) {
        change(Action.STOP, executionId, () -> BatchRuntime.getJobOperator().stop(executionId));
    }

    /**
     * Gives an execution up for good: its instance can never run again.
     *
     * @throws NoSuchJobExecutionException if there is none with that id
     * @throws JobExecutionIsRunningException if it runs: stop it first
     */
    public void abandon(long executionId) {
        change(Action.ABANDON, executionId, () -> BatchRuntime.getJobOperator().abandon(executionId));
    }

    private void change(Action action, long executionId, Runnable work) {
        RepriseRepository repository = launcher.repository();
        Subject subject = subject(repository.getJobExecution(executionId), executionId);
        Access.change(
                action,
                subject,
                repository.audit(),
                () -> {
                    work.run();
                    return subject;
                },
                same -> same);
    }

    private static Subject subject(@Nullable JobExecution execution, long executionId) {
        return execution instanceof JobExecutionImpl found
                ? new Subject(found.getJobName(), found.getJobInstance().getInstanceId(), executionId)
                : new Subject(null, null, executionId);
    }
}
