package dev.reprise.internal.engine.stored;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.store.ExecutionParameters;
import dev.reprise.internal.store.JobExecutionRow;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.JobInstanceRow;
import dev.reprise.internal.store.Stored;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.WeakHashMap;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Rows of job executions as objects of the engine's, which are not this node's to change. Thread-safe. */
public final class LoadedExecutions {

    private final JobExecutions executions;

    /**
     * Of executions that were loaded, as long as somebody holds them. Two objects of one execution are equal, so what is put
     * here is whole.
     */
    private final Map<JobExecutionImpl, Stored> loaded = Collections.synchronizedMap(new WeakHashMap<>());

    public LoadedExecutions(JobExecutions executions) {
        this.executions = executions;
    }

    /** What is stored of an execution that was loaded here; null if it was forgotten meanwhile, or never loaded. */
    @Nullable
    public Stored known(JobExecutionImpl execution) {
        return loaded.get(execution);
    }

    /** The application whose an execution is that was loaded here; empty of one that runs here, or is nobody's. */
    public Optional<String> applicationOf(JobExecutionImpl execution) {
        return loaded.containsKey(execution)
                ? Optional.ofNullable(execution.getJobInstance().getApplicationName())
                : Optional.empty();
    }

    /** With an empty list of steps. */
    public Optional<JobExecutionImpl> find(Handle handle, long executionId) {
        return executions
                .find(handle, executionId)
                .map(row -> withParameters(handle, List.of(row)).get(0));
    }

    /** Several executions, in no order, as {@link #find(Handle, long)} loads one. */
    public List<JobExecutionImpl> find(Handle handle, List<Long> executionIds) {
        return withParameters(handle, executions.find(handle, executionIds));
    }

    /** The newest executions of an instance, ascending by id. */
    public List<JobExecutionImpl> ofInstance(Handle handle, long instanceId, int limit) {
        List<JobExecutionRow> rows = new ArrayList<>(executions.ofInstance(handle, instanceId, limit));
        Collections.reverse(rows);
        return withParameters(handle, rows);
    }

    /** The same execution as an object of its own. */
    public JobExecutionImpl copy(JobExecutionImpl stored) {
        JobInstanceImpl instance =
                new JobInstanceImpl(null, stored.getJobInstance().getApplicationName(), stored.getJobName());
        instance.setId(stored.getJobInstance().getInstanceId());
        JobExecutionImpl copy = copy(stored, instance, new Properties());
        instance.addJobExecution(copy);
        add(copy, loaded.getOrDefault(stored, Stored.NOTHING));
        return copy;
    }

    /** The same execution as an object of its own for {@link RestartCall}: its parameters are known here alone. */
    public JobExecutionImpl withoutParameters(JobExecutionImpl stored) {
        JobInstanceImpl of = stored.getJobInstance();
        JobInstanceImpl instance =
                new JobInstanceImpl(of.getUnsubstitutedJob(), of.getApplicationName(), stored.getJobName());
        instance.setId(of.getInstanceId());
        JobExecutionImpl copy = copy(stored, instance, null);
        instance.addJobExecution(copy);
        Stored known = loaded.get(stored);
        if (known != null) {
            loaded.put(copy, known);
        }
        return copy;
    }

    private static JobExecutionImpl copy(
            JobExecutionImpl stored, JobInstanceImpl instance, @Nullable Properties parameters) {
        JobExecutionImpl copy = new JobExecutionImpl(
                instance,
                stored.getExecutionId(),
                parameters,
                stored.getCreateTime(),
                stored.getStartTime(),
                stored.getEndTime(),
                stored.getLastUpdatedTime(),
                stored.getBatchStatus().name(),
                stored.getExitStatus(),
                null);
        copy.setUser(stored.getUser());
        copy.setRestartPosition(stored.getRestartPosition());
        return copy;
    }

    private List<JobExecutionImpl> withParameters(Handle handle, List<JobExecutionRow> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        Map<Long, JobParameters> found = ExecutionParameters.of(
                handle, rows.stream().map(JobExecutionRow::id).toList());
        List<JobExecutionImpl> objects = new ArrayList<>();
        for (JobExecutionRow row : rows) {
            JobExecutionImpl execution = execution(row);
            JobParameters its = found.getOrDefault(row.id(), ExecutionParameters.NONE);
            add(execution, new Stored(its, row.definition()));
            objects.add(execution);
        }
        return objects;
    }

    private void add(JobExecutionImpl execution, Stored stored) {
        stored.parameters().byName().forEach((name, parameter) -> execution.addJobParameter(name, parameter.shown()));
        loaded.put(execution, stored);
    }

    private static JobExecutionImpl execution(JobExecutionRow row) {
        JobInstanceImpl instance = instance(row.instance());
        JobExecutionImpl execution = new JobExecutionImpl(
                instance,
                row.id(),
                new Properties(),
                row.created(),
                row.started(),
                row.ended(),
                row.updated(),
                row.status().name(),
                row.exitStatus(),
                null);
        execution.setUser(row.submitter());
        execution.setRestartPosition(row.restartPosition());
        instance.addJobExecution(execution);
        return execution;
    }

    public static JobInstanceImpl instance(JobInstanceRow row) {
        JobInstanceImpl instance = new JobInstanceImpl(null, row.application(), row.job());
        instance.setId(row.id());
        return instance;
    }
}
