package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The applications on the database that consoles show, by the nodes that they have or had (contract.md §8.8). Asked again
 * after a moment only. Thread-safe.
 */
public final class Applications {

    private static final Duration FRESH = Duration.ofSeconds(2);

    /** More would make each list a statement of as many parts. */
    private static final int MOST = 50;

    private static final String NODES = """
            select APPLICATION, NODE_ID, HEARTBEAT_MILLIS,
                   case when HEARTBEAT_AT > current_timestamp
                             - coalesce(LEASE_MILLIS, cast(:lease as bigint)) * interval '0.001' second
                        then 1 else 0 end as ALIVE,
                   case when TAKES_REQUESTS = INCARNATION then 1 else 0 end as TAKES,
                   case when TAKES_REQUESTS = 0 then 1 else 0 end as HIDDEN
              from REPRISE_NODE
             order by case when HEARTBEAT_AT is null then 1 else 0 end, HEARTBEAT_AT desc, STARTED_AT desc, NODE_ID
             fetch first 1000 rows only""";

    private final Database database;
    private final Scope own;
    private final Duration lease;
    private final boolean others;

    private volatile @Nullable Known known;

    /**
     * A node as others may ask it.
     *
     * @param alive whether it has reported within its lease
     * @param takesRequests whether it does what others ask; one of an earlier version does not
     */
    public record Node(String application, String name, Duration heartbeat, boolean alive, boolean takesRequests) {

        public boolean canBeAsked() {
            return alive && takesRequests;
        }
    }

    private record Known(List<Node> nodes, Scope shown, long at) {}

    /**
     * @param own what is this application's, and what counts as such
     * @param lease after which time without a report a node is dead that does not say so itself
     * @param others whether other applications are shown
     */
    public Applications(Database database, Scope own, Duration lease, boolean others) {
        this.database = database;
        this.own = own;
        this.lease = lease;
        this.others = others;
    }

    /** Its own, and those of all applications that do not want to be hidden. */
    public Scope shown() {
        return others ? known().shown() : own;
    }

    /** Whether what belongs to an application is another's, and can be seen and asked for here. */
    public boolean isShownAnother(String application) {
        return !own.includes(application) && shown().includes(application);
    }

    /** The nodes of an application that do what others ask, as of a moment ago. */
    public List<Node> whoCanBeAsked(String application) {
        return known().nodes().stream()
                .filter(node -> node.application().equals(application) && node.canBeAsked())
                .toList();
    }

    /** {@link #whoCanBeAsked}, as of now. */
    public List<Node> whoCanBeAskedNow(String application) {
        known = null;
        return whoCanBeAsked(application);
    }

    private Known known() {
        Known last = known;
        if (last == null || System.nanoTime() - last.at() > FRESH.toNanos()) {
            last = look();
            known = last;
        }
        return last;
    }

    private Known look() {
        long at = System.nanoTime();
        List<Node> nodes = new ArrayList<>();
        // What any live node of each says, or else the last one.
        Map<String, Boolean> hidden = new LinkedHashMap<>();
        database.read(handle -> handle.createQuery(NODES)
                        .bind("lease", lease.toMillis())
                        .map((row, context) -> {
                            boolean alive = row.getInt("ALIVE") == 1;
                            hidden.merge(
                                    row.getString("APPLICATION"),
                                    row.getInt("HIDDEN") == 1,
                                    (last, other) -> last || (alive && other));
                            return new Node(
                                    row.getString("APPLICATION"),
                                    row.getString("NODE_ID"),
                                    Duration.ofMillis(row.getLong("HEARTBEAT_MILLIS")),
                                    alive,
                                    row.getInt("TAKES") == 1);
                        })
                        .list())
                .forEach(nodes::add);
        return new Known(
                List.copyOf(nodes),
                own.with(hidden.keySet().stream()
                        .filter(application -> !hidden.getOrDefault(application, false))
                        .limit(MOST)
                        .toList()),
                at);
    }
}
