package dev.reprise.internal.engine;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.decide.LaunchParameters;
import dev.reprise.internal.decide.Subject;
import dev.reprise.internal.store.ExecutionParameters;
import dev.reprise.internal.store.JobExecutionRow;
import dev.reprise.internal.store.Stored;
import dev.reprise.internal.store.Waiting;
import dev.reprise.internal.store.Work.Definition;
import dev.reprise.job.JobModel;
import dev.reprise.state.NodeIdentity;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.spi.BatchEnvironment;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Executions that any node may have launched, as this one has to run them, or partitions of them: from what is recorded. Thread-safe. */
final class LaunchedElsewhere {

    private static final Logger LOG = System.getLogger(DispatchedHere.class.getName());

    private final Wiring wiring;

    LaunchedElsewhere(Wiring wiring) {
        this.wiring = wiring;
    }

    /**
     * An execution that this node is to run.
     *
     * @param original the one that it restarts; null for the first of its instance
     */
    record Prepared(LiveExecution execution, @Nullable JobExecutionImpl original) {}

    /**
     * The job that was launched, if this node has it as it was then.
     *
     * @param environments where a job of this deployment runs, by its name
     */
    Optional<Job> job(Definition launched, Function<String, BatchEnvironment> environments) {
        try {
            Job job = EngineOperator.job(environments.apply(launched.jobName()), launched.jobName());
            wiring.jobs.putIfAbsent(launched.jobName(), job); // to be read once, and not for each
            String digest = launched.digest();
            return digest == null
                            || wiring.definitions.of(new JobModel(job)).digest().equals(digest)
                    ? Optional.of(job)
                    : Optional.empty();
        } catch (RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "What waits of job {0} waits for another node: this one cannot read the job: {1}",
                    launched.jobName(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    /** Makes an execution ready to run; empty, with a warning, if this node cannot open its secrets. */
    Optional<Prepared> prepare(Handle handle, Waiting.Execution waiting, Job job, NodeIdentity node) {
        JobExecutionImpl stored = wiring.loaded
                .find(handle, waiting.id())
                .orElseThrow(() -> new IllegalStateException("There is no execution " + waiting.id()));
        JobExecutionImpl original = original(handle, waiting, stored.getRestartPosition());
        return live(stored, job, node, waiting.identityNone(), original != null).map(live -> {
            live.execution().getJobInstance().addJobExecution(live.execution());
            return new Prepared(live, original);
        });
    }

    /**
     * An execution as its rows have it, to be run by this node, or a part of it; empty, with a warning, if this node cannot open
     * its secrets.
     *
     * @param identityNone whether it has no identity
     * @param restart whether it restarts another one
     */
    Optional<LiveExecution> live(
            JobExecutionImpl stored, Job job, NodeIdentity node, boolean identityNone, boolean restart) {
        JobParameters parameters = Optional.ofNullable(wiring.loaded.known(stored))
                .map(Stored::parameters)
                .orElse(ExecutionParameters.NONE);
        List<String> faults = new ArrayList<>();
        Properties opened = wiring.secrets.opened(job.getId(), parameters, parameters.toShownProperties(), faults);
        if (!faults.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "Execution {0,number,#} of {1} waits for another node: {2}",
                    stored.getExecutionId(),
                    job.getId(),
                    String.join("; ", faults));
            return Optional.empty();
        }
        Properties properties = LaunchParameters.forTheJob(ExecutionParameters.NONE, new Properties());
        properties.putAll(opened);
        JobInstanceImpl instance = new JobInstanceImpl(job, wiring.name, job.getId());
        instance.setId(stored.getJobInstance().getInstanceId());
        JobExecutionImpl execution = new JobExecutionImpl(instance, properties);
        execution.setId(stored.getExecutionId());
        execution.setUser(stored.getUser());
        LiveExecution live = new LiveExecution(
                execution, node, Subject.label(job.getId(), parameters), identityNone, restart, wiring.application);
        live.keepSecret(parameters.byName().entrySet().stream()
                .filter(parameter -> parameter.getValue().secret())
                .map(parameter -> opened.getProperty(parameter.getKey()))
                .toList());
        return Optional.of(live);
    }

    /** What was the last of the instance when it was launched. */
    private @Nullable JobExecutionImpl original(Handle handle, Waiting.Execution waiting, @Nullable String beginsAt) {
        return wiring.executions
                .previous(handle, waiting.instanceId(), waiting.id())
                .map(JobExecutionRow::id)
                .flatMap(before -> wiring.loaded.find(handle, before))
                .map(before -> {
                    before.setRestartPosition(beginsAt);
                    return before;
                })
                .orElse(null);
    }
}
