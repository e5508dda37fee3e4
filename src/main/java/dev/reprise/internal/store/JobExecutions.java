package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.Status;
import jakarta.batch.runtime.BatchStatus;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The SQL of job executions. Every method uses the handle of its caller. */
public final class JobExecutions {

    private static final String WITHOUT_END = """
            select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID in (<executions>) and END_TIME is null""";

    static final String START = """
            update BATCH_JOB_EXECUTION
               set STATUS = 'STARTED', START_TIME = localtimestamp, LAST_UPDATED = localtimestamp,
                   VERSION = VERSION + 1
             where JOB_EXECUTION_ID = :execution and STATUS = 'STARTING'""";

    private static final String HAS_STARTED = """
            select count(*)
              from REPRISE_OWNER o
              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID
             where o.JOB_EXECUTION_ID = :execution and e.STATUS = 'STARTED'
               and o.APPLICATION = :application and o.NODE_ID = :node and o.INCARNATION = :incarnation""";

    private static final String HAS_ENDED = """
            select count(*) from BATCH_JOB_EXECUTION
             where JOB_EXECUTION_ID = :execution and END_TIME is not null
               and STATUS = :jobStatus and EXIT_CODE = :jobExitCode and EXIT_MESSAGE = :jobExitMessage""";

    static final String END = """
            update BATCH_JOB_EXECUTION
               set STATUS = :jobStatus, EXIT_CODE = :jobExitCode, EXIT_MESSAGE = :jobExitMessage,
                   END_TIME = localtimestamp, LAST_UPDATED = localtimestamp, VERSION = VERSION + 1,
                   REPRISE_RESTART_POSITION = :position
             where JOB_EXECUTION_ID = :execution""";

    /** A restart begins where this execution was to begin, unless a stop has set another position. */
    private static final String END_TO_GO_ON = """
            update BATCH_JOB_EXECUTION
               set STATUS = :jobStatus, EXIT_CODE = :jobExitCode, EXIT_MESSAGE = :jobExitMessage,
                   END_TIME = localtimestamp, LAST_UPDATED = localtimestamp, VERSION = VERSION + 1,
                   REPRISE_RESTART_POSITION = coalesce(:position, REPRISE_RESTART_POSITION)
             where JOB_EXECUTION_ID = :execution""";

    private static final String KNOWN =
            "select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = any(:executions)";

    private static final String EXIT_MESSAGE =
            "select EXIT_MESSAGE from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = :execution";

    private static final String REQUEST_STOP = """
            update BATCH_JOB_EXECUTION set STATUS = 'STOPPING', LAST_UPDATED = localtimestamp
             where JOB_EXECUTION_ID = :execution and STATUS in ('STARTING', 'STARTED')""";

    private static final String STATUS = "select STATUS from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = :execution";

    /** What is complete stays so, but where an instance is nobody's to ask for again. */
    private static final String ABANDON = """
            update BATCH_JOB_EXECUTION
               set STATUS = 'ABANDONED', LAST_UPDATED = localtimestamp, VERSION = VERSION + 1
             where JOB_EXECUTION_ID = :execution
               and (STATUS in ('FAILED', 'STOPPED', 'ABANDONED')
                    or STATUS = 'COMPLETED'
                       and exists (select 1 from BATCH_JOB_INSTANCE i
                                    where i.JOB_INSTANCE_ID = BATCH_JOB_EXECUTION.JOB_INSTANCE_ID
                                      and i.JOB_KEY like 'u%'))
               and not exists (select 1 from REPRISE_OWNER where JOB_EXECUTION_ID = :execution)""";

    private static final String EXECUTION_COLUMNS = """
            select e.JOB_EXECUTION_ID, e.JOB_INSTANCE_ID, i.JOB_NAME, i.REPRISE_APPLICATION, e.CREATE_TIME,
                   e.START_TIME, e.END_TIME, e.LAST_UPDATED, e.STATUS, e.EXIT_CODE, e.REPRISE_SUBMITTER,
                   e.REPRISE_RESTART_POSITION, e.REPRISE_DEFINITION
              from BATCH_JOB_EXECUTION e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
            """;

    private static final String EXECUTION = EXECUTION_COLUMNS + "where e.JOB_EXECUTION_ID = :execution";

    private static final String EXECUTIONS = EXECUTION_COLUMNS + "where e.JOB_EXECUTION_ID in (<executions>)";

