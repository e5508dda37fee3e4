package dev.reprise.repository;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import jakarta.batch.runtime.BatchStatus;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The SQL of job instances, job executions and their parameters. Every method uses the handle of its caller. */
final class JobExecutions {

    private static final SecureRandom TOKENS = new SecureRandom();

    /** What Spring Batch writes while a job runs. */
    private static final String RUNNING_EXIT_CODE = "UNKNOWN";

    /** Guarded: an instance that is another application's, has an execution, or had some before a purge, is not started. */
    static final String INSERT_FIRST = """
            insert into BATCH_JOB_EXECUTION
                (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, LAST_UPDATED, STATUS, EXIT_CODE, EXIT_MESSAGE,
                 REPRISE_APPLICATION, REPRISE_JOB_NAME, REPRISE_SUBMITTER, REPRISE_NODE, REPRISE_DEFINITION, REPRISE_TOKEN)
            select owner.JOB_EXECUTION_ID, 0, owner.JOB_INSTANCE_ID, localtimestamp, localtimestamp,
                   'STARTING', 'UNKNOWN', '', :application, :job, :submitter, :node, :definition, :token
              from REPRISE_OWNER owner
             where owner.JOB_EXECUTION_ID = <execution>
               and not exists (select 1 from BATCH_JOB_EXECUTION e
                                where e.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID)
               and exists (select 1 from BATCH_JOB_INSTANCE i
                            where i.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID
                              and i.REPRISE_APPLICATION = :application and i.REPRISE_FINAL_STATUS is null)""";

    /**
     * Guarded: the instance is this application's, the execution that is restarted is still the last one, and no other one
     * of the instance forbids it. The position that a stop had set stays with the instance until a restart has ended, unless
     * it is gone from the job. Where nobody is known to ask for it, as in a restart by recovery, it is for who asked before.
     */
    static final String INSERT_NEXT = """
            insert into BATCH_JOB_EXECUTION
                (JOB_EXECUTION_ID, VERSION, JOB_INSTANCE_ID, CREATE_TIME, LAST_UPDATED, STATUS, EXIT_CODE, EXIT_MESSAGE,
                 REPRISE_APPLICATION, REPRISE_JOB_NAME, REPRISE_SUBMITTER, REPRISE_NODE, REPRISE_DEFINITION,
                 REPRISE_TOKEN, REPRISE_RESTART_POSITION, REPRISE_RECOVERIES)
            select owner.JOB_EXECUTION_ID, 0, owner.JOB_INSTANCE_ID, localtimestamp, localtimestamp,
                   'STARTING', 'UNKNOWN', '', :application, :job, coalesce(:submitter, o.REPRISE_SUBMITTER), :node,
                   :definition, :token,
                   case when cast(:fromTheHead as integer) = 1 then null else o.REPRISE_RESTART_POSITION end,
                   cast(:recoveries as integer)
              from REPRISE_OWNER owner
              join BATCH_JOB_INSTANCE i
                on i.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID and i.REPRISE_APPLICATION = :application
              join BATCH_JOB_EXECUTION o on o.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID
             where owner.JOB_EXECUTION_ID = <execution> and o.JOB_EXECUTION_ID = :original
               and not exists (select 1 from BATCH_JOB_EXECUTION e
                                where e.JOB_INSTANCE_ID = owner.JOB_INSTANCE_ID
                                  and (e.JOB_EXECUTION_ID > :original
                                       or coalesce(e.STATUS, 'UNKNOWN') not in ('FAILED', 'STOPPED')))""";

    private static final String WITHOUT_END = """
            select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID in (<executions>) and END_TIME is null""";

    private static final String INSERT_PARAMETER = """
            insert into BATCH_JOB_EXECUTION_PARAMS
                (JOB_EXECUTION_ID, PARAMETER_NAME, PARAMETER_TYPE, PARAMETER_VALUE, IDENTIFYING)
            values (:execution, :name, 'java.lang.String', :value, :identifying)""";

