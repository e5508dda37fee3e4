package dev.reprise.repository;

import dev.reprise.identity.JobIdentity;
import dev.reprise.repository.PurgeSummary.Spared;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Removes history, of an application, of those that it shares with, and of nobody: an instance at a time with all of its
 * executions, in transactions of a bounded size (semantics.md §7). It walks over the executions from the oldest, and looks
 * at an instance when it comes to its first one. Thread-safe.
 */
public final class Purges {

    /** How many executions are looked at at once. */
    public static final int PAGE = 1000;

    /** Somebody launched one of the instances at the same moment. */
    private static final int ROUNDS = 5;

    /** Whether a time is longer ago than the age that is asked for, as 1 or 0. */
    private static final String AGED =
            "case when %s < localtimestamp - cast(:age as bigint) * interval '0.001' second then 1 else 0 end as AGED";

    private static final String NEWEST = "select coalesce(max(JOB_EXECUTION_ID), 0) from BATCH_JOB_EXECUTION";

    private static final String EXECUTIONS_OF_ONE = """
            select JOB_EXECUTION_ID, JOB_INSTANCE_ID, %s
              from BATCH_JOB_EXECUTION
             where REPRISE_APPLICATION between :scope and :scope <job>
               and JOB_EXECUTION_ID > :after and JOB_EXECUTION_ID <= :upTo
             order by REPRISE_APPLICATION, <orderOfJob> JOB_EXECUTION_ID
             fetch first :limit rows only""".formatted(AGED.formatted("CREATE_TIME"));

    private static final String EXECUTIONS = """
            select * from (
            <each>) e
             order by JOB_EXECUTION_ID
             fetch first :limit rows only""";

    private static final String INSTANCES = """
            select i.JOB_INSTANCE_ID, i.JOB_NAME, i.JOB_KEY, coalesce(i.REPRISE_APPLICATION, '') as APPLICATION, e.EXECUTIONS, e.FIRST, e.LAST, e.ENDED, e.UNFINISHED,
                   e.COMPLETED, e.ABANDONED, l.STATUS,
                   (select count(*) from REPRISE_OWNER o
                     where o.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID and o.JOB_EXECUTION_ID > 0) as OWNED,
                   (select count(*) from REPRISE_RESTART r where r.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID) as PLANNED,
                   %s
              from (select JOB_INSTANCE_ID, count(*) as EXECUTIONS, min(JOB_EXECUTION_ID) as FIRST,
                           max(JOB_EXECUTION_ID) as LAST, max(END_TIME) as ENDED,
                           count(case when STATUS = 'COMPLETED' then 1 end) as COMPLETED,
                           count(case when STATUS = 'ABANDONED' then 1 end) as ABANDONED,
                           sum(case when STATUS in ('COMPLETED', 'ABANDONED', 'FAILED', 'STOPPED')
                                     and END_TIME is not null then 0 else 1 end) as UNFINISHED
                      from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = any(:instances)
                     group by JOB_INSTANCE_ID) e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
              join BATCH_JOB_EXECUTION l on l.JOB_EXECUTION_ID = e.LAST
             where coalesce(i.REPRISE_APPLICATION, '') in (:scope)""".formatted(AGED.formatted("e.ENDED"));

    /**
     * The last of those that stay, and the newest instance: on its parameters numbered runs go on.
     */
    private static final String KEPT = """
            select (select JOB_EXECUTION_ID from (
            <executions>) e
                     order by JOB_EXECUTION_ID desc
                    offset :others rows fetch next 1 row only) as EXECUTION,
                   (select max(JOB_INSTANCE_ID) from (
            <instances>) i) as INSTANCE""";

    private static final String NEWEST_INSTANCE_OF_ONE = """
            select JOB_INSTANCE_ID from BATCH_JOB_INSTANCE
             where REPRISE_APPLICATION between :scope and :scope and JOB_NAME between :job and :job
             order by REPRISE_APPLICATION desc, JOB_NAME desc, JOB_INSTANCE_ID desc
             fetch first 1 row only""";

    private static final String EXECUTIONS_OF =
            "select JOB_EXECUTION_ID from BATCH_JOB_EXECUTION where JOB_INSTANCE_ID = any(:instances)";

    private static final String STEPS_OF =
            "select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION where JOB_EXECUTION_ID = any(:executions)";

    private static final String KEYS = """
            select e.JOB_EXECUTION_ID, i.JOB_KEY
              from BATCH_JOB_EXECUTION e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
             where e.JOB_EXECUTION_ID = any(:ids)""";

    /** Children first. */
    private static final List<String> DELETE_OF_STEPS = List.of(
            "delete from REPRISE_EXCEPTION where STEP_EXECUTION_ID = any(:ids)",
            "delete from BATCH_STEP_EXECUTION_CONTEXT where STEP_EXECUTION_ID = any(:ids)",
            "delete from BATCH_STEP_EXECUTION where STEP_EXECUTION_ID = any(:ids)");

