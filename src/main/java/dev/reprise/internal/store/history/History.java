package dev.reprise.internal.store.history;

import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.store.Scope;
import dev.reprise.internal.store.StepStates;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.InstanceState;
import dev.reprise.state.NodeState;
import dev.reprise.state.StepActivity;
import dev.reprise.state.StepState;
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
import java.util.function.Supplier;
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

    private static final Set<String> WITHOUT_AN_END = Set.of("FAILED", "STOPPED", "UNKNOWN");

    private static final String AND_IN_SCOPE = " and " + ExecutionStates.APPLICATION + " in (:scope)";

    private static final String ONE = ExecutionStates.SELECT + " where e.JOB_EXECUTION_ID = :execution" + AND_IN_SCOPE;

    private static final String OF_INSTANCE = ExecutionStates.SELECT + """
             where e.JOB_INSTANCE_ID = :instance""" + AND_IN_SCOPE + """

             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    /**
     * Nothing came after it, nothing will by itself, and nobody works on it. Looks at the newest that failed: most of a
     * long history's were restarted long ago.
     */
    private static final String UNFINISHED = ExecutionStates.SELECT + " where " + ExecutionPages.AMONG_THEM + """

               and o.JOB_EXECUTION_ID is null
               and not exists (select 1 from BATCH_JOB_EXECUTION l
                                where l.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
                                  and l.JOB_EXECUTION_ID > e.JOB_EXECUTION_ID)
               and not exists (select 1 from REPRISE_RESTART r where r.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID)
             order by e.JOB_EXECUTION_ID desc""";

    /** Long enough for a weekend. */
    private static final String REMARKABLE = ExecutionStates.SELECT + " where " + ExecutionPages.AMONG_THEM + """

               and e.END_TIME > localtimestamp - interval '3' day
             order by e.JOB_EXECUTION_ID desc""";

    private static final String OF_THE_RECENT = ExecutionStates.SELECT + " where " + ExecutionPages.AMONG_THEM + """

               and <condition>
             order by e.JOB_EXECUTION_ID desc""";

    private static final String NEIGHBOURS = """
            select (select max(JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID < :execution) as PREVIOUS,
                   (select min(JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID > :execution) as FOLLOWING,
                   (select count(*) from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID <= :execution) as ATTEMPT""";

    private static final String INSTANCES_OF_ONE = """
            select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
             where REPRISE_APPLICATION between :application and :application and JOB_NAME between :job and :job
               and JOB_INSTANCE_ID < :before
             order by REPRISE_APPLICATION desc, JOB_NAME desc, JOB_INSTANCE_ID desc
             fetch first :limit rows only""";

    private static final String INSTANCES = """
            select JOB_INSTANCE_ID, JOB_NAME, coalesce(REPRISE_APPLICATION, ''),
                   (select max(e.JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION e
                     where e.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID) as LAST
              from BATCH_JOB_INSTANCE i
             where JOB_INSTANCE_ID = any(:newest)
             order by JOB_INSTANCE_ID desc""";

    private static final String INSTANCE =
            "select i.JOB_NAME, coalesce(i.REPRISE_APPLICATION, '') from BATCH_JOB_INSTANCE i"
                    + " where i.JOB_INSTANCE_ID = :instance and coalesce(i.REPRISE_APPLICATION, '') in (:scope)";

    private final Database database;
    private final Supplier<Scope> scopes;
    private final Duration lease;
    private final StepActivities activities;

    /**
     * @param scopes gives what is seen; the nodes are those of its own application
     */
    public History(Database database, Checkpoints checkpoints, Supplier<Scope> scopes, Duration lease) {
        this.database = database;
        this.scopes = scopes;
        this.lease = lease;
        this.activities = new StepActivities(checkpoints);
    }

    /**
     * A page of executions, newest first.
     *
     * @param before the page begins below this id; {@link Long#MAX_VALUE} for the first one
     * @param limit how many at most
     */
    public List<ExecutionState> executions(ExecutionSearch search, long before, int limit) {
        if (search.isOfNothing()) {
            return List.of();
        }
        ExecutionPages pages = pages();
        return database.inOwnTransaction(
                handle -> ExecutionStates.read(handle, pages.of(handle, search, before, limit)));
    }

    /**
     * The newest executions of each of some jobs, by job, newest first.
     *
     * @param jobs {@value ExecutionSearch#MOST_NAMES} at most
     * @param each how many of a job at most
     */
    public Map<String, List<ExecutionState>> newestOfEach(Set<String> jobs, int each) {
        if (jobs.isEmpty()) {
            return Map.of();
        }
        ExecutionPages pages = pages();
        Map<String, List<ExecutionState>> found = new LinkedHashMap<>();
        for (ExecutionState execution :
                database.inOwnTransaction(handle -> ExecutionStates.read(handle, pages.ofEach(handle, jobs, each)))) {
            List<ExecutionState> its = found.computeIfAbsent(execution.job(), job -> new ArrayList<>());
            if (its.size() < each) {
                its.add(execution);
            }
        }
        return found;
    }

    /** The names of the jobs that have instances, a thousand at most. */
    public Set<String> jobNames() {
        Scope scope = scopes.get();
        return database.read(handle -> Names.ofJobs(handle, scope));
    }

    /** The names of the nodes that there are or were, a thousand at most. */
    public Set<String> nodeNames() {
        Scope scope = scopes.get();
        return database.read(handle -> Names.ofNodes(handle, scope));
    }

    /** Before a transaction is begun: who is seen may have to be asked for. */
    private ExecutionPages pages() {
        return new ExecutionPages(database.dialect(), scopes.get());
    }

    private static Query scoped(Handle handle, Scope scope, String statement) {
        return ExecutionStates.query(handle, scope.in(statement), false).bindMap(scope.bindings());
    }

    /** An execution, or empty if there is none, or it is another application's. */
    public Optional<ExecutionState> execution(long executionId) {
        Scope scope = scopes.get();
        return database
                .inOwnTransaction(handle ->
                        ExecutionStates.read(handle, scoped(handle, scope, ONE).bind("execution", executionId)))
                .stream()
                .findFirst();
    }

    /** Some executions that are known to be seen, in no order. */
    public List<ExecutionState> executions(Collection<Long> ids) {
        return ids.isEmpty() ? List.of() : database.inOwnTransaction(handle -> ExecutionStates.of(handle, ids));
    }

    /** The executions that a node runs, newest first. */
    public List<ExecutionState> running(int limit) {
        ExecutionPages pages = pages();
        return database.inOwnTransaction(
                handle -> ExecutionStates.read(handle, pages.owned(handle, "").bind("limit", limit)));
    }

    /** The newest executions of an instance, newest first; none of another application's. */
    public List<ExecutionState> ofInstance(long instanceId, int limit) {
        Scope scope = scopes.get();
        return database.inOwnTransaction(handle -> ExecutionStates.read(
                handle,
                scoped(handle, scope, OF_INSTANCE).bind("instance", instanceId).bind("limit", limit)));
    }

    /**
     * Executions, and whether they are all that there are.
     *
     * @param executions newest first, without their parameters
     * @param all whether everything was looked at
     */
    public record Looked(List<ExecutionState> executions, boolean all) {}

    /** What did not complete, does not run, and will not by itself, among the newest so many that did not complete. */
    public Looked unfinished(int newest) {
        ExecutionPages pages = pages();
        return database.inOwnTransaction(handle -> {
            List<Long> found = pages.newest(handle, newest + 1, WITHOUT_AN_END);
            boolean all = found.size() <= newest;
            List<Long> looked = all ? found : found.subList(0, newest);
            return new Looked(ExecutionStates.withoutParameters(ExecutionPages.page(handle, UNFINISHED, looked)), all);
        });
    }

    /** What completed within three days with an exit status of its own, newest first, without parameters. */
    public List<ExecutionState> remarkable(int limit) {
        ExecutionPages pages = pages();
        return database.inOwnTransaction(handle -> ExecutionStates.withoutParameters(
                ExecutionPages.page(handle, REMARKABLE, pages.newestRemarkable(handle, limit))));
    }

    /** Restarts by recovery that run, newest first, without their parameters. */
    public List<ExecutionState> recovered(int limit) {
        ExecutionPages pages = pages();
        return database.inOwnTransaction(handle -> ExecutionStates.withoutParameters(
                pages.owned(handle, "and e.REPRISE_RECOVERIES > 0").bind("limit", limit)));
    }

    /**
     * What changed among the newest executions: created, begun, stopped, ended. What runs is not in it merely because it
     * makes progress.
     *
     * @param since inclusive, by the database's clock
     */
    public List<ExecutionState> changedSince(Instant since) {
        ExecutionPages pages = pages();
        return database.inOwnTransaction(handle -> ExecutionStates.read(
                handle, recent(handle, pages, "e.LAST_UPDATED >= :since").bind("since", Timestamp.from(since))));
    }

    private static Query recent(Handle handle, ExecutionPages pages, String condition) {
        return ExecutionPages.page(handle, OF_THE_RECENT, pages.newest(handle, RECENT, Set.of()))
                .define("condition", condition);
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
        record Row(
                long id,
                String job,
                String application,
                @Nullable Long last) {}
        Scope scope = scopes.get();
        List<Row> rows = database.read(handle -> handle.registerArrayType(Long.class, "bigint")
                .createQuery(INSTANCES)
                .bind("newest", newestOf(handle, scope, job, before, limit))
                .map((row, context) ->
                        new Row(row.getLong(1), row.getString(2), row.getString(3), row.getObject(4, Long.class)))
                .list());
        Map<Long, ExecutionState> last = new LinkedHashMap<>();
        List<Long> ids = rows.stream().map(Row::last).filter(id -> id != null).toList();
        executions(ids).forEach(execution -> last.put(execution.instanceId(), execution));
        return rows.stream()
                .map(row -> new InstanceState(row.id(), row.job(), row.application(), last.get(row.id())))
                .toList();
    }

    private Long[] newestOf(Handle handle, Scope scope, String job, long before, int limit) {
        return database.dialect()
                .greatestOfEach(
                        handle,
                        List.of(INSTANCES_OF_ONE),
                        Map.of("application", scope.applications()),
                        Map.of("job", job, "before", before, "limit", limit),
                        limit)
                .toArray(Long[]::new);
    }

    /** An instance without its last execution, or empty if there is no such instance, or it is not to be seen. */
    public Optional<InstanceState> instance(long instanceId) {
        Scope scope = scopes.get();
        return database.read(handle -> handle.createQuery(scope.in(INSTANCE))
                .bindMap(scope.bindings())
                .bind("instance", instanceId)
                .map((row, context) -> new InstanceState(instanceId, row.getString(1), row.getString(2), null))
                .findOne());
    }

    /** The steps of several executions without their partitions, by execution, in the order of their start. */
    public Map<Long, List<StepState>> steps(Collection<Long> executionIds) {
        return executionIds.isEmpty()
                ? Map.of()
                : database.read(handle -> StepStates.statesWithoutPartitions(handle, executionIds));
    }

    /** What the steps and partitions of some executions have done, in the order of their start. */
    public List<StepActivity> activity(Collection<Long> executionIds) {
        return executionIds.isEmpty() ? List.of() : database.read(handle -> activities.read(handle, executionIds));
    }

    /** The nodes of this application, also those that left or died. */
    public List<NodeState> nodes() {
        return database.read(new NodeStates(scopes.get().own(), lease)::read);
    }

    /** After which time without a report a node is dead. */
    public Duration lease() {
        return lease;
    }
}
