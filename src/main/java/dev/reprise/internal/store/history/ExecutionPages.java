package dev.reprise.internal.store.history;

import dev.reprise.internal.store.Scope;
import dev.reprise.state.ExecutionSearch;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The queries of pages of executions, newest first: however many executions there are, each reads a bounded number.
 *
 * @param scope what is seen
 */
record ExecutionPages(Scope scope) {

    /** The statuses that are in the column {@code REPRISE_UNFINISHED} too. */
    private static final Set<String> INDEXED = Set.of("FAILED", "STOPPED", "ABANDONED", "UNKNOWN");

    /** Before anything else is asked of them: a condition that few of the newest meet would make the rest be read. */
    private static final String NEWEST = """
            (select * from (
            <each>) n
             order by JOB_EXECUTION_ID desc
             fetch first :all rows only)""";

    /** Of one application, and in the order of an index that begins with it. */
    private static final String NEWEST_OF_ONE = """
            select * from BATCH_JOB_EXECUTION e
             where e.REPRISE_APPLICATION between :scope and :scope <conditions>
             order by e.REPRISE_APPLICATION desc, <order> e.JOB_EXECUTION_ID desc
             fetch first :newest rows only""";

    private static final String OF_A_STATUS = " and e.REPRISE_UNFINISHED between '%1$s' and '%1$s'";

    private static final String OF_THE_REMARKABLE = " and e.REPRISE_REMARKABLE between 'Y' and 'Y'";

    private static final String COUNT = "select count(*) from <executions> e";

    private static final String PAGE = ExecutionStates.SELECT + """
             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    /** What runs is little, so that nothing need be done for each application. */
    private static final String PAGE_OF_OWNED = ExecutionStates.SELECT + """
             where e.REPRISE_APPLICATION in (:scope) <conditions>
             order by e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

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

    /**
     * A page of the executions that somebody looks for, newest first.
     *
     * @param before the page begins below this id; {@link Long#MAX_VALUE} for the first one
     * @param limit how many at most
     */
    Query of(Handle handle, ExecutionSearch search, long before, int limit) {
        List<String> conditions = new ArrayList<>(List.of("and e.JOB_EXECUTION_ID < :before"));
        Set<String> indexed = Set.of();
        long below = before;
        if (!search.statuses().isEmpty()) {
            if (INDEXED.containsAll(search.statuses()) && !search.owned()) {
                indexed = search.statuses();
            } else {
                conditions.add("and e.STATUS in ('" + String.join("', '", new TreeSet<>(search.statuses())) + "')");
            }
        }
        Names jobs = new Names("REPRISE_JOB_NAME", "job", search.jobs());
        Names nodes = new Names("REPRISE_NODE", "node", search.nodes());
        List<Way> ways = List.of(new Way("", ""));
        if (search.jobs() != null && !search.owned()) {
            ways = jobs.ways();
            conditions.add(nodes.condition());
        } else if (search.nodes() != null && !search.owned() && indexed.isEmpty()) {
            ways = nodes.ways();
        } else {
            conditions.add(jobs.condition());
            conditions.add(nodes.condition());
        }
        if (search.since() != null) {
            conditions.add("and e.CREATE_TIME >= :since and e.JOB_EXECUTION_ID >= :first");
        }
        if (search.until() != null) {
            conditions.add("and e.CREATE_TIME < :until");
            below = Math.min(below, idAt(handle, LAST_UNTIL, search.until(), 0) + 1);
        }
        String all = String.join(" ", conditions);
        Query query = (search.owned() ? owned(handle, all) : newest(handle, PAGE, limit, all, ways, indexed))
                .bind("before", below)
                .bind("limit", limit);
        jobs.bind(query);
        nodes.bind(query);
        if (search.since() != null) {
            query.bind("since", Timestamp.from(search.since()))
                    .bind("first", idAt(handle, FIRST_SINCE, search.since(), Long.MAX_VALUE));
        }
        if (search.until() != null) {
            query.bind("until", Timestamp.from(search.until()));
        }
        return query;
    }

    /** Along one index: what it is asked for, and what its order is behind the application's. */
    private record Way(String conditions, String order) {}