    private static final List<String> DELETE_OF_EXECUTIONS = List.of(
            "delete from REPRISE_TRANSITION where JOB_EXECUTION_ID = any(:ids)",
            "delete from BATCH_JOB_EXECUTION_CONTEXT where JOB_EXECUTION_ID = any(:ids)",
            "delete from BATCH_JOB_EXECUTION_PARAMS where JOB_EXECUTION_ID = any(:ids)",
            "delete from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = any(:ids)");

    private static final String DELETE_INSTANCES = "delete from BATCH_JOB_INSTANCE where JOB_INSTANCE_ID = any(:ids)";

    /** What a refusal names: the first that completed, or else the first that was abandoned. */
    private static final String KEEP_IDENTITY = """
            update BATCH_JOB_INSTANCE i
               set (REPRISE_FINAL_STATUS, REPRISE_FINAL_EXECUTION, REPRISE_FINAL_TIME) =
                   (select e.STATUS, e.JOB_EXECUTION_ID, e.END_TIME
                      from BATCH_JOB_EXECUTION e
                     where e.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID and e.STATUS in ('COMPLETED', 'ABANDONED')
                     order by case e.STATUS when 'COMPLETED' then 0 else 1 end, e.JOB_EXECUTION_ID
                     fetch first 1 row only)
             where i.JOB_INSTANCE_ID = any(:ids)""";

    /**
     * Where a purge is; to go on there, or with a new one behind it.
     *
     * @param after the id of the execution before the next one to be looked at
     * @param upTo the newest execution when it began
     */
    public record Position(long after, long upTo) {}

    /**
     * Some instances, in the order of their first executions.
     *
     * @param next where the purge is when it is done with them
     * @param last whether there are no more
     */
    public record Page(List<PurgeCandidate> instances, Position next, boolean last) {

        public Page {
            instances = List.copyOf(instances);
        }
    }

    /**
     * What went.
     *
     * @param executions their ids
     */
    public record Removed(List<PurgeCandidate> instances, List<Long> executions) {

        public Removed {
            instances = List.copyOf(instances);
            executions = List.copyOf(executions);
        }
    }

    /**
     * What of a job stays because it is new.
     *
     * @param execution the oldest execution of those
     */
    private record Kept(long execution, long instance) {}

    private record Walked(List<Long> instances, long last, int executions, boolean aged) {}

    private record Instance(PurgeCandidate candidate, boolean isUnique, Tally.Key tally) {}

    private final Database database;
    private final StepExecutions steps;
    private final Transitions transitions;
    private final Supplier<NodeIdentity> self;
    private final Scope scope;
    private final String executions;
    private final String instances;
    private final String kept;

    Purges(Database database, StepExecutions steps, Transitions transitions, Supplier<NodeIdentity> self, Scope scope) {
        this.scope = scope;
        this.executions = EXECUTIONS.replace("<each>", scope.each(EXECUTIONS_OF_ONE));
        this.instances = scope.in(INSTANCES);
        this.kept = KEPT.replace("<executions>", scope.each(JobExecutions.NEWEST_EXECUTIONS_OF_ONE))
                .replace("<instances>", scope.each(NEWEST_INSTANCE_OF_ONE));
        this.database = database;
        this.steps = steps;
        this.transitions = transitions;
        this.self = self;
    }

    /** Before the oldest execution. */
    public Position beginning() {
        return new Position(
                0,
                database.read(
                        handle -> handle.createQuery(NEWEST).mapTo(Long.class).one()));
    }

    /**
     * One purge, from one position to the next. What is newest of each job is found out once: later executions only make
     * more of them old. Thread-safe.
     */
    public final class Walk {

        private final PurgeRequest request;
        private final Map<String, Kept> kept = new ConcurrentHashMap<>();
        private final Set<Tally.Key> begun = ConcurrentHashMap.newKeySet();

        private Walk(PurgeRequest request) {
            this.request = request;
        }

        /** Looks at what comes next, and changes nothing. */
        public Page look(Position position) {
            Walked walked = database.read(handle -> walk(handle, position));
            boolean last = walked.executions() < PAGE || !walked.aged();
            List<PurgeCandidate> instances = walked.instances().isEmpty()
                    ? List.of()
                    : instances(database.read(handle -> rows(handle, walked.instances()))).stream()
                            .map(Instance::candidate)
                            .filter(instance -> instance.first() > position.after())
                            .toList();
            return new Page(instances, new Position(walked.last(), position.upTo()), last);
        }

