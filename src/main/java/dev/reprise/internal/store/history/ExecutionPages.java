package dev.reprise.internal.store.history;

import dev.reprise.internal.database.Dialect;
import dev.reprise.internal.store.Scope;
import dev.reprise.state.ExecutionSearch;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The queries of pages of executions, newest first: however many executions there are, each reads a bounded number.
 *
 * @param scope what is seen
 */
record ExecutionPages(Dialect dialect, Scope scope) {

    /** The statuses that are in the column {@code REPRISE_UNFINISHED} too. */
    private static final Set<String> INDEXED = Set.of("FAILED", "STOPPED", "ABANDONED", "UNKNOWN");

    /** Of one application, and in the order of an index that begins with it. */
    private static final String NEWEST_OF_ONE = """
            select e.JOB_EXECUTION_ID from BATCH_JOB_EXECUTION e
             where e.REPRISE_APPLICATION between :application and :application <conditions>
             order by e.REPRISE_APPLICATION desc, <order> e.JOB_EXECUTION_ID desc
             fetch first :limit rows only""";

    private static final String OF_A_STATUS = " and e.REPRISE_UNFINISHED between '%1$s' and '%1$s'";

    private static final String OF_THE_REMARKABLE = " and e.REPRISE_REMARKABLE between 'Y' and 'Y'";

    /** What a statement asks of the {@link #newest}, once they are known: or it would be asked of all that there are. */
    static final String AMONG_THEM = "e.JOB_EXECUTION_ID = any(:newest)";

    private static final String PAGE =
            ExecutionStates.SELECT + " where " + AMONG_THEM + " order by e.JOB_EXECUTION_ID desc";

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
        Way way = Way.OF_ALL;
        if (search.jobs() != null && !search.owned()) {
            way = jobs.way();
            conditions.add(nodes.condition());
        } else if (search.nodes() != null && !search.owned() && indexed.isEmpty()) {
            way = nodes.way();
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
        Map<String, Object> bindings = new HashMap<>(Map.of("before", below));
        jobs.bind(bindings);
        nodes.bind(bindings);
        if (search.since() != null) {
            bindings.put("since", Timestamp.from(search.since()));
            bindings.put("first", idAt(handle, FIRST_SINCE, search.since(), Long.MAX_VALUE));
        }
        if (search.until() != null) {
            bindings.put("until", Timestamp.from(search.until()));
        }
        String all = String.join(" ", conditions);
        return search.owned()
                ? owned(handle, all).bindMap(bindings).bind("limit", limit)
                : page(handle, PAGE, newest(handle, limit, limit, all, way, indexed, bindings));
    }

    /**
     * Along one index.
     *
     * @param conditions what it is asked for
     * @param order what its order is behind the application's
     * @param each of what it is asked for one after the other
     */
    private record Way(String conditions, String order, Map<String, List<String>> each) {

        static final Way OF_ALL = new Way("", "", Map.of());
    }

    /** The names that are looked for in a column; null for any. */
    private record Names(
            String column, String parameter, @Nullable Set<String> names) {

        /** For each by itself, in whose order the newest come first: an index has it for one name alone. */
        Way way() {
            return new Way(
                    "and e.%1$s between :%2$s and :%2$s".formatted(column, parameter),
                    "e." + column + " desc,",
                    Map.of(parameter, names == null ? List.of() : List.copyOf(names)));
        }

        String condition() {
            return names == null ? "" : "and e.%s = any(:%ss)".formatted(column, parameter);
        }

        void bind(Map<String, Object> bindings) {
            if (names != null) {
                bindings.put(parameter + "s", names.toArray(String[]::new));
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

    /** A query of the {@link #newest} that says {@link #AMONG_THEM}. */
    static Query page(Handle handle, String statement, Collection<Long> newest) {
        handle.registerArrayType(Long.class, "bigint");
        return ExecutionStates.query(handle, statement, false).bind("newest", newest.toArray(Long[]::new));
    }

    /**
     * The newest of each application, and of each status; of all of these the newest, newest first.
     *
     * @param count how many
     * @param statuses as literals, because an index of some statuses is used only where the statement itself shows that
     *     they are those; empty for any
     */
    List<Long> newest(Handle handle, int count, Set<String> statuses) {
        return newest(handle, count, count, "", Way.OF_ALL, statuses, Map.of());
    }

    /**
     * {@link #newest(Handle, int, Set)} along an index, with further conditions.
     *
     * @param ofOne how many of each
     * @param bindings of what the conditions say
     */
    private List<Long> newest(
            Handle handle,
            int ofOne,
            int count,
            String conditions,
            Way way,
            Set<String> statuses,
            Map<String, Object> bindings) {
        List<String> queries = new ArrayList<>();
        String its = conditions + ' ' + way.conditions();
        if (statuses.isEmpty()) {
            queries.add(newestOfOne(its, way.order()));
        }
        for (String status : new TreeSet<>(statuses)) {
            queries.add(newestOfOne(its + OF_A_STATUS.formatted(status), way.order() + " e.REPRISE_UNFINISHED desc,"));
        }
        Map<String, List<String>> each = new TreeMap<>(way.each());
        each.put("application", scope.applications());
        Map<String, Object> all = new HashMap<>(bindings);
        all.put("limit", ofOne);
        return dialect.greatestOfEach(handle, queries, each, all, count);
    }

    /** The newest executions of each of some jobs, of all of them the newest first. */
    Query ofEach(Handle handle, Set<String> jobs, int count) {
        Way way = new Names("REPRISE_JOB_NAME", "job", jobs).way();
        return page(handle, PAGE, newest(handle, count, Integer.MAX_VALUE, "", way, Set.of(), Map.of()));
    }

    /** {@link #newest} of what completed with an exit status of its own. */
    List<Long> newestRemarkable(Handle handle, int count) {
        Way way = new Way(OF_THE_REMARKABLE, "e.REPRISE_REMARKABLE desc,", Map.of());
        return newest(handle, count, count, "", way, Set.of(), Map.of());
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
