package dev.reprise.internal.store;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.state.StoredSecret;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** The SQL of the parameters of job executions, and which of their values are encrypted. */
public final class ExecutionParameters {

    private static final String INSERT_PARAMETER = """
            insert into BATCH_JOB_EXECUTION_PARAMS
                (JOB_EXECUTION_ID, PARAMETER_NAME, PARAMETER_TYPE, PARAMETER_VALUE, IDENTIFYING)
            values (:execution, :name, 'java.lang.String', :value, :identifying)""";

    private static final String PARAMETERS = """
            select JOB_EXECUTION_ID, PARAMETER_NAME, PARAMETER_VALUE, IDENTIFYING
              from BATCH_JOB_EXECUTION_PARAMS where JOB_EXECUTION_ID in (<executions>)""";

    public static final JobParameters NONE = new JobParameters(new TreeMap<>());

    private final Secrets secrets;

    public ExecutionParameters(Secrets secrets) {
        this.secrets = secrets;
    }

    /** Inserts what an execution is launched with. */
    void insert(Handle handle, long executionId, Launch launch) {
        if (launch.parameters().byName().isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch(INSERT_PARAMETER);
        launch.parameters()
                .byName()
                .forEach((name, parameter) -> batch.bind("execution", executionId)
                        .bind("name", name)
                        .bind("value", stored(launch.jobName(), name, parameter))
                        .bind("identifying", parameter.identifying() ? "Y" : "N")
                        .add());
        batch.execute();
    }

    /** The value of a parameter as the table has it. */
    String stored(String job, String name, JobParameter parameter) {
        return parameter.secret() ? secrets.encrypted(job, name, parameter.value()) : parameter.value();
    }

    /** As they are stored: a secret one is encrypted. */
    public static JobParameters of(Handle handle, long executionId) {
        return of(handle, List.of(executionId)).getOrDefault(executionId, NONE);
    }

    /** Those of several executions that have some, by the id of the execution; see {@link #of(Handle, long)}. */
    public static Map<Long, JobParameters> of(Handle handle, List<Long> executions) {
        Map<Long, SortedMap<String, JobParameter>> found = new HashMap<>();
        handle.createQuery(PARAMETERS)
                .bindList("executions", executions)
                .map((row, context) -> {
                    String value = Optional.ofNullable(row.getString(3)).orElse("");
                    boolean secret = StoredSecret.is(value);
                    return found.computeIfAbsent(row.getLong(1), id -> new TreeMap<>())
                            .put(
                                    row.getString(2),
                                    new JobParameter(value, !secret && "Y".equals(row.getString(4)), secret));
                })
                .list();
        Map<Long, JobParameters> parameters = new HashMap<>();
        found.forEach((id, byName) -> parameters.put(id, new JobParameters(byName)));
        return parameters;
    }
}
