package dev.reprise.launch;

import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.job.JobModel;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionNotMostRecentException;
import jakarta.batch.operations.JobRestartException;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import java.util.List;
import java.util.Properties;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Starts what never ran and restarts what failed or was stopped: decides anew while others change the same instance. */
final class LaunchRounds {

    /** Each further round means that somebody else launched, stopped or ended the same instance in between. */
    private static final int ROUNDS = 50;

    private LaunchRounds() {}

    /**
     * Starts or restarts what the request asks for, and returns the id of the execution.
     *
     * @throws LaunchRefusedException if nothing is to run
     */
    static long launch(LaunchRequest request) {
        Refusal noSuchJob = DeployedJobs.noSuchJob(request.job());
        if (noSuchJob != null) {
            throw new LaunchRefusedException(noSuchJob);
        }
        if (!request.isNext()) {
            return startOrRestart(request, request.properties());
        }
        long runId = nextRunId(request.job());
        for (int round = 0; ; round++) {
            Properties properties = request.properties();
            properties.setProperty(JobLauncher.RUN_ID, String.valueOf(runId));
            try {
                return EngineOperator.start(request.job(), properties);
            } catch (LaunchRefusedException e) {
                // Somebody took that number: take the one after.
                if (round == ROUNDS || e.refusal().instanceId() == null) {
                    throw e;
                }
                runId++;
            }
        }
    }

    private static long startOrRestart(LaunchRequest request, Properties properties) {
        for (int round = 0; ; round++) {
            try {
                return EngineOperator.start(request.job(), properties);
            } catch (LaunchRefusedException e) {
                Refusal refusal = e.refusal();
                Long inTheWay = refusal.executionId();
                if (inTheWay != null && refusal.kind() == Kind.ALREADY_RUNNING && request.attaches()) {
                    return inTheWay;
                }
                if (inTheWay == null || refusal.kind() != Kind.RESTART_INSTEAD || round == ROUNDS) {
                    throw e;
                }
                Long restarted = restart(inTheWay, properties, request.attaches());
                if (restarted != null) {
                    return restarted;
                }
            }
        }
    }

    /** Restarts an execution, or returns null if its instance has changed meanwhile: decide anew. */
    static @Nullable Long restart(long executionId, Properties properties, boolean attach) {
        return restart(executionId, attach, () -> EngineOperator.restart(executionId, properties));
    }

    /** The same for nobody who asks. */
    static @Nullable Long restartForNobody(long executionId) {
        return restart(executionId, true, () -> EngineOperator.restartForNobody(executionId));
    }

    private static @Nullable Long restart(long executionId, boolean attach, LongSupplier engine) {
        EngineOperator.repository().refused().refuseWhatStillEndsHere(executionId);
        try {
            return engine.getAsLong();
        } catch (JobExecutionAlreadyCompleteException | JobExecutionNotMostRecentException e) {
            return null;
        } catch (JobRestartException e) {
            if (!(e.getCause() instanceof LaunchRefusedException refused)) {
                throw e;
            }
            Refusal refusal = refused.refusal();
            return switch (refusal.kind()) {
                case NOT_THE_LAST, RESTART_INSTEAD -> null;
                case ALREADY_RUNNING -> {
                    Long running = refusal.executionId();
                    if (attach && running != null) {
                        yield running;
                    }
                    throw refused;
                }
                case NO_SUCH_JOB,
                        INVALID_JOB,
                        INVALID_PARAMETERS,
                        OTHER_APPLICATION,
                        ALREADY_COMPLETE,
                        ABANDONED,
                        UNKNOWN_STATE,
                        NOT_RESTARTABLE,
                        DEFINITION_CHANGED,
                        NODE_UNAVAILABLE -> throw refused;
            };
        }
    }

    /** The instance has gone on since, or is complete: what the engine says before the repository is asked. */
    static Refusal notTheLast(JobExecution execution) {
        boolean complete = execution.getBatchStatus() == BatchStatus.COMPLETED;
        String which = execution.getJobName() + ": execution " + execution.getExecutionId();
        return new Refusal(
                complete ? Kind.ALREADY_COMPLETE : Kind.NOT_THE_LAST,
                execution.getJobName(),
                EngineOperator.instanceOf(execution),
                execution.getExecutionId(),
                null,
                List.of(),
                complete
                        ? which + " is COMPLETED, and completes once. Launch the job with another identifying parameter"
                                + " to run it again."
                        : which + " is not the last of its instance any more. Restart the last one.");
    }

    /** Each start would be another instance, and a tick that is tried again would run twice. */
    static void refuseTickWithoutIdentity(String job) {
        Refusal noSuchJob = DeployedJobs.noSuchJob(job);
        if (noSuchJob != null) {
            throw new LaunchRefusedException(noSuchJob);
        }
        JobModel started = EngineOperator.started(job);
        JobModel model = started == null ? EngineOperator.read(job) : started;
        boolean none = EngineOperator.repository().rules() instanceof DeploymentRules its
                ? its.isIdentityNone(model.definition())
                : model.definition().identityNone();
        if (none) {
            throw new LaunchRefusedException(new Refusal(
                    Kind.INVALID_JOB,
                    job,
                    null,
                    null,
                    null,
                    List.of(),
                    job
                            + " has a schedule and reprise.identity=none, so that nothing would keep a tick from running twice."
                            + " Take one of the two away."));
        }
    }

    /** One more than the newest instance's, or 1. */
    static long nextRunId(String job) {
        return EngineOperator.repository()
                .recorded()
                .newestValueOf(job, JobLauncher.RUN_ID)
                .filter(value -> value.matches("\\d{1,18}"))
                .map(value -> Long.parseLong(value) + 1)
                .orElse(1L);
    }
}