    /** The names that are looked for in a column; null for any. */
    private record Names(
            String column, String parameter, @Nullable Set<String> names) {

        List<String> sorted() {
            return names == null ? List.of() : List.copyOf(new TreeSet<>(names));
        }

        /** For each its own, in whose order the newest come first: an index has it for one name alone. */
        List<Way> ways() {
            return IntStream.range(0, sorted().size())
                    .mapToObj(i -> new Way(
                            "and e.%1$s between :%2$s%3$d and :%2$s%3$d".formatted(column, parameter, i),
                            "e." + column + " desc,"))
                    .toList();
        }

        String condition() {
            return names == null
                    ? ""
                    : IntStream.range(0, names.size())
                            .mapToObj(i -> ":" + parameter + i)
                            .collect(Collectors.joining(", ", "and e." + column + " in (", ")"));
        }

        void bind(Query query) {
            List<String> all = sorted();
            for (int i = 0; i < all.size(); i++) {
                query.bind(parameter + i, all.get(i));
            }
        }
    }

    /**
     * What a node runs, newest first, up to {@code :limit}.
     *
     * @param conditions further ones, each with its {@code and}
     */
    Query owned(Handle handle, String conditions) {
        return ExecutionStates.query(handle, scope.in(PAGE_OF_OWNED), true)
                .define("conditions", conditions)
                .bindMap(scope.bindings());
    }

    /**
     * The newest of each application, and of each status; of all of these the newest.
     *
     * @param count how many
     * @param statuses as literals, because an index of some statuses is used only where the statement itself shows that
     *     they are those; empty for any
     */
    Query newest(Handle handle, String statement, int count, Set<String> statuses) {
        return newest(handle, statement, count, "", List.of(new Way("", "")), statuses);
    }

    /** {@link #newest(Handle, String, int, Set)} along some indexes, each with its conditions. */
    private Query newest(
            Handle handle, String statement, int count, String conditions, List<Way> ways, Set<String> statuses) {
        List<String> queries = new ArrayList<>();
        for (Way way : ways) {
            String its = conditions + ' ' + way.conditions();
            if (statuses.isEmpty()) {
                queries.add(scope.each(newestOfOne(its, way.order())));
            }
            for (String status : new TreeSet<>(statuses)) {
                queries.add(scope.each(
                        newestOfOne(its + OF_A_STATUS.formatted(status), way.order() + " e.REPRISE_UNFINISHED desc,")));
            }
        }
        return ExecutionStates.query(handle, statement, false)
                .define("executions", NEWEST.replace("<each>", String.join("\nunion all\n", queries)))
                .bindMap(scope.bindings())
                .bind("newest", count)
                .bind("all", count);
    }

    /** The newest executions of each of some jobs, of all of them the newest first. */
    Query ofEach(Handle handle, Set<String> jobs, int count) {
        Names names = new Names("REPRISE_JOB_NAME", "job", jobs);
        int all = count * jobs.size() * scope.applications().size();
        Query query = newest(handle, PAGE, count, "", names.ways(), Set.of())
                .bind("all", all)
                .bind("limit", all);
        names.bind(query);
        return query;
    }

    /** {@link #newest} of what completed with an exit status of its own. */
    Query newestRemarkable(Handle handle, String statement, int count) {
        return newest(
                handle,
                statement,
                count,
                "",
                List.of(new Way(OF_THE_REMARKABLE, "e.REPRISE_REMARKABLE desc,")),
                Set.of());
    }

    /** Whether there are more of some statuses. */
    boolean areMoreThan(Handle handle, int count, Set<String> statuses) {
        return newest(handle, COUNT, count + 1, statuses).mapTo(Integer.class).one() > count;
    }

    private static String newestOfOne(String conditions, String order) {
        return NEWEST_OF_ONE.replace("<conditions>", conditions).replace("<order>", order);
    }

    private static long idAt(Handle handle, String statement, Instant time, long otherwise) {
        return handle.createQuery(statement)
                .bind("time", Timestamp.from(time))
                .mapTo(Long.class)
                .findOne()
                .orElse(otherwise);
    }
}