        /** As soon as a whole page is too young, so is all that follows: ids and times go nearly hand in hand. */
        private Walked walk(Handle handle, Position position) {
            SortedSet<Long> instances = new TreeSet<>();
            String job = request.job();
            Query query = handle.createQuery(executions)
                    .bindMap(scope.bindings())
                    .define("job", job == null ? "" : "and REPRISE_JOB_NAME between :job and :job")
                    .define("orderOfJob", job == null ? "" : "REPRISE_JOB_NAME,")
                    .bind("after", position.after())
                    .bind("upTo", position.upTo())
                    .bind("age", request.age().toMillis())
                    .bind("limit", PAGE);
            if (job != null) {
                query.bind("job", job);
            }
            record Passed(long execution, boolean aged) {}
            List<Passed> rows = query.map((row, context) -> {
                        instances.add(row.getLong(2));
                        return new Passed(row.getLong(1), row.getInt(3) == 1);
                    })
                    .list();
            return new Walked(
                    List.copyOf(instances),
                    rows.isEmpty()
                            ? position.after()
                            : rows.get(rows.size() - 1).execution(),
                    rows.size(),
                    rows.stream().anyMatch(Passed::aged));
        }

        private List<Row> rows(Handle handle, Collection<Long> instances) {
            return with(handle, Purges.this.instances, "instances", instances)
                    .bindMap(scope.bindings())
                    .bind("age", request.age().toMillis())
                    .map((row, context) -> Row.of(row))
                    .list();
        }

        private List<Instance> instances(List<Row> rows) {
            rows.stream().map(Row::job).distinct().forEach(job -> kept.computeIfAbsent(job, this::keptOf));
            return rows.stream()
                    .sorted((one, other) -> Long.compare(one.first(), other.first()))
                    .map(row -> new Instance(
                            new PurgeCandidate(
                                    row.id(),
                                    row.job(),
                                    row.first(),
                                    row.executions(),
                                    row.status(),
                                    row.unfinished() ? null : row.ended(),
                                    whySpared(row)),
                            JobIdentity.isUnique(row.key()),
                            new Tally.Key(row.application(), row.job())))
                    .toList();
        }

        private Kept keptOf(String job) {
            if (request.keep() == 0) {
                return new Kept(Long.MAX_VALUE, 0);
            }
            return database.read(handle -> handle.createQuery(Purges.this.kept)
                    .bindMap(scope.bindings())
                    .bind("job", job)
                    .bind("limit", request.keep())
                    .bind("others", request.keep() - 1)
                    .map((row, context) -> new Kept(row.getLong(1), row.getLong(2)))
                    .one());
        }

        private @Nullable Spared whySpared(Row row) {
            Kept newest = kept.getOrDefault(row.job(), new Kept(0, 0));
            if (row.owned()) {
                return Spared.RUNNING;
            } else if (row.planned()) {
                return Spared.TO_BE_RESTARTED;
            } else if (row.unfinished()) {
                return Spared.UNKNOWN;
            } else if (PurgeRequest.canBeRestarted(row.status()) && !request.includesRestartable()) {
                return Spared.RESTARTABLE;
            } else if (!request.mayRemove(row.status())) {
                return Spared.OTHER_STATUS;
            } else if (!row.aged()) {
                return Spared.YOUNG;
            } else {
                return row.last() >= newest.execution() || row.id() == newest.instance() ? Spared.NEWEST : null;
            }
        }

        /**
         * Removes instances in a transaction of its own, unless something has happened to them since they were looked at.
         *
         * @param archive sees what is about to be removed, maybe several times, and must have it safe when it returns
         */
        public Removed remove(List<PurgeCandidate> instances, @Nullable Consumer<List<PurgedExecution>> archive) {
            SortedSet<Tally.Key> tallies = instances.stream()
                    .map(PurgeCandidate::job)
                    .distinct()
                    .flatMap(job -> scope.applications().stream().map(application -> new Tally.Key(application, job)))
                    .collect(Collectors.toCollection(TreeSet::new));
            tallies.stream().filter(begun::add).forEach(key -> Tally.begin(database, key));
            List<Long> ids =
                    instances.stream().map(PurgeCandidate::instanceId).sorted().toList();
            for (int round = 1; ; round++) {
                try {
                    return database.apart(handle -> remove(handle, tallies, ids, archive));
                } catch (RuntimeException e) {
                    if (round == ROUNDS || !Database.isDuplicateKey(e)) {
                        throw e;
                    }
                }
            }
        }