    private static final String PARAMETERS = """
            select JOB_EXECUTION_ID, PARAMETER_NAME, PARAMETER_VALUE, IDENTIFYING
              from BATCH_JOB_EXECUTION_PARAMS where JOB_EXECUTION_ID in (<executions>)""";

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

    /** By the owner's row alone, as {@link Owners} does it. */
    private static final String RECORDED_BY = """
            select o.JOB_INSTANCE_ID, o.JOB_EXECUTION_ID
              from REPRISE_OWNER o
              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID + 0
             where o.APPLICATION = :application and o.NODE_ID = :node and o.INCARNATION = :incarnation
               and e.REPRISE_TOKEN = :token""";

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

    static final String NEWEST_EXECUTIONS_OF_ONE = """
            select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION
             where REPRISE_APPLICATION between :scope and :scope and REPRISE_JOB_NAME between :job and :job
             order by REPRISE_APPLICATION desc, REPRISE_JOB_NAME desc, JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private static final String NEWEST_EXECUTIONS = """
            select * from (
            <each>) e
             order by JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private static final String APPLICATION_OF_EXECUTION = """
            select i.JOB_INSTANCE_ID, i.JOB_NAME, coalesce(i.REPRISE_APPLICATION, '')
              from BATCH_JOB_EXECUTION e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
             where e.JOB_EXECUTION_ID = :execution""";

    private static final String APPLICATION_OF_INSTANCE = """
            select JOB_INSTANCE_ID, JOB_NAME, coalesce(REPRISE_APPLICATION, '')
              from BATCH_JOB_INSTANCE where JOB_INSTANCE_ID = :instance""";

    /** Not what runs. The row with an id below zero is that of who keeps launches off. */
    private static final String CLAIM = """
            update BATCH_JOB_INSTANCE set REPRISE_APPLICATION = :application
             where JOB_INSTANCE_ID = :instance and coalesce(REPRISE_APPLICATION, '') = :before
               and not exists (select 1 from REPRISE_OWNER o
                                where o.JOB_INSTANCE_ID = :instance and o.JOB_EXECUTION_ID > 0)""";

    private static final String CLAIM_EXECUTIONS = """
            update BATCH_JOB_EXECUTION set REPRISE_APPLICATION = :application where JOB_INSTANCE_ID = :instance""";

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

    /**
     * @param ended null while it runs
     * @param owned whether it runs on a node
     */
    record State(long id, String status, @Nullable LocalDateTime ended, boolean owned) {}

    static final JobParameters NO_PARAMETERS = new JobParameters(new TreeMap<>());

    private final Scope scope;
    private final Secrets secrets;
    private final String newestInstances;
    private final String newestExecutions;

    /**
     * What is stored of an execution and its object does not have. It never changes.
     *
     * @param parameters as they are stored
     * @param definition the digest of what it ran; null if that is not recorded
     */
    record Stored(JobParameters parameters, @Nullable String definition) {

        static final Stored NOTHING = new Stored(NO_PARAMETERS, null);
    }

    /**
     * Of executions that were loaded, as long as somebody holds them. Two objects of one execution are equal, so what is put
     * here is whole.
     */
    private final Map<JobExecutionImpl, Stored> loaded = Collections.synchronizedMap(new WeakHashMap<>());

    JobExecutions(Scope scope, Secrets secrets) {
        this.scope = scope;
        this.secrets = secrets;
        this.newestInstances = NEWEST_INSTANCES.replace("<each>", scope.each(NEWEST_INSTANCES_OF_ONE));
        this.newestExecutions = NEWEST_EXECUTIONS.replace("<each>", scope.each(NEWEST_EXECUTIONS_OF_ONE));
    }

