package dev.reprise.internal.store;

import dev.reprise.internal.database.Dialect;
import dev.reprise.internal.database.NodeColumns;
import dev.reprise.state.NodeIdentity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** Who runs what: the rows of {@code REPRISE_OWNER}, and what dead nodes left (contract.md §6). */
public final class Owners {

    /**
     * What this incarnation of this node owns.
     *
     * @param stopRequested whether somebody wants it stopped
     */
    public record Own(Owner owner, boolean stopRequested) {}

    /**
     * Whether a row that is found by its instance or its execution is a node's. Not with an equals sign: the table looks empty
     * to PostgreSQL's statistics, and it would as well come by the index of nodes, past all that the node has owned since the
     * last vacuum.
     */
    static final String AND_MINE =
            " and APPLICATION is not distinct from :application and NODE_ID is not distinct from :node"
                    + " and INCARNATION is not distinct from :incarnation";

    private static final String OWNER = """
            select o.JOB_INSTANCE_ID, o.JOB_EXECUTION_ID, o.APPLICATION, o.NODE_ID, o.INCARNATION,
                   case when n.INCARNATION = o.INCARNATION
                         and n.HEARTBEAT_AT > current_timestamp - cast(:lease as bigint) * interval '0.001' second
                        then 1 else 0 end as ALIVE
              from REPRISE_OWNER o
              left join REPRISE_NODE n on n.APPLICATION = o.APPLICATION and n.NODE_ID = o.NODE_ID
            """;

    private static final String OWNER_OF_INSTANCE = OWNER + " where o.JOB_INSTANCE_ID = :instance";

    /**
     * The few whose executions are worth a look: those that are silent, those that came back within ten leases, and this
     * one. Of what one owns, that of incarnations below the living one is left over. Whoever launches something else that
     * is owned finds out by itself, as where a node's row was deleted that has not come back. An application that this one
     * shares with looks after its own, as long as a node of it lives.
     */
    private static final String SUSPECTS = """
            select n.APPLICATION, n.NODE_ID,
                   case when n.APPLICATION = :application and n.NODE_ID = :node then :incarnation
                        when n.HEARTBEAT_AT > current_timestamp - cast(:lease as bigint) * interval '0.001' second
                        then n.INCARNATION else n.INCARNATION + 1 end as LIVING
              from REPRISE_NODE n
             where n.APPLICATION in (:scope)
               and (n.NODE_ID = :node or n.HEARTBEAT_AT is null
                    or n.HEARTBEAT_AT <= current_timestamp - cast(:lease as bigint) * interval '0.001' second
                    or (n.INCARNATION > 1
                        and n.STARTED_AT > current_timestamp - cast(:lease as bigint) * interval '0.010' second))
               and (n.APPLICATION = :application or not exists (
                       select 1 from REPRISE_NODE living
                        where living.APPLICATION = n.APPLICATION
                          and living.HEARTBEAT_AT > current_timestamp - cast(:lease as bigint) * interval '0.001' second))""";

    /** By the owner's row alone: side by side, in the order of their ids, everybody's would be read. */
    private static final String WITH_EXECUTION =
            " join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID + 0\n";

    private static final String OF_THIS_NODE = """
            select o.JOB_INSTANCE_ID, o.JOB_EXECUTION_ID, e.STATUS
              from REPRISE_OWNER o""" + WITH_EXECUTION + """
             where o.APPLICATION = :application and o.NODE_ID = :node and o.INCARNATION = :incarnation""";

    /** Only where the same node took it: those before it, in the order in which they came. */
    private static final String QUEUE = """
            select count(case when e.STATUS = 'STARTING' and e.JOB_EXECUTION_ID <= :execution then 1 end)
                   * max(case when e.STATUS = 'STARTING' and e.JOB_EXECUTION_ID = :execution then 1 else 0 end) as PLACE,
                   count(case when e.STATUS <> 'STARTING' then 1 end) as RUNNING
              from REPRISE_OWNER o""" + WITH_EXECUTION + """
             where o.APPLICATION = :application and o.NODE_ID = :node and o.INCARNATION = :incarnation""";

    private static final String ALIVE = """
            select count(*) from REPRISE_NODE
             where APPLICATION = :application and NODE_ID = :node and INCARNATION = :incarnation
               and HEARTBEAT_AT > current_timestamp - cast(:lease as bigint) * interval '0.001' second""";

    private static final String LOCK_EXECUTION = """
            select JOB_INSTANCE_ID, APPLICATION, NODE_ID from REPRISE_OWNER
             where JOB_EXECUTION_ID = :execution
               for update""";

    private static final String RELEASE = """
            delete from REPRISE_OWNER
             where JOB_EXECUTION_ID = :execution""" + AND_MINE;

    private final Dialect dialect;
    private final Supplier<NodeIdentity> self;
    private final Duration lease;
    private final Scope scope;
    private final String suspects;

