package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.state.DueRestart;
import dev.reprise.state.NodeIdentity;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code REPRISE_RESTART}: which executions are restarted without anybody asking, and by which node
 * (contract.md §6). Every method uses the handle of its caller.
 */
public final class Restarts {

    private static final String UPDATE = """
            update REPRISE_RESTART
               set JOB_EXECUTION_ID = :execution, APPLICATION = :application, ATTEMPT = :attempt,
                   NOT_BEFORE = current_timestamp + cast(:pause as bigint) * interval '0.001' second,
                   NODE_ID = :node, INCARNATION = :incarnation
             where JOB_INSTANCE_ID = :instance""";

    private static final String INSERT = """
            insert into REPRISE_RESTART
                (JOB_INSTANCE_ID, JOB_EXECUTION_ID, APPLICATION, ATTEMPT, NOT_BEFORE, NODE_ID, INCARNATION)
            values (:instance, :execution, :application, :attempt,
                    current_timestamp + cast(:pause as bigint) * interval '0.001' second, :node, :incarnation)""";

    /**
     * Not what still ends, and not what another live node has taken upon itself. Void is what ended otherwise than it was
     * planned: what its server stopped (attempt 0) is to end STOPPED.
     */
    private static final String DUE = """
            select r.JOB_INSTANCE_ID, r.JOB_EXECUTION_ID, r.NODE_ID, r.INCARNATION, e.REPRISE_JOB_NAME, r.ATTEMPT,
                   r.APPLICATION,
                   case when (e.STATUS = 'STOPPED' or (e.STATUS = 'FAILED' and r.ATTEMPT > 0))
                         and not exists (select 1 from BATCH_JOB_EXECUTION later
                                          where later.JOB_INSTANCE_ID = r.JOB_INSTANCE_ID
                                            and later.JOB_EXECUTION_ID > r.JOB_EXECUTION_ID)
                        then 0 else 1 end as VOID
              from REPRISE_RESTART r
              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = r.JOB_EXECUTION_ID
              left join REPRISE_NODE n on n.APPLICATION = r.APPLICATION and n.NODE_ID = r.NODE_ID
             where r.APPLICATION in (:scope) and r.NOT_BEFORE <= current_timestamp
               and (r.APPLICATION = :application or not exists (
                       select 1 from REPRISE_NODE living
                        where living.APPLICATION = r.APPLICATION
                          and living.HEARTBEAT_AT > current_timestamp - cast(:lease as bigint) * interval '0.001' second))
               and (r.NODE_ID is null or (r.APPLICATION = :application and r.NODE_ID = :node)
                    or n.INCARNATION is null or n.INCARNATION <> r.INCARNATION or n.HEARTBEAT_AT is null
                    or n.HEARTBEAT_AT <= current_timestamp - cast(:lease as bigint) * interval '0.001' second)
               and not exists (select 1 from REPRISE_OWNER o where o.JOB_EXECUTION_ID = r.JOB_EXECUTION_ID)
             order by r.JOB_EXECUTION_ID
             fetch first 100 rows only""";

    /** As it was seen, and no other way. */
    private static final String CLAIM = """
            update REPRISE_RESTART set APPLICATION = :application, NODE_ID = :node, INCARNATION = :incarnation
             where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID = :execution and APPLICATION = :seenApplication
               and coalesce(NODE_ID, '') = :seenNode and coalesce(INCARNATION, 0) = :seenIncarnation""";

    private static final String POSTPONE = """
            update REPRISE_RESTART
               set NODE_ID = null, INCARNATION = null,
                   NOT_BEFORE = current_timestamp + cast(:pause as bigint) * interval '0.001' second
             where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID = :execution
               and APPLICATION = :application and NODE_ID = :node and INCARNATION = :incarnation""";

    /** Another node may have claimed it since, because this one was silent. */
    private static final String DONE = """
            delete from REPRISE_RESTART
             where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID = :execution
               and APPLICATION = :application and NODE_ID = :node and INCARNATION = :incarnation""";

    private static final String FORGET = """
            delete from REPRISE_RESTART where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID = :execution""";

    private final Supplier<NodeIdentity> self;
    private final Duration lease;
    private final Scope scope;
    private final String due;