        private Removed remove(
                Handle handle,
                SortedSet<Tally.Key> tallies,
                List<Long> ids,
                @Nullable Consumer<List<PurgedExecution>> archive) {
            SortedMap<Tally.Key, Long> countedTo = Tally.lock(handle, tallies);
            List<Long> ours = database.dialect().keepLaunchesOff(handle, array(ids), self.get());
            List<Instance> going = instances(rows(handle, ours)).stream()
                    .filter(instance -> instance.candidate().spared() == null)
                    .toList();
            List<Long> executions = longs(handle, EXECUTIONS_OF, "instances", ids(going));
            if (archive != null && !executions.isEmpty()) {
                archive.accept(contentsOf(handle, executions));
            }
            List<Long> keeping = going.stream()
                    .filter(this::leavesItsIdentity)
                    .map(instance -> instance.candidate().instanceId())
                    .toList();
            update(handle, KEEP_IDENTITY, keeping);
            List<Long> stepIds = longs(handle, STEPS_OF, "executions", executions);
            DELETE_OF_STEPS.forEach(delete -> update(handle, delete, stepIds));
            DELETE_OF_EXECUTIONS.forEach(delete -> update(handle, delete, executions));
            database.dialect().letLaunchesIn(handle, array(ours));
            List<Instance> forgotten = going.stream()
                    .filter(instance -> !leavesItsIdentity(instance))
                    .toList();
            update(handle, DELETE_INSTANCES, ids(forgotten));
            countedTo.forEach((key, to) -> Tally.takeOff(
                    handle,
                    key,
                    to,
                    ids(forgotten.stream()
                            .filter(instance -> instance.tally().equals(key))
                            .toList())));
            return new Removed(going.stream().map(Instance::candidate).toList(), executions);
        }

        private static List<Long> ids(List<Instance> instances) {
            return instances.stream()
                    .map(Instance::candidate)
                    .map(PurgeCandidate::instanceId)
                    .toList();
        }

        /** What has no identity can never be asked for again, and what can be restarted has nothing to be refused for. */
        private boolean leavesItsIdentity(Instance instance) {
            return request.keepsIdentity()
                    && !instance.isUnique()
                    && !PurgeRequest.canBeRestarted(instance.candidate().status());
        }
    }

    /** What there is of an instance in the tables. */
    private record Row(
            long id,
            String job,
            String key,
            String application,
            int executions,
            long first,
            long last,
            @Nullable LocalDateTime ended,
            boolean unfinished,
            String status,
            boolean owned,
            boolean planned,
            boolean aged) {

        static Row of(ResultSet row) throws SQLException {
            String settled = row.getInt("COMPLETED") > 0 ? "COMPLETED" : row.getInt("ABANDONED") > 0 ? "ABANDONED" : "";
            return new Row(
                    row.getLong("JOB_INSTANCE_ID"),
                    row.getString("JOB_NAME"),
                    row.getString("JOB_KEY"),
                    row.getString("APPLICATION"),
                    row.getInt("EXECUTIONS"),
                    row.getLong("FIRST"),
                    row.getLong("LAST"),
                    row.getObject("ENDED", LocalDateTime.class),
                    row.getInt("UNFINISHED") > 0,
                    settled.isEmpty() ? String.valueOf(row.getString("STATUS")) : settled,
                    row.getInt("OWNED") > 0,
                    row.getInt("PLANNED") > 0,
                    row.getInt("AGED") == 1);
        }
    }

    /**
     * Begins a purge, or goes on with one.
     *
     * @throws IllegalArgumentException if the request makes no sense
     */
    public Walk walk(PurgeRequest request) {
        return new Walk(request.checked());
    }

    private List<PurgedExecution> contentsOf(Handle handle, List<Long> executions) {
        Map<Long, List<StepState>> stepsOf = steps.states(handle, executions);
        Map<Long, List<TransitionTaken>> transitionsOf = transitions.ofExecutions(handle, array(executions));
        Map<Long, String> keys = new HashMap<>();
        with(handle, KEYS, "ids", executions)
                .map((row, context) -> keys.put(row.getLong(1), row.getString(2)))
                .list();
        List<PurgedExecution> contents = new ArrayList<>();
        for (ExecutionState execution : History.executions(handle, executions)) {
            contents.add(new PurgedExecution(
                    keys.getOrDefault(execution.id(), ""),
                    execution,
                    stepsOf.getOrDefault(execution.id(), List.of()),
                    transitionsOf.getOrDefault(execution.id(), List.of())));
        }
        return contents;
    }

    private static List<Long> longs(Handle handle, String query, String name, Collection<Long> ids) {
        return ids.isEmpty()
                ? List.of()
                : with(handle, query, name, ids).mapTo(Long.class).list();
    }

    private static Query with(Handle handle, String query, String name, Collection<Long> ids) {
        return handle.registerArrayType(Long.class, "bigint").createQuery(query).bind(name, array(ids));
    }

    private static void update(Handle handle, String statement, Collection<Long> ids) {
        if (!ids.isEmpty()) {
            handle.registerArrayType(Long.class, "bigint")
                    .createUpdate(statement)
                    .bind("ids", array(ids))
                    .execute();
        }
    }

    private static Long[] array(Collection<Long> ids) {
        return ids.toArray(Long[]::new);
    }
}