    /**
     * @param scope whose nodes' executions this node takes over
     */
    public Owners(Dialect dialect, Supplier<NodeIdentity> self, Duration lease, Scope scope) {
        this.scope = scope.ofApplications();
        this.suspects = this.scope.in(SUSPECTS);
        this.dialect = dialect;
        this.self = self;
        this.lease = lease;
    }

    public Optional<Owner> of(Handle handle, long instanceId) {
        NodeIdentity here = self.get();
        return handle.createQuery(OWNER_OF_INSTANCE)
                .bind("lease", lease.toMillis())
                .bind("instance", instanceId)
                .map((row, context) -> owner(row, here))
                .findOne();
    }

    private record Suspect(String application, String name, long living) {}

    /**
     * What nodes left running that do not report any more, and what earlier incarnations left; the oldest first. Each
     * living node asks at each heartbeat.
     */
    public List<Owner> ofTheDead(Handle handle) {
        NodeIdentity here = self.get();
        List<Suspect> found = handle.createQuery(suspects)
                .bindMap(scope.bindings())
                .bind("lease", lease.toMillis())
                .bindMap(NodeColumns.of(here))
                .map((row, context) -> new Suspect(row.getString(1), row.getString(2), row.getLong(3)))
                .list();
        return handle
                .registerArrayType(String.class, "varchar")
                .registerArrayType(Long.class, "bigint")
                .createQuery(dialect.leftOver())
                .bind("applications", found.stream().map(Suspect::application).toArray(String[]::new))
                .bind("names", found.stream().map(Suspect::name).toArray(String[]::new))
                .bind("living", found.stream().map(Suspect::living).toArray(Long[]::new))
                .map((row, context) -> owner(row, here))
                .stream()
                .sorted(Comparator.comparingLong(Owner::executionId))
                .toList();
    }

    /** What this incarnation of this node owns, by the id of the execution. */
    public Map<Long, Own> ofThisNode(Handle handle) {
        NodeIdentity here = self.get();
        Map<Long, Own> owned = new HashMap<>();
        handle.createQuery(OF_THIS_NODE)
                .bindMap(NodeColumns.of(here))
                .map((row, context) -> new Own(
                        new Owner(row.getLong(1), row.getLong(2), here, true, true),
                        "STOPPING".equals(row.getString(3))))
                .forEach(own -> owned.put(own.owner().executionId(), own));
        return owned;
    }

    /**
     * Where an execution stands that waits for a thread.
     *
     * @param place from 1; 0 if it does not wait
     * @param running how many executions run there
     */
    public record Queued(int place, int running) {}

    public Queued queued(Handle handle, Owner owner) {
        return handle.createQuery(QUEUE)
                .bind("execution", owner.executionId())
                .bindMap(NodeColumns.of(owner.node()))
                .map((row, context) -> new Queued(row.getInt(1), row.getInt(2)))
                .one();
    }

    private static Owner owner(ResultSet row, NodeIdentity here) throws SQLException {
        NodeIdentity node = new NodeIdentity(row.getString(3), row.getString(4), row.getLong(5));
        boolean mine = node.equals(here);
        boolean replaced = node.name().equals(here.name())
                && node.application().equals(here.application())
                && node.incarnation() != here.incarnation();
        boolean reported = row.getInt(6) == 1;
        return new Owner(row.getLong(1), row.getLong(2), node, mine, mine || node.isNone() || (reported && !replaced));
    }

    /** Whether this node may close what that owner left: only nodes of its application do, or of one that shares with it. */
    public boolean mayTakeOver(Owner owner) {
        return !owner.alive() && scope.includes(owner.node().application());
    }

    /** Whether a node has reported within the lease, as that incarnation. */
    public boolean isAlive(Handle handle, NodeIdentity node) {
        return handle.createQuery(ALIVE)
                        .bindMap(NodeColumns.of(node))
                        .bind("lease", lease.toMillis())
                        .mapTo(Integer.class)
                        .one()
                > 0;
    }

    /**
     * Keeps steps from starting and the execution from ending, on whichever node, and nodes from taking it, until the
     * transaction ends.
     *
     * @return who has it if it waits for a node; else nothing
     */
    public Optional<Owner> lock(Handle handle, long executionId) {
        return handle
                .createQuery(LOCK_EXECUTION)
                .bind("execution", executionId)
                .map((row, context) -> row.getString(3).isEmpty()
                        ? new Owner(row.getLong(1), executionId, NodeIdentity.none(row.getString(2)), false, true)
                        : null)
                .stream()
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** Gives up what a node owns; false if it does not own it any more. */
    public boolean release(Handle handle, long executionId, NodeIdentity owner) {
        return giveUp(handle, executionId, owner);
    }

    static boolean giveUp(Handle handle, long executionId, NodeIdentity owner) {
        return handle.createUpdate(RELEASE)
                        .bind("execution", executionId)
                        .bindMap(NodeColumns.of(owner))
                        .execute()
                == 1;
    }
}
