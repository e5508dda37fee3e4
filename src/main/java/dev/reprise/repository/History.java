package dev.reprise.repository;

import dev.reprise.identity.JobParameters;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * What was and is, for those who look: of an application, of those that it shares with, and of nobody. Pages by key, newest
 * first, each of a bounded number of statements and rows however long the history is. Reads only. Thread-safe.
 */
public final class History {

    /** Among how many of the newest executions the latest events are looked for. */
    private static final int RECENT = 500;

    /** The statuses that are in the column {@code REPRISE_UNFINISHED} too. */
    private static final Set<String> INDEXED = Set.of("FAILED", "STOPPED", "ABANDONED", "UNKNOWN");

    private static final String ALL = "BATCH_JOB_EXECUTION";

    /** Before anything else is asked of them: a condition that few of the newest meet would make the rest be read. */
    private static final String NEWEST = """
            (select * from (
            <each>) n
             order by JOB_EXECUTION_ID desc
             fetch first :newest rows only)""";

    /** Of one application, and in the order of an index that begins with it. */
    private static final String NEWEST_OF_ONE = """
            select * from BATCH_JOB_EXECUTION e
             where e.REPRISE_APPLICATION between :scope and :scope <conditions>
             order by e.REPRISE_APPLICATION desc, <order> e.JOB_EXECUTION_ID desc
             fetch first :newest rows only""";

    private static final String OF_A_STATUS = " and e.REPRISE_UNFINISHED between '%1$s' and '%1$s'";

    private static final String EXECUTIONS = """
            select e.JOB_EXECUTION_ID, e.JOB_INSTANCE_ID, i.JOB_NAME, e.CREATE_TIME, e.START_TIME, e.END_TIME,
                   e.LAST_UPDATED, e.STATUS, e.EXIT_CODE, e.EXIT_MESSAGE, e.REPRISE_SUBMITTER, e.REPRISE_NODE,
                   e.REPRISE_ATTEMPT, e.REPRISE_SAME_SINCE, e.REPRISE_COMMITTED,
                   coalesce(e.REPRISE_RECOVERIES, 0) as RECOVERIES,
                   case when o.JOB_EXECUTION_ID is null then 0 else 1 end as OWNED
              from <executions> e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
              <owners> REPRISE_OWNER o on o.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
            """;

    private static final String PAGE = EXECUTIONS + """
             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    /** What runs is little, so that nothing need be done for each application. */
    private static final String PAGE_OF_OWNED = EXECUTIONS + """
             where e.REPRISE_APPLICATION in (:scope) <conditions>
             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private static final String BY_ID = EXECUTIONS + " where e.JOB_EXECUTION_ID in (<ids>)";

    private static final String AND_IN_SCOPE = " and coalesce(i.REPRISE_APPLICATION, '') in (:scope)";

    private static final String ONE = EXECUTIONS + " where e.JOB_EXECUTION_ID = :execution" + AND_IN_SCOPE;

    private static final String OF_INSTANCE = EXECUTIONS + """
             where e.JOB_INSTANCE_ID = :instance""" + AND_IN_SCOPE + """

             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    /**
     * Nothing came after it, nothing will by itself, and nobody works on it. Looks at the newest that failed: most of a
     * long history's were restarted long ago.
     */
    private static final String UNFINISHED = EXECUTIONS + """
             where o.JOB_EXECUTION_ID is null
               and not exists (select 1 from BATCH_JOB_EXECUTION l
                                where l.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
                                  and l.JOB_EXECUTION_ID > e.JOB_EXECUTION_ID)
               and not exists (select 1 from REPRISE_RESTART r where r.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID)
             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private static final String OF_THE_RECENT = EXECUTIONS + """
             where <condition>
             order by e.JOB_EXECUTION_ID desc""";

    /**
     * Ids and times go nearly hand in hand, so that a time is as good as an id: the exact condition stays beside it, and
     * the first thousand rows tell the id even where some of them were created at once.
     */
    private static final String FIRST_SINCE = """
            select min(JOB_EXECUTION_ID) from
                (select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION where CREATE_TIME >= :time
                  order by CREATE_TIME fetch first 1000 rows only) s""";