    /**
     * Who asks for an execution, and what for.
     *
     * @param recoveries how many restarts by recovery led to it, one right after the other
     * @param definition the digest of what it runs
     * @param fromTheHead whether a restart begins at the first element, whatever position is recorded
     * @param anew the steps that a restart begins anew
     * @param token by which its own record is known
     */
    record Launch(
            String jobName,
            JobParameters parameters,
            NodeIdentity node,
            @Nullable String submitter,
            int recoveries,
            @Nullable String definition,
            boolean fromTheHead,
            List<String> anew,
            long token) {

        /** With a token that no other launch has. */
        Launch(
                String jobName,
                JobParameters parameters,
                NodeIdentity node,
                @Nullable String submitter,
                int recoveries,
                @Nullable String definition,
                boolean fromTheHead,
                List<String> anew) {
            this(jobName, parameters, node, submitter, recoveries, definition, fromTheHead, anew, TOKENS.nextLong());
        }

        /**
         * What the insert of an execution asks for.
         *
         * @param original the execution that is restarted, if one is
         */
        Map<String, @Nullable Object> bindings(OptionalLong original) {
            Map<String, @Nullable Object> bindings = new HashMap<>();
            bindings.put("job", jobName);
            bindings.put("application", node.application());
            bindings.put("submitter", submitter == null ? null : Text.fit(submitter, Text.SUBMITTER_COLUMN));
            bindings.put("node", node.name());
            bindings.put("token", token);
            bindings.put("definition", definition);
            if (original.isPresent()) {
                bindings.put("original", original.getAsLong());
                bindings.put("recoveries", recoveries);
                bindings.put("fromTheHead", fromTheHead ? 1 : 0);
            }
            return bindings;
        }
    }

    /**
     * Inserts an execution and its parameters.
     *
     * @param original the execution that is restarted, if one is
     * @return false if the state of the instance forbids it; nothing was inserted then
     */
    boolean insert(Handle handle, Dialect.Acquired acquired, OptionalLong original, Launch launch) {
        Update insert = handle.createUpdate(original.isPresent() ? INSERT_NEXT : INSERT_FIRST)
                .define("execution", ":id")
                .bind("id", acquired.executionId())
                .bindMap(launch.bindings(original));
        if (insert.execute() == 0) {
            return false;
        }
        launch.anew().forEach(step -> StepExecutions.discard(handle, acquired.instanceId(), step));
        if (!launch.parameters().byName().isEmpty()) {
            PreparedBatch batch = handle.prepareBatch(INSERT_PARAMETER);
            launch.parameters()
                    .byName()
                    .forEach((name, parameter) -> batch.bind("execution", acquired.executionId())
                            .bind("name", name)
                            .bind("value", stored(launch.jobName(), name, parameter))
                            .bind("identifying", parameter.identifying() ? "Y" : "N")
                            .add());
            batch.execute();
        }
        return true;
    }

    /** The value of a parameter as the table has it. */
    String stored(String job, String name, JobParameter parameter) {
        return parameter.secret() ? secrets.encrypted(job, name, parameter.value()) : parameter.value();
    }

    /** What is stored of an execution that was loaded here; null if it was forgotten meanwhile, or never loaded. */
    @Nullable
    Stored known(JobExecutionImpl execution) {
        return loaded.get(execution);
    }

    /** The application whose an execution is that was loaded here; empty of one that runs here, or is nobody's. */
    Optional<String> applicationOf(JobExecutionImpl execution) {
        return loaded.containsKey(execution)
                ? Optional.ofNullable(execution.getJobInstance().getApplicationName())
                : Optional.empty();
    }

    /**
     * Whose an instance is.
     *
     * @param application empty: nobody's
     */
    record Belonging(long instanceId, String jobName, String application) {

        private static Belonging of(ResultSet row) throws SQLException {
            return new Belonging(row.getLong(1), row.getString(2), row.getString(3));
        }
    }

    Optional<Belonging> belongingOfInstance(Handle handle, long instanceId) {
        return handle.createQuery(APPLICATION_OF_INSTANCE)
                .bind("instance", instanceId)
                .map((row, context) -> Belonging.of(row))
                .findOne();
    }

    Optional<Belonging> belongingOfExecution(Handle handle, long executionId) {
        return handle.createQuery(APPLICATION_OF_EXECUTION)
                .bind("execution", executionId)
                .map((row, context) -> Belonging.of(row))
                .findOne();
    }

