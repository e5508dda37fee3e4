package dev.reprise.internal.store;

import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/** The SQL of job instances. Every method uses the handle of its caller. */
public final class JobInstances {

    /** One statement, because an execution and its owner come and go together. */
    private static final String STATES = """
            select e.JOB_EXECUTION_ID, e.STATUS, e.END_TIME, o.JOB_EXECUTION_ID as OWNED
              from BATCH_JOB_EXECUTION e
              left join REPRISE_OWNER o on o.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
             where e.JOB_INSTANCE_ID = :instance
             order by e.JOB_EXECUTION_ID""";

    private static final String PURGED = """
            select REPRISE_FINAL_EXECUTION, REPRISE_FINAL_STATUS, REPRISE_FINAL_TIME
              from BATCH_JOB_INSTANCE
             where JOB_INSTANCE_ID = :instance and REPRISE_FINAL_STATUS is not null""";

    private static final String FIND_INSTANCE = """
            select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE where JOB_NAME = :job and JOB_KEY = :key""";

    /** Those of which an execution was recorded: a launch that came no further has launched nothing. */
    private static final String LAUNCHED_INSTANCES = """
            select i.JOB_KEY, i.JOB_INSTANCE_ID from BATCH_JOB_INSTANCE i
             where i.JOB_NAME = :job and i.JOB_KEY in (<keys>) and i.REPRISE_APPLICATION = :application
               and (i.REPRISE_FINAL_STATUS is not null
                    or exists (select 1 from BATCH_JOB_EXECUTION e where e.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID))""";

    private static final int AT_ONCE = 500;

    private static final String INSTANCE = """
            select JOB_INSTANCE_ID, JOB_NAME, REPRISE_APPLICATION from BATCH_JOB_INSTANCE
             where JOB_INSTANCE_ID = :instance""";

    private static final String NEWEST_INSTANCES_OF_ONE = """
            select JOB_INSTANCE_ID, JOB_NAME, REPRISE_APPLICATION from BATCH_JOB_INSTANCE
             where REPRISE_APPLICATION between :scope and :scope and JOB_NAME between :job and :job
             order by REPRISE_APPLICATION desc, JOB_NAME desc, JOB_INSTANCE_ID desc
             fetch first :upTo rows only""";

    private static final String NEWEST_INSTANCES = """
            select * from (
            <each>) i
             order by JOB_INSTANCE_ID desc
            offset :offset rows fetch next :limit rows only""";

    private static final String APPLICATION_OF_EXECUTION = """
            select i.JOB_INSTANCE_ID, i.JOB_NAME, coalesce(i.REPRISE_APPLICATION, '')
              from BATCH_JOB_EXECUTION e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
             where e.JOB_EXECUTION_ID = :execution""";

    private static final String APPLICATION_OF_INSTANCE = """
            select JOB_INSTANCE_ID, JOB_NAME, coalesce(REPRISE_APPLICATION, '')
              from BATCH_JOB_INSTANCE where JOB_INSTANCE_ID = :instance""";

    private static final String NEWEST_HUNDRED_OF_ONE = """
            select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
             where REPRISE_APPLICATION between :scope and :scope and JOB_NAME between :job and :job
             order by REPRISE_APPLICATION desc, JOB_NAME desc, JOB_INSTANCE_ID desc
             fetch first 100 rows only""";

    /**
     * Looks at a bounded number of instances, however many there are: also at those of other applications, with which a
     * number would collide.
     */
    private static final String NEWEST_RUN_ID = """
            select p.PARAMETER_VALUE
              from (
            (select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
              where JOB_NAME = :job
              order by JOB_INSTANCE_ID desc
              fetch first 100 rows only)
            union all
            <each>) i
              join BATCH_JOB_EXECUTION e on e.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID
              join BATCH_JOB_EXECUTION_PARAMS p
                on p.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID and p.PARAMETER_NAME = :name
             order by i.JOB_INSTANCE_ID desc
             fetch first 1 row only""";

    private final Scope scope;
    private final String newest;

    public JobInstances(Scope scope) {
        this.scope = scope;
        this.newest = NEWEST_INSTANCES.replace("<each>", scope.each(NEWEST_INSTANCES_OF_ONE));
    }

    /** The instance of an identity. */
    public OptionalLong find(Handle handle, String jobName, String key) {
        return handle.createQuery(FIND_INSTANCE).bind("job", jobName).bind("key", key).mapTo(Long.class).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /** The application's own instances of some identities of a job that have been launched, by key. */
    public Map<String, Long> launched(Handle handle, String jobName, List<String> keys) {
        Map<String, Long> launched = new HashMap<>();
        for (int i = 0; i < keys.size(); i += AT_ONCE) {
            handle.createQuery(LAUNCHED_INSTANCES)
                    .bind("job", jobName)
                    .bind("application", scope.own())
                    .bindList("keys", keys.subList(i, Math.min(keys.size(), i + AT_ONCE)))
                    .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                    .forEach(each -> launched.put(each.getKey(), each.getValue()));
        }
        return launched;
    }

    public Optional<JobInstanceRow> find(Handle handle, long instanceId) {
        return handle.createQuery(INSTANCE)
                .bind("instance", instanceId)
                .map((row, context) -> JobInstanceRow.of(row))
                .findOne();
    }

    /** The newest instances of a job, the newest first. */
    public List<JobInstanceRow> newest(Handle handle, String jobName, int offset, int limit) {
        return handle.createQuery(newest)
                .bindMap(scope.bindings())
                .bind("job", jobName)
                .bind("upTo", (long) offset + limit)
                .bind("offset", offset)
                .bind("limit", limit)
                .map((row, context) -> JobInstanceRow.of(row))
                .list();
    }

    /** All executions of an instance, as the decision sees them, ascending by id. */
    public List<SeenExecution> executions(Handle handle, long instanceId) {
        return handle.createQuery(STATES)
                .bind("instance", instanceId)
                .map((row, context) -> {
                    String status = row.getString(2);
                    return new SeenExecution(
                            row.getLong(1),
                            status == null ? "UNKNOWN" : status,
                            row.getObject(3, LocalDateTime.class),
                            row.getObject(4) != null);
                })
                .list();
    }

    /** Of an instance whose executions were purged, the one that says that it can never run again. */
    public Optional<SeenExecution> purged(Handle handle, long instanceId) {
        return handle.createQuery(PURGED)
                .bind("instance", instanceId)
                .map((row, context) -> new SeenExecution(
                        row.getLong(1), row.getString(2), row.getObject(3, LocalDateTime.class), false))
                .findOne();
    }

    public Optional<Belonging> belongingOfInstance(Handle handle, long instanceId) {
        return handle.createQuery(APPLICATION_OF_INSTANCE)
                .bind("instance", instanceId)
                .map((row, context) -> Belonging.of(row))
                .findOne();
    }

    public Optional<Belonging> belongingOfExecution(Handle handle, long executionId) {
        return handle.createQuery(APPLICATION_OF_EXECUTION)
                .bind("execution", executionId)
                .map((row, context) -> Belonging.of(row))
                .findOne();
    }

    /** The value of a parameter that the newest instance of a job with it has. */
    public Optional<String> newestValueOf(Handle handle, String jobName, String parameter) {
        return handle.createQuery(NEWEST_RUN_ID)
                .define("each", scope.each(NEWEST_HUNDRED_OF_ONE))
                .bindMap(scope.bindings())
                .bind("job", jobName)
                .bind("name", parameter)
                .mapTo(String.class)
                .findFirst();
    }
}