    private static final String LAST_UNTIL = """
            select max(JOB_EXECUTION_ID) from
                (select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION where CREATE_TIME < :time
                  order by CREATE_TIME desc fetch first 1000 rows only) s""";

    private static final String NEIGHBOURS = """
            select (select max(JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID < :execution) as PREVIOUS,
                   (select min(JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID > :execution) as FOLLOWING,
                   (select count(*) from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID <= :execution) as ATTEMPT""";

    private static final String INSTANCES_OF_ONE = """
            select JOB_INSTANCE_ID, JOB_NAME
              from BATCH_JOB_INSTANCE
             where REPRISE_APPLICATION between :scope and :scope and JOB_NAME between :job and :job
               and JOB_INSTANCE_ID < :before
             order by REPRISE_APPLICATION desc, JOB_NAME desc, JOB_INSTANCE_ID desc
             fetch first :limit rows only""";

    private static final String INSTANCES = """
            select JOB_INSTANCE_ID, JOB_NAME,
                   (select max(e.JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION e
                     where e.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID) as LAST
              from (
            <each>) i
             order by JOB_INSTANCE_ID desc
             fetch first :limit rows only""";

    private static final String INSTANCE =
            "select i.JOB_NAME from BATCH_JOB_INSTANCE i where i.JOB_INSTANCE_ID = :instance" + AND_IN_SCOPE;

    private static final String NODES = """
            select n.NODE_ID, n.INCARNATION, n.PROCESS, n.STARTED_AT, n.HEARTBEAT_AT, current_timestamp as READ_AT,
                   coalesce(o.RUNNING, 0) as RUNNING
              from REPRISE_NODE n
              left join (select NODE_ID, count(*) as RUNNING from REPRISE_OWNER
                          where APPLICATION = :application group by NODE_ID) o on o.NODE_ID = n.NODE_ID
             where n.APPLICATION = :application
             order by n.NODE_ID
             fetch first 1000 rows only""";

    private static final String ACTIVITY = """
            select JOB_EXECUTION_ID, STEP_EXECUTION_ID, STEP_NAME, STATUS, REPRISE_PARTITION_OF, REPRISE_PARTITIONS,
                   coalesce(READ_COUNT, 0) as READ_COUNT,
                   case when STATUS in ('STARTING', 'STARTED', 'STOPPING') and octet_length(REPRISE_READER_CHECKPOINT) <= <shown>
                        then REPRISE_READER_CHECKPOINT end as CHECKPOINT
              from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID in (<ids>)
             order by STEP_EXECUTION_ID""";

    private final Database database;
    private final StepExecutions steps;
    private final Checkpoints checkpoints;
    private final Scope scope;
    private final Duration lease;

    /**
     * @param scope what is seen; the nodes are those of its own application
     */
    History(Database database, StepExecutions steps, Checkpoints checkpoints, Scope scope, Duration lease) {
        this.database = database;
        this.steps = steps;
        this.checkpoints = checkpoints;
        this.scope = scope;
        this.lease = lease;
    }