    /**
     * Makes an instance this application's, which launches are kept off from.
     *
     * @param before as it was seen
     * @return false if it runs, or has changed
     */
    boolean claim(Handle handle, Belonging before) {
        boolean claimed = handle.createUpdate(CLAIM)
                        .bind("application", scope.own())
                        .bind("instance", before.instanceId())
                        .bind("before", before.application())
                        .execute()
                == 1;
        if (claimed) {
            handle.createUpdate(CLAIM_EXECUTIONS)
                    .bind("application", scope.own())
                    .bind("instance", before.instanceId())
                    .execute();
        }
        return claimed;
    }

    /** What is stored of an execution; nothing if there is none. */
    Stored stored(Handle handle, long executionId) {
        return find(handle, executionId).map(loaded::get).orElse(Stored.NOTHING);
    }

    /** As they are stored: a secret one is encrypted. */
    JobParameters parameters(Handle handle, long executionId) {
        return parameters(handle, List.of(executionId)).getOrDefault(executionId, NO_PARAMETERS);
    }

    static Map<Long, JobParameters> parameters(Handle handle, List<Long> executions) {
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

    boolean start(Handle handle, long executionId) {
        return handle.createUpdate(START).bind("execution", executionId).execute() == 1;
    }

    /** Whether a node has recorded that an execution has started: of one that it owns, nobody else does. */
    boolean hasStarted(Handle handle, long executionId, NodeIdentity node) {
        return handle.createQuery(HAS_STARTED)
                        .bind("execution", executionId)
                        .bindMap(node.bindings())
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    /** What a launch has recorded, if it has. */
    Optional<Dialect.Acquired> recordedBy(Handle handle, Launch launch) {
        return handle.createQuery(RECORDED_BY)
                .bind("token", launch.token())
                .bindMap(launch.node().bindings())
                .map((row, context) -> new Dialect.Acquired(row.getLong(1), row.getLong(2)))
                .findOne();
    }

    /** Whether the row of an execution says exactly that: then who would write it has done so before. */
    boolean hasEnded(Handle handle, JobExecutionImpl execution, BatchStatus status, String exitMessage) {
        return handle.createQuery(HAS_ENDED)
                        .bindMap(endBindings(execution, status, exitMessage, null))
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    void end(
            Handle handle,
            JobExecutionImpl execution,
            BatchStatus status,
            String exitMessage,
            @Nullable String restartPosition) {
        end(handle, END, execution, status, exitMessage, restartPosition);
    }

    /** Ends what goes on by itself, as after a crash. */
    void endToGoOn(
            Handle handle,
            JobExecutionImpl execution,
            BatchStatus status,
            String exitMessage,
            @Nullable String restartPosition) {
        end(handle, END_TO_GO_ON, execution, status, exitMessage, restartPosition);
    }

    private static void end(
            Handle handle,
            String statement,
            JobExecutionImpl execution,
            BatchStatus status,
            String exitMessage,
            @Nullable String restartPosition) {
        handle.createUpdate(statement)
                .bindMap(endBindings(execution, status, exitMessage, restartPosition))
                .execute();
    }

    /** What {@link #END} asks for. */
    static Map<String, @Nullable Object> endBindings(
            JobExecutionImpl execution, BatchStatus status, String exitMessage, @Nullable String restartPosition) {
        String exitStatus = execution.getExitStatus();
        Map<String, @Nullable Object> bindings = new HashMap<>();
        bindings.put("execution", execution.getExecutionId());
        bindings.put("jobStatus", status.name());
        bindings.put("jobExitCode", Text.fit(exitStatus == null ? status.name() : exitStatus, Text.TEXT_COLUMN));
        bindings.put("jobExitMessage", Text.fit(exitMessage, Text.TEXT_COLUMN));
        bindings.put("position", restartPosition);
        return bindings;
    }

    Set<Long> known(Handle handle, Collection<Long> executionIds) {
        return new HashSet<>(handle.registerArrayType(Long.class, "bigint")
                .createQuery(KNOWN)
                .bind("executions", executionIds.toArray(Long[]::new))
                .mapTo(Long.class)
                .list());
    }

    String exitMessage(Handle handle, long executionId) {
        return handle.createQuery(EXIT_MESSAGE)
                .bind("execution", executionId)
                .mapTo(String.class)
                .findOne()
                .orElse("");
    }

    boolean requestStop(Handle handle, long executionId) {
        return handle.createUpdate(REQUEST_STOP).bind("execution", executionId).execute() == 1;
    }

    BatchStatus status(Handle handle, long executionId) {
        return status(handle, executionId, STATUS);
    }

    private static BatchStatus status(Handle handle, long executionId, String query) {
        return Status.of(handle.createQuery(query)
                .bind("execution", executionId)
                .mapTo(String.class)
                .one());
    }

    /** Keeps others from asking for a stop until the transaction ends. */
    BatchStatus lockStatus(Handle handle, long executionId) {
        return status(handle, executionId, STATUS + " for update");
    }

    boolean abandon(Handle handle, long executionId) {
        return handle.createUpdate(ABANDON).bind("execution", executionId).execute() == 1;
    }

    /** All executions of an instance, as the decision sees them, ascending by id. */
    List<State> states(Handle handle, long instanceId) {
        return handle.createQuery(STATES)
                .bind("instance", instanceId)
                .map((row, context) -> {
                    String status = row.getString(2);
                    return new State(
                            row.getLong(1),
                            status == null ? "UNKNOWN" : status,
                            row.getObject(3, LocalDateTime.class),
                            row.getObject(4) != null);
                })
                .list();
    }

    /** Of an instance whose executions were purged, the one that says that it can never run again. */
    Optional<State> purged(Handle handle, long instanceId) {
        return handle.createQuery(PURGED)
                .bind("instance", instanceId)
                .map((row, context) ->
                        new State(row.getLong(1), row.getString(2), row.getObject(3, LocalDateTime.class), false))
                .findOne();
    }

    /** An execution that is not this node's to change: loaded from its rows, with an empty list of steps. */
    Optional<JobExecutionImpl> find(Handle handle, long executionId) {
        List<JobExecutionImpl> found = withParameters(
                handle,
                handle.createQuery(EXECUTION)
                        .bind("execution", executionId)
                        .map((row, context) -> load(row))
                        .list());
        return found.stream().findFirst();
    }

    /** The execution before another one of the same instance, without its parameters. */
    Optional<JobExecutionImpl> previous(Handle handle, long instanceId, long executionId) {
        return handle.createQuery(PREVIOUS)
                .bind("instance", instanceId)
                .bind("execution", executionId)
                .map((row, context) -> execution(row))
                .findOne();
    }

    /** Several executions, in no order, as {@link #find} loads one. */
    List<JobExecutionImpl> find(Handle handle, List<Long> executionIds) {
        return withParameters(
                handle,
                handle.createQuery(EXECUTIONS)
                        .bindList("executions", executionIds)
                        .map((row, context) -> load(row))
                        .list());
    }

    Set<Long> withoutEnd(Handle handle, Collection<Long> executionIds) {
        return handle.createQuery(WITHOUT_END)
                .bindList("executions", List.copyOf(executionIds))
                .mapTo(Long.class)
                .collect(Collectors.toSet());
    }

    /** The same execution as an object of its own. */
    JobExecutionImpl copy(JobExecutionImpl stored) {
        JobInstanceImpl instance =
                new JobInstanceImpl(null, stored.getJobInstance().getApplicationName(), stored.getJobName());
        instance.setId(stored.getJobInstance().getInstanceId());
        JobExecutionImpl copy = copy(stored, instance, new Properties());
        instance.addJobExecution(copy);
        add(copy, loaded.getOrDefault(stored, Stored.NOTHING));
        return copy;
    }

    /** The same execution as an object of its own for {@link RestartCall}: its parameters are known here alone. */
    JobExecutionImpl withoutParameters(JobExecutionImpl stored) {
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

    /** The newest executions of an instance, ascending by id. */
    List<JobExecutionImpl> ofInstance(Handle handle, long instanceId, int limit) {
        List<Loaded> found = new ArrayList<>(handle.createQuery(EXECUTIONS_OF_INSTANCE)
                .bind("instance", instanceId)
                .bind("limit", limit)
                .map((row, context) -> load(row))
                .list());
        Collections.reverse(found);
        return withParameters(handle, found);
    }

    private List<JobExecutionImpl> withParameters(Handle handle, List<Loaded> rows) {
        List<JobExecutionImpl> executions = rows.stream().map(Loaded::execution).toList();
        if (!executions.isEmpty()) {
            Map<Long, JobParameters> found = parameters(
                    handle,
                    executions.stream().map(JobExecutionImpl::getExecutionId).toList());
            for (Loaded row : rows) {
                JobParameters its = found.getOrDefault(row.execution().getExecutionId(), NO_PARAMETERS);
                add(row.execution(), new Stored(its, row.definition()));
            }
        }
        return executions;
    }

    private void add(JobExecutionImpl execution, Stored stored) {
        stored.parameters().byName().forEach((name, parameter) -> execution.addJobParameter(name, parameter.shown()));
        loaded.put(execution, stored);
    }

    /** An execution without its parameters, and what its row says that its object does not have. */
    private record Loaded(
            JobExecutionImpl execution, @Nullable String definition) {}

    private Loaded load(ResultSet row) throws SQLException {
        return new Loaded(execution(row), row.getString("REPRISE_DEFINITION"));
    }

    private JobExecutionImpl execution(ResultSet row) throws SQLException {
        String exitCode = row.getString("EXIT_CODE");
        boolean running = row.getTimestamp("END_TIME") == null;
        JobInstanceImpl instance = instance(row);
        JobExecutionImpl execution = new JobExecutionImpl(
                instance,
                row.getLong("JOB_EXECUTION_ID"),
                new Properties(),
                StepExecutions.date(row, "CREATE_TIME"),
                StepExecutions.date(row, "START_TIME"),
                StepExecutions.date(row, "END_TIME"),
                StepExecutions.date(row, "LAST_UPDATED"),
                Status.of(row.getString("STATUS")).name(),
                running && RUNNING_EXIT_CODE.equals(exitCode) ? null : exitCode,
                null);
        execution.setUser(row.getString("REPRISE_SUBMITTER"));
        execution.setRestartPosition(row.getString("REPRISE_RESTART_POSITION"));
        instance.addJobExecution(execution);
        return execution;
    }

    OptionalLong findInstance(Handle handle, String jobName, String key) {
        return handle.createQuery(FIND_INSTANCE).bind("job", jobName).bind("key", key).mapTo(Long.class).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    Optional<JobInstanceImpl> instance(Handle handle, long instanceId) {
        return handle.createQuery(INSTANCE)
                .bind("instance", instanceId)
                .map((row, context) -> instance(row))
                .findOne();
    }

    List<JobInstanceImpl> newestInstances(Handle handle, String jobName, int offset, int limit) {
        return handle.createQuery(newestInstances)
                .bindMap(scope.bindings())
                .bind("job", jobName)
                .bind("upTo", (long) offset + limit)
                .bind("offset", offset)
                .bind("limit", limit)
                .map((row, context) -> instance(row))
                .list();
    }

    List<Long> newestExecutions(Handle handle, String jobName, int limit) {
        return handle.createQuery(newestExecutions)
                .bindMap(scope.bindings())
                .bind("job", jobName)
                .bind("limit", limit)
                .mapTo(Long.class)
                .list();
    }

    Optional<String> newestValueOf(Handle handle, String jobName, String parameter) {
        return handle.createQuery(NEWEST_RUN_ID)
                .define("each", scope.each(NEWEST_HUNDRED_OF_ONE))
                .bindMap(scope.bindings())
                .bind("job", jobName)
                .bind("name", parameter)
                .mapTo(String.class)
                .findFirst();
    }

    private JobInstanceImpl instance(ResultSet row) throws SQLException {
        JobInstanceImpl instance =
                new JobInstanceImpl(null, row.getString("REPRISE_APPLICATION"), row.getString("JOB_NAME"));
        instance.setId(row.getLong("JOB_INSTANCE_ID"));
        return instance;
    }
}