    private static final String EXECUTIONS_OF_INSTANCE = EXECUTION_COLUMNS + """
             where e.JOB_INSTANCE_ID = :instance
             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private static final String PREVIOUS = EXECUTION_COLUMNS + """
             where e.JOB_INSTANCE_ID = :instance and e.JOB_EXECUTION_ID < :execution
             order by e.JOB_EXECUTION_ID desc
             fetch first 1 row only""";

    public static final String NEWEST_EXECUTIONS_OF_ONE = """
            select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION
             where REPRISE_APPLICATION between :scope and :scope and REPRISE_JOB_NAME between :job and :job
             order by REPRISE_APPLICATION desc, REPRISE_JOB_NAME desc, JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private static final String NEWEST_EXECUTIONS = """
            select * from (
            <each>) e
             order by JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private final Scope scope;
    private final String newestExecutions;

    public JobExecutions(Scope scope) {
        this.scope = scope;
        this.newestExecutions = NEWEST_EXECUTIONS.replace("<each>", scope.each(NEWEST_EXECUTIONS_OF_ONE));
    }

    public boolean start(Handle handle, long executionId) {
        return handle.createUpdate(START).bind("execution", executionId).execute() == 1;
    }

    /** Whether a node has recorded that an execution has started: of one that it owns, nobody else does. */
    public boolean hasStarted(Handle handle, long executionId, NodeIdentity node) {
        return handle.createQuery(HAS_STARTED)
                        .bind("execution", executionId)
                        .bindMap(NodeColumns.of(node))
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    /** Whether the row of an execution says exactly that: then who would write it has done so before. */
    public boolean hasEnded(Handle handle, JobEnd end) {
        return handle.createQuery(HAS_ENDED)
                        .bindMap(end.bindings())
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    public void end(Handle handle, JobEnd end) {
        handle.createUpdate(END).bindMap(end.bindings()).execute();
    }

    /** Ends what goes on by itself, as after a crash. */
    public void endToGoOn(Handle handle, JobEnd end) {
        handle.createUpdate(END_TO_GO_ON).bindMap(end.bindings()).execute();
    }

    public Set<Long> known(Handle handle, Collection<Long> executionIds) {
        return new HashSet<>(handle.registerArrayType(Long.class, "bigint")
                .createQuery(KNOWN)
                .bind("executions", executionIds.toArray(Long[]::new))
                .mapTo(Long.class)
                .list());
    }

    public String exitMessage(Handle handle, long executionId) {
        return handle.createQuery(EXIT_MESSAGE)
                .bind("execution", executionId)
                .mapTo(String.class)
                .findOne()
                .orElse("");
    }

    public boolean requestStop(Handle handle, long executionId) {
        return handle.createUpdate(REQUEST_STOP).bind("execution", executionId).execute() == 1;
    }

    public BatchStatus status(Handle handle, long executionId) {
        return status(handle, executionId, STATUS);
    }

    private static BatchStatus status(Handle handle, long executionId, String query) {
        return Status.of(handle.createQuery(query)
                .bind("execution", executionId)
                .mapTo(String.class)
                .one());
    }

    /** Keeps others from asking for a stop until the transaction ends. */
    public BatchStatus lockStatus(Handle handle, long executionId) {
        return status(handle, executionId, STATUS + " for update");
    }

    public boolean abandon(Handle handle, long executionId) {
        return handle.createUpdate(ABANDON).bind("execution", executionId).execute() == 1;
    }

    public Set<Long> withoutEnd(Handle handle, Collection<Long> executionIds) {
        return handle.createQuery(WITHOUT_END)
                .bindList("executions", List.copyOf(executionIds))
                .mapTo(Long.class)
                .collect(Collectors.toSet());
    }

    public Optional<JobExecutionRow> find(Handle handle, long executionId) {
        return handle.createQuery(EXECUTION)
                .bind("execution", executionId)
                .map((row, context) -> JobExecutionRow.of(row))
                .findOne();
    }

    /** The execution before another one of the same instance. */
    public Optional<JobExecutionRow> previous(Handle handle, long instanceId, long executionId) {
        return handle.createQuery(PREVIOUS)
                .bind("instance", instanceId)
                .bind("execution", executionId)
                .map((row, context) -> JobExecutionRow.of(row))
                .findOne();
    }

    /** Several executions, in no order. */
    public List<JobExecutionRow> find(Handle handle, List<Long> executionIds) {
        return handle.createQuery(EXECUTIONS)
                .bindList("executions", executionIds)
                .map((row, context) -> JobExecutionRow.of(row))
                .list();
    }

    /** The newest executions of an instance, the newest first. */
    public List<JobExecutionRow> ofInstance(Handle handle, long instanceId, int limit) {
        return handle.createQuery(EXECUTIONS_OF_INSTANCE)
                .bind("instance", instanceId)
                .bind("limit", limit)
                .map((row, context) -> JobExecutionRow.of(row))
                .list();
    }

    public List<Long> newestExecutions(Handle handle, String jobName, int limit) {
        return handle.createQuery(newestExecutions)
                .bindMap(scope.bindings())
                .bind("job", jobName)
                .bind("limit", limit)
                .mapTo(Long.class)
                .list();
    }
}