    /**
     * A page of executions, newest first.
     *
     * @param before the page begins below this id; {@link Long#MAX_VALUE} for the first one
     * @param limit how many at most
     */
    public List<ExecutionState> executions(ExecutionSearch search, long before, int limit) {
        return database.apart(handle -> {
            List<String> conditions = new ArrayList<>(List.of("and e.JOB_EXECUTION_ID < :before"));
            List<String> order = new ArrayList<>();
            Set<String> indexed = Set.of();
            long below = before;
            if (search.job() != null) {
                conditions.add("and e.REPRISE_JOB_NAME between :job and :job");
                order.add("e.REPRISE_JOB_NAME desc,");
            }
            if (!search.statuses().isEmpty()) {
                if (INDEXED.containsAll(search.statuses()) && !search.owned()) {
                    indexed = search.statuses();
                } else {
                    conditions.add("and e.STATUS in ('" + String.join("', '", new TreeSet<>(search.statuses())) + "')");
                }
            }
            if (search.node() != null) {
                conditions.add("and e.REPRISE_NODE between :node and :node");
                if (order.isEmpty() && indexed.isEmpty()) {
                    order.add("e.REPRISE_NODE desc,");
                }
            }
            if (search.since() != null) {
                conditions.add("and e.CREATE_TIME >= :since and e.JOB_EXECUTION_ID >= :first");
            }
            if (search.until() != null) {
                conditions.add("and e.CREATE_TIME < :until");
                below = Math.min(below, idAt(handle, LAST_UNTIL, search.until(), 0) + 1);
            }
            String all = String.join(" ", conditions);
            Query query = (search.owned() ? owned(handle, all) : newest(handle, PAGE, limit, all, order, indexed))
                    .bind("before", below)
                    .bind("limit", limit);
            bindIfGiven(query, "job", search.job());
            bindIfGiven(query, "node", search.node());
            if (search.since() != null) {
                query.bind("since", Timestamp.from(search.since()))
                        .bind("first", idAt(handle, FIRST_SINCE, search.since(), Long.MAX_VALUE));
            }
            if (search.until() != null) {
                query.bind("until", Timestamp.from(search.until()));
            }
            return read(handle, query);
        });
    }

    private Query owned(Handle handle, String conditions) {
        return query(handle, scope.in(PAGE_OF_OWNED), true)
                .define("conditions", conditions)
                .bindMap(scope.bindings());
    }

    private static Query query(Handle handle, String statement, boolean owned) {
        return handle.createQuery(statement)
                .define("owners", owned ? "join" : "left join")
                .define("executions", ALL);
    }

    private Query scoped(Handle handle, String statement) {
        return query(handle, scope.in(statement), false).bindMap(scope.bindings());
    }

    /**
     * The newest of each application, and of each status; of all of these the newest.
     *
     * @param count how many
     * @param order the columns of an index behind the application's, and before the status
     * @param statuses as literals, because an index of some statuses is used only where the statement itself shows that
     *     they are those; empty for any
     */
    private Query newest(
            Handle handle, String statement, int count, String conditions, List<String> order, Set<String> statuses) {
        List<String> queries = new ArrayList<>();
        if (statuses.isEmpty()) {
            queries.add(scope.each(newestOfOne(conditions, String.join(" ", order))));
        }
        for (String status : new TreeSet<>(statuses)) {
            String ordered = String.join(" ", order) + " e.REPRISE_UNFINISHED desc,";
            queries.add(scope.each(newestOfOne(conditions + OF_A_STATUS.formatted(status), ordered)));
        }
        return query(handle, statement, false)
                .define("executions", NEWEST.replace("<each>", String.join("\nunion all\n", queries)))
                .bindMap(scope.bindings())
                .bind("newest", count);
    }

    private static String newestOfOne(String conditions, String order) {
        return NEWEST_OF_ONE.replace("<conditions>", conditions).replace("<order>", order);
    }

    private static void bindIfGiven(Query query, String name, @Nullable String value) {
        if (value != null) {
            query.bind(name, value);
        }
    }

    private static long idAt(Handle handle, String statement, Instant time, long otherwise) {
        return handle.createQuery(statement)
                .bind("time", Timestamp.from(time))
                .mapTo(Long.class)
                .findOne()
                .orElse(otherwise);
    }

    /** An execution, or empty if there is none, or it is another application's. */
    public Optional<ExecutionState> execution(long executionId) {
        return database.apart(handle -> read(handle, scoped(handle, ONE).bind("execution", executionId))).stream()
                .findFirst();
    }

    private List<ExecutionState> executions(Collection<Long> ids) {
        return ids.isEmpty() ? List.of() : database.apart(handle -> executions(handle, ids));
    }

    /** Some executions, in no order. */
    static List<ExecutionState> executions(Handle handle, Collection<Long> ids) {
        return read(handle, query(handle, BY_ID, false).bindList("ids", List.copyOf(ids)));
    }

