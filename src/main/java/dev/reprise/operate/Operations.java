package dev.reprise.operate;

import dev.reprise.access.Access.Subject;
import dev.reprise.access.Action;
import dev.reprise.access.Caller;
import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.Acknowledgements;
import dev.reprise.launch.JobLauncher;
import dev.reprise.log.OneLine;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.PurgeSummary;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Stops and abandons executions and purges history on behalf of a caller: with its role checked, and on record. To launch
 * and restart is {@link JobLauncher}'s. Thread-safe.
 */
@ApplicationScoped
public class Operations {

    private final Supplier<RepriseRepository> repositories;

    @Inject
    public Operations(Supplier<RepriseRepository> repositories) {
        this.repositories = repositories;
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    Operations() {
        this.repositories = null;
    }

    /**
     * Asks a running execution to stop, on whichever node it runs. It is STOPPING until its step has come to a halt.
     *
     * @throws NoSuchJobExecutionException if there is none with that id
     * @throws dev.reprise.state.LaunchRefusedException if it is another application's
     * @throws JobExecutionNotRunningException if it does not run
     */
    public void stop(long executionId) {
        change(Action.STOP, executionId, job -> {
            if (isOperatorsOwn(job)) {
                BatchRuntime.getJobOperator().stop(executionId);
            } else {
                repositories.get().interventions().stop(executionId);
            }
        });
    }

    /**
     * Gives an execution up for good: its instance can never run again.
     *
     * @throws NoSuchJobExecutionException if there is none with that id
     * @throws dev.reprise.state.LaunchRefusedException if it is another application's
     * @throws JobExecutionIsRunningException if it runs: stop it first
     * @throws JobExecutionAlreadyCompleteException if it is COMPLETED, and its instance has an identity
     */
    public void abandon(long executionId) {
        change(Action.ABANDON, executionId, job -> {
            if (isOperatorsOwn(job)) {
                BatchRuntime.getJobOperator().abandon(executionId);
            } else {
                repositories.get().interventions().abandonRow(executionId, String.valueOf(job));
            }
        });
    }

    /**
     * Records that the caller knows of what needs a person: until then nobody need be told again.
     *
     * @param key of the matter
     * @param job whose it is; null if it is no job's
     * @param executionId the newest that it has met; null for none
     * @param note what is known of it, {@value Acknowledgements#LONGEST_NOTE} characters at most; null for nothing
     */
    public void acknowledge(
            String key, @Nullable String job, @Nullable Long executionId, @Nullable String note, Instant until) {
        RepriseRepository repository = repositories.get();
        String user = repository.access().caller().map(Caller::user).orElse("");
        acknowledge(
                job,
                executionId,
                () -> repository.acknowledgements().add(key, job, user, note, until),
                "until " + until + (note == null ? "" : ": " + OneLine.of(note)));
    }

    /** Takes back that anybody knows of it. */
    public void acknowledgeNoMore(String key, @Nullable String job, @Nullable Long executionId) {
        acknowledge(
                job, executionId, () -> repositories.get().acknowledgements().remove(key), "no more");
    }

    private void acknowledge(@Nullable String job, @Nullable Long executionId, Runnable work, String detail) {
        Subject subject = new Subject(job, null, executionId);
        repositories
                .get()
                .access()
                .change(
                        Action.ACKNOWLEDGE,
                        subject,
                        () -> {
                            work.run();
                            return Boolean.TRUE;
                        },
                        done -> subject,
                        done -> detail);
    }

    /**
     * Removes history, on this thread, in many small transactions with pauses between them: a million executions take
     * minutes. What runs or is launched meanwhile hardly notices. It ends early if the thread is interrupted; whatever ended
     * it, the same request again does the rest.
     *
     * @return what has gone, and what was spared and why; or what would be, in a dry run
     * @throws IllegalArgumentException if the request makes no sense, with what to write
     */
    public PurgeSummary purge(PurgeRequest request) {
        RepriseRepository repository = repositories.get();
        Subject subject = Subject.ofHistory(request.job());
        return repository
                .access()
                .change(
                        Action.PURGE,
                        subject,
                        () -> {
                            try (Purge purge = new Purge(
                                    repository.purges(), repository.history(), repository.server(), request)) {
                                return purge.run(repository.purges().beginning());
                            }
                        },
                        summary -> subject,
                        PurgeSummary::text);
    }

    /**
     * WildFly's operator knows no execution of a job that is not deployed here, as of an application that this one shares
     * with. Of those nothing runs here.
     */
    private static boolean isOperatorsOwn(@Nullable String job) {
        return job == null || EngineOperator.jobNames().contains(job);
    }

    private void change(Action action, long executionId, Consumer<@Nullable String> work) {
        RepriseRepository repository = repositories.get();
        Subject subject = subject(repository.getJobExecution(executionId), executionId);
        repository
                .access()
                .change(
                        action,
                        subject,
                        () -> {
                            repository.refused().refuseOthers(executionId);
                            work.accept(subject.job());
                            return subject;
                        },
                        same -> same);
    }

    private static Subject subject(@Nullable JobExecution execution, long executionId) {
        return execution == null
                ? new Subject(null, null, executionId)
                : new Subject(execution.getJobName(), EngineOperator.instanceOf(execution), executionId);
    }
}
