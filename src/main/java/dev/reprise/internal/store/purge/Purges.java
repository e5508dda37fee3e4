package dev.reprise.internal.store.purge;

import dev.reprise.identity.JobIdentity;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.store.Scope;
import dev.reprise.internal.store.Tally;
import dev.reprise.internal.store.Transitions;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.PurgeCandidate;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.PurgedExecution;
import java.util.Collection;
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
 * executions, in transactions of a bounded size (contract.md §7). It walks over the executions from the oldest, and looks
 * at an instance when it comes to its first one. Thread-safe.
 */
public final class Purges {

    /** How many executions are looked at at once. */
    public static final int PAGE = 1000;

    /** Somebody launched one of the instances at the same moment. */
    private static final int ROUNDS = 5;

    private static final String NEWEST = "select coalesce(max(JOB_EXECUTION_ID), 0) from BATCH_JOB_EXECUTION";

    private static final String EXECUTIONS_OF_ONE = """
            select JOB_EXECUTION_ID, JOB_INSTANCE_ID, %s
              from BATCH_JOB_EXECUTION
             where REPRISE_APPLICATION between :scope and :scope <job>
               and JOB_EXECUTION_ID > :after and JOB_EXECUTION_ID <= :upTo
             order by REPRISE_APPLICATION, <orderOfJob> JOB_EXECUTION_ID
             fetch first :limit rows only""".formatted(FoundInstance.AGED.formatted("CREATE_TIME"));

    private static final String EXECUTIONS = """
            select * from (
            <each>) e
             order by JOB_EXECUTION_ID
             fetch first :limit rows only""";

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

    private record Walked(List<Long> instances, long last, int executions, boolean aged) {}

    private record Instance(PurgeCandidate candidate, boolean isUnique, Tally.Key tally) {}

    private final Database database;
    private final Transitions transitions;
    private final Supplier<NodeIdentity> self;
    private final Scope scope;
    private final String executions;
    private final String instances;
    private final String kept;

    public Purges(Database database, Transitions transitions, Supplier<NodeIdentity> self, Scope scope) {
        this.scope = scope;
        this.executions = EXECUTIONS.replace("<each>", scope.each(EXECUTIONS_OF_ONE));
        this.instances = FoundInstance.statement(scope);
        this.kept = Kept.statement(scope);
        this.database = database;
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

        private List<FoundInstance> rows(Handle handle, Collection<Long> instances) {
            return FoundInstance.read(handle, Purges.this.instances, scope, request, instances);
        }

        private List<Instance> instances(List<FoundInstance> rows) {
            rows.stream().map(FoundInstance::job).distinct().forEach(job -> kept.computeIfAbsent(job, this::keptOf));
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
                                    row.whySpared(request, kept.getOrDefault(row.job(), new Kept(0, 0)))),
                            JobIdentity.isUnique(row.key()),
                            new Tally.Key(row.application(), row.job())))
                    .toList();
        }

        private Kept keptOf(String job) {
            return request.keep() == 0
                    ? Kept.NOTHING
                    : database.read(handle -> Kept.read(handle, Purges.this.kept, scope, job, request.keep()));
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
                    return database.inOwnTransaction(handle -> remove(handle, tallies, ids, archive));
                } catch (RuntimeException e) {
                    if (round == ROUNDS || !SqlFailures.isDuplicateKey(e)) {
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
            List<Long> ours = database.dialect().keepLaunchesOff(handle, Deletion.array(ids), self.get());
            List<Instance> going = instances(rows(handle, ours)).stream()
                    .filter(instance -> instance.candidate().spared() == null)
                    .toList();
            List<Long> executions = Deletion.executionsOf(handle, ids(going));
            if (archive != null && !executions.isEmpty()) {
                archive.accept(PurgedContents.of(handle, transitions, executions));
            }
            List<Long> keeping = going.stream()
                    .filter(this::leavesItsIdentity)
                    .map(instance -> instance.candidate().instanceId())
                    .toList();
            Deletion.keepIdentity(handle, keeping);
            Deletion.ofExecutions(handle, executions);
            database.dialect().letLaunchesIn(handle, Deletion.array(ours));
            List<Instance> forgotten = going.stream()
                    .filter(instance -> !leavesItsIdentity(instance))
                    .toList();
            Deletion.ofInstances(handle, ids(forgotten));
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

    /**
     * Begins a purge, or goes on with one.
     *
     * @throws IllegalArgumentException if the request makes no sense
     */
    public Walk walk(PurgeRequest request) {
        return new Walk(request.checked());
    }
}