    /** The executions that a node runs, newest first. */
    public List<ExecutionState> running(int limit) {
        return database.apart(handle -> read(handle, owned(handle, "").bind("limit", limit)));
    }

    /** The newest executions of an instance, newest first; none of another application's. */
    public List<ExecutionState> ofInstance(long instanceId, int limit) {
        return database.apart(handle -> read(
                handle, scoped(handle, OF_INSTANCE).bind("instance", instanceId).bind("limit", limit)));
    }

    /** What did not complete, does not run, and will not by itself: newest first. */
    public List<ExecutionState> unfinished(int limit) {
        return database.apart(handle -> read(
                handle,
                newest(handle, UNFINISHED, RECENT, "", List.of(), Set.of("FAILED", "STOPPED", "UNKNOWN"))
                        .bind("limit", limit)));
    }

    /** Restarts by recovery among the newest executions, newest first. */
    public List<ExecutionState> recovered() {
        return database.apart(handle -> read(
                handle,
                recent(handle, "e.REPRISE_RECOVERIES > 0 and e.CREATE_TIME > localtimestamp - interval '1' day")));
    }

    /**
     * What changed among the newest executions: created, begun, stopped, ended. What runs is not in it merely because it
     * makes progress.
     *
     * @param since inclusive, by the database's clock
     */
    public List<ExecutionState> changedSince(Instant since) {
        return database.apart(handle ->
                read(handle, recent(handle, "e.LAST_UPDATED >= :since").bind("since", Timestamp.from(since))));
    }

    private Query recent(Handle handle, String condition) {
        return newest(handle, OF_THE_RECENT, RECENT, "", List.of(), Set.of()).define("condition", condition);
    }

    /** What the database's clock says. */
    public Instant now() {
        return database.read(handle -> handle.createQuery("select current_timestamp")
                .map((row, context) -> row.getTimestamp(1).toInstant())
                .one());
    }

    /**
     * The place of an execution among those of its instance.
     *
     * @param attempt 1 for the first
     */
    public record Place(
            int attempt, @Nullable Long previous, @Nullable Long following) {}

    /** Where an execution stands in its instance. */
    public Place place(ExecutionState execution) {
        return database.read(handle -> handle.createQuery(NEIGHBOURS)
                .bind("instance", execution.instanceId())
                .bind("execution", execution.id())
                .map((row, context) -> new Place(
                        row.getInt("ATTEMPT"),
                        row.getObject("PREVIOUS", Long.class),
                        row.getObject("FOLLOWING", Long.class)))
                .one());
    }