    /**
     * @param scope whose executions this node restarts
     */
    public Restarts(Supplier<NodeIdentity> self, Duration lease, Scope scope) {
        this.scope = scope.ofApplications();
        this.due = this.scope.in(DUE);
        this.self = self;
        this.lease = lease;
    }

    /**
     * A restart that may happen now.
     *
     * @param application whose it is
     * @param seen who had taken it upon itself, or null
     * @param isVoid whether there is nothing to restart any more
     */
    private record Due(
            DueRestart restart,
            String application,
            @Nullable NodeIdentity seen,
            boolean isVoid) {}

    /** After a death, on whichever node finds the time first. */
    public void plan(Handle handle, long instanceId, long executionId, int attempt, Duration pause) {
        plan(handle, instanceId, executionId, attempt, pause, null);
    }

    /** By the node that runs it now, if that comes back before its lease ends; else by any other. */
    public void planHere(Handle handle, long instanceId, long executionId) {
        plan(handle, instanceId, executionId, 0, Duration.ZERO, self.get());
    }

    private void plan(
            Handle handle, long instanceId, long executionId, int attempt, Duration pause, @Nullable NodeIdentity by) {
        for (String statement : List.of(UPDATE, INSERT)) {
            int rows = handle.createUpdate(statement)
                    .bind("instance", instanceId)
                    .bind("execution", executionId)
                    .bind("application", self.get().application())
                    .bind("attempt", attempt)
                    .bind("pause", pause.toMillis())
                    .bind("node", by == null ? null : by.name())
                    .bind("incarnation", by == null ? null : Long.valueOf(by.incarnation()))
                    .execute();
            if (rows == 1) {
                return;
            }
        }
    }

    /**
     * What this node is to restart now, which no other node then does. What nobody needs any more is forgotten.
     *
     * @param deployed which jobs this application has: of one that it shares with, others may be left
     */
    public List<DueRestart> claim(Handle handle, Predicate<String> deployed) {
        NodeIdentity here = self.get();
        List<Due> found = handle.createQuery(due)
                .bindMap(scope.bindings())
                .bind("application", here.application())
                .bind("node", here.name())
                .bind("lease", lease.toMillis())
                .map((row, context) -> {
                    String node = row.getString(3);
                    return new Due(
                            new DueRestart(row.getLong(1), row.getLong(2), row.getString(5), row.getInt(6)),
                            row.getString(7),
                            node == null ? null : new NodeIdentity(row.getString(7), node, row.getLong(4)),
                            row.getInt(8) == 1);
                })
                .list();
        found.stream()
                .filter(Due::isVoid)
                .map(Due::restart)
                .forEach(restart -> forget(handle, restart.instanceId(), restart.executionId()));
        return found.stream()
                .filter(its -> !its.isVoid()
                        && (its.application().equals(here.application())
                                || deployed.test(its.restart().jobName()))
                        && claim(handle, its, here))
                .map(Due::restart)
                .toList();
    }

    private static boolean claim(Handle handle, Due due, NodeIdentity here) {
        NodeIdentity seen = due.seen();
        return handle.createUpdate(CLAIM)
                        .bindMap(NodeColumns.of(here))
                        .bind("seenApplication", due.application())
                        .bind("instance", due.restart().instanceId())
                        .bind("execution", due.restart().executionId())
                        .bind("seenNode", seen == null ? "" : seen.name())
                        .bind("seenIncarnation", seen == null ? 0L : seen.incarnation())
                        .execute()
                == 1;
    }

    public void postpone(Handle handle, DueRestart restart, Duration pause) {
        handle.createUpdate(POSTPONE)
                .bind("pause", pause.toMillis())
                .bind("instance", restart.instanceId())
                .bind("execution", restart.executionId())
                .bindMap(NodeColumns.of(self.get()))
                .execute();
    }

    public void done(Handle handle, DueRestart restart) {
        handle.createUpdate(DONE)
                .bind("instance", restart.instanceId())
                .bind("execution", restart.executionId())
                .bindMap(NodeColumns.of(self.get()))
                .execute();
    }

    /** False if none was planned. */
    public boolean forget(Handle handle, long instanceId, long executionId) {
        return handle.createUpdate(FORGET)
                        .bind("instance", instanceId)
                        .bind("execution", executionId)
                        .execute()
                == 1;
    }
}