    /** A page of a job's instances, newest first; see {@link #executions(ExecutionSearch, long, int)}. */
    public List<InstanceState> instances(String job, long before, int limit) {
        record Row(long id, String job, @Nullable Long last) {}
        List<Row> rows = database.read(handle -> handle.createQuery(INSTANCES)
                .define("each", scope.each(INSTANCES_OF_ONE))
                .bindMap(scope.bindings())
                .bind("job", job)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> new Row(row.getLong(1), row.getString(2), row.getObject(3, Long.class)))
                .list());
        Map<Long, ExecutionState> last = new LinkedHashMap<>();
        List<Long> ids = rows.stream().map(Row::last).filter(id -> id != null).toList();
        executions(ids).forEach(execution -> last.put(execution.instanceId(), execution));
        return rows.stream()
                .map(row -> new InstanceState(row.id(), row.job(), last.get(row.id())))
                .toList();
    }

    /** The job of an instance, or empty if there is no such instance, or it is another application's. */
    public Optional<String> jobOfInstance(long instanceId) {
        return database.read(handle -> handle.createQuery(scope.in(INSTANCE))
                .bindMap(scope.bindings())
                .bind("instance", instanceId)
                .mapTo(String.class)
                .findOne());
    }

    /** The steps of several executions without their partitions, by execution, in the order of their start. */
    public Map<Long, List<StepState>> steps(Collection<Long> executionIds) {
        return executionIds.isEmpty()
                ? Map.of()
                : database.read(handle -> steps.statesWithoutPartitions(handle, executionIds));
    }

    /** What the steps and partitions of some executions have done, in the order of their start. */
    public List<StepActivity> activity(Collection<Long> executionIds) {
        if (executionIds.isEmpty()) {
            return List.of();
        }
        return database.read(handle -> handle.createQuery(ACTIVITY)
                .define("shown", Checkpoints.SHOWN)
                .bindList("ids", List.copyOf(executionIds))
                .map((row, context) -> activity(row))
                .list());
    }

    private StepActivity activity(ResultSet row) throws SQLException {
        String step = row.getString("STEP_NAME");
        String status = row.getString("STATUS");
        return new StepActivity(
                row.getLong("JOB_EXECUTION_ID"),
                row.getLong("STEP_EXECUTION_ID"),
                step,
                row.getObject("REPRISE_PARTITION_OF", Long.class),
                row.getObject("REPRISE_PARTITIONS", Integer.class),
                "STARTING".equals(status) || "STARTED".equals(status) || "STOPPING".equals(status),
                "COMPLETED".equals(status),
                row.getLong("READ_COUNT"),
                checkpoints.glance(row.getBytes("CHECKPOINT")));
    }

    /** The nodes of this application, also those that left or died. */
    public List<NodeState> nodes() {
        return database.read(handle -> handle.createQuery(NODES)
                .bind("application", scope.own())
                .map((row, context) -> node(row))
                .list());
    }

    private NodeState node(ResultSet row) throws SQLException {
        Timestamp heartbeat = row.getTimestamp("HEARTBEAT_AT");
        Duration age = heartbeat == null
                ? null
                : Duration.between(
                        heartbeat.toInstant(), row.getTimestamp("READ_AT").toInstant());
        return new NodeState(
                row.getString("NODE_ID"),
                row.getLong("INCARNATION"),
                row.getString("PROCESS"),
                row.getTimestamp("STARTED_AT").toInstant(),
                heartbeat == null ? null : heartbeat.toInstant(),
                age,
                age != null && age.compareTo(lease) < 0,
                row.getInt("RUNNING"));
    }

    /** After which time without a report a node is dead. */
    public Duration lease() {
        return lease;
    }

    private static List<ExecutionState> read(Handle handle, Query query) {
        List<ExecutionState> found = query.map((row, context) -> execution(row)).list();
        if (found.isEmpty()) {
            return found;
        }
        Map<Long, JobParameters> parameters = JobExecutions.parameters(
                handle, found.stream().map(ExecutionState::id).toList());
        return found.stream()
                .map(execution -> with(execution, parameters.getOrDefault(execution.id(), JobExecutions.NO_PARAMETERS)))
                .collect(Collectors.toUnmodifiableList());
    }

    private static ExecutionState with(ExecutionState e, JobParameters parameters) {
        return new ExecutionState(
                e.id(),
                e.job(),
                e.instanceId(),
                e.status(),
                e.exitStatus(),
                e.created(),
                e.started(),
                e.ended(),
                e.updated(),
                e.node(),
                e.submitter(),
                e.owned(),
                e.recoveries(),
                e.failure(),
                e.attempts(),
                parameters);
    }

    private static ExecutionState execution(ResultSet row) throws SQLException {
        String status = row.getString("STATUS");
        Instant ended = time(row, "END_TIME");
        String message = row.getString("EXIT_MESSAGE");
        return new ExecutionState(
                row.getLong("JOB_EXECUTION_ID"),
                row.getString("JOB_NAME"),
                row.getLong("JOB_INSTANCE_ID"),
                status == null ? "UNKNOWN" : status,
                ended == null ? null : row.getString("EXIT_CODE"),
                time(row, "CREATE_TIME"),
                time(row, "START_TIME"),
                ended,
                time(row, "LAST_UPDATED"),
                row.getString("REPRISE_NODE"),
                row.getString("REPRISE_SUBMITTER"),
                row.getInt("OWNED") == 1,
                row.getInt("RECOVERIES"),
                message == null ? "" : message.lines().findFirst().orElse(""),
                Attempts.of(row),
                JobExecutions.NO_PARAMETERS);
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
