package dev.reprise.repository;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Who runs what: the rows of {@code REPRISE_OWNER}, and taking over what dead nodes left (semantics.md §6). */
final class Owners {

    /**
     * @param mine whether it is this incarnation of this node
     * @param alive whether its node reported within the lease, as this incarnation
     */
    record Owner(long instanceId, long executionId, NodeIdentity node, boolean mine, boolean alive) {}

    private static final String OWNER = """
            select o.JOB_INSTANCE_ID, o.JOB_EXECUTION_ID, o.APPLICATION, o.NODE_ID, o.INCARNATION,
                   case when n.INCARNATION = o.INCARNATION
                         and n.HEARTBEAT_AT > current_timestamp - cast(:lease as bigint) * interval '0.001' second
                        then 1 else 0 end as ALIVE
              from REPRISE_OWNER o
              left join REPRISE_NODE n on n.APPLICATION = o.APPLICATION and n.NODE_ID = o.NODE_ID
            """;

    private static final String OWNER_OF_INSTANCE = OWNER + " where o.JOB_INSTANCE_ID = :instance";

    private static final String EARLIER_INCARNATIONS =
            OWNER + " where o.APPLICATION = :application and o.NODE_ID = :node and o.INCARNATION <> :incarnation";

    private static final String LOCK = """
            select JOB_EXECUTION_ID from REPRISE_OWNER
             where JOB_INSTANCE_ID = :instance and APPLICATION = :application
               and NODE_ID = :node and INCARNATION = :incarnation
               for update""";

    private static final String LOCK_EXECUTION = """
            select JOB_INSTANCE_ID from REPRISE_OWNER where JOB_EXECUTION_ID = :execution for update""";

    private static final String RELEASE = """
            delete from REPRISE_OWNER
             where JOB_EXECUTION_ID = :execution and APPLICATION = :application
               and NODE_ID = :node and INCARNATION = :incarnation""";

    private static final String STATUS = "select STATUS from BATCH_JOB_EXECUTION where JOB_EXECUTION_ID = :execution";

    /** Waits for chunks that are being committed, and keeps further ones out. */
    private static final String LOCK_STEPS = """
            select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = :execution and STATUS in ('STARTING', 'STARTED', 'STOPPING')
             order by STEP_EXECUTION_ID
               for update""";

    private static final String SUM_PARTITIONS = """
            update BATCH_STEP_EXECUTION s
               set (READ_COUNT, WRITE_COUNT, FILTER_COUNT, COMMIT_COUNT,
                    ROLLBACK_COUNT, READ_SKIP_COUNT, PROCESS_SKIP_COUNT, WRITE_SKIP_COUNT) =
                   (select sum(p.READ_COUNT), sum(p.WRITE_COUNT), sum(p.FILTER_COUNT), sum(p.COMMIT_COUNT),
                           sum(p.ROLLBACK_COUNT), sum(p.READ_SKIP_COUNT), sum(p.PROCESS_SKIP_COUNT),
                           sum(p.WRITE_SKIP_COUNT)
                      from BATCH_STEP_EXECUTION p
                     where p.JOB_EXECUTION_ID = :execution and p.REPRISE_PARTITION_OF = s.STEP_EXECUTION_ID)
             where s.JOB_EXECUTION_ID = :execution and s.STATUS in ('STARTING', 'STARTED', 'STOPPING')
               and exists (select 1 from BATCH_STEP_EXECUTION p
                            where p.JOB_EXECUTION_ID = :execution and p.REPRISE_PARTITION_OF = s.STEP_EXECUTION_ID)""";

    private static final String CLOSE_STEPS = """
            update BATCH_STEP_EXECUTION
               set STATUS = :status, EXIT_CODE = :status, EXIT_MESSAGE = :message,
                   END_TIME = localtimestamp, LAST_UPDATED = localtimestamp, VERSION = VERSION + 1
             where JOB_EXECUTION_ID = :execution and STATUS in ('STARTING', 'STARTED', 'STOPPING')""";

    private static final String CLOSE_JOB = """
            update BATCH_JOB_EXECUTION
               set STATUS = :status, EXIT_CODE = :status, EXIT_MESSAGE = :message,
                   END_TIME = localtimestamp, LAST_UPDATED = localtimestamp, VERSION = VERSION + 1
             where JOB_EXECUTION_ID = :execution""";

    private final NodeIdentity self;
    private final Duration lease;

    Owners(NodeIdentity self, Duration lease) {
        this.self = self;
        this.lease = lease;
    }

    Optional<Owner> of(Handle handle, long instanceId) {
        return handle.createQuery(OWNER_OF_INSTANCE)
                .bind("lease", lease.toMillis())
                .bind("instance", instanceId)
                .map((row, context) -> owner(
                        row.getLong(1),
                        row.getLong(2),
                        new NodeIdentity(row.getString(3), row.getString(4), row.getLong(5)),
                        row.getInt(6) == 1))
                .findOne();
    }

    /** What earlier incarnations of this node left running. */
    List<Owner> ofEarlierIncarnations(Handle handle) {
        return handle.createQuery(EARLIER_INCARNATIONS)
                .bind("lease", lease.toMillis())
                .bind("application", self.application())
                .bind("node", self.name())
                .bind("incarnation", self.incarnation())
                .map((row, context) -> owner(
                        row.getLong(1),
                        row.getLong(2),
                        new NodeIdentity(row.getString(3), row.getString(4), row.getLong(5)),
                        row.getInt(6) == 1))
                .list();
    }

    private Owner owner(long instance, long execution, NodeIdentity node, boolean reported) {
        boolean mine = node.equals(self);
        boolean replaced = node.name().equals(self.name())
                && node.application().equals(self.application())
                && node.incarnation() != self.incarnation();
        return new Owner(instance, execution, node, mine, mine || (reported && !replaced));
    }

    /** Whether this node may close what that owner left: only nodes of the same application do. */
    boolean mayTakeOver(Owner owner) {
        return !owner.alive() && owner.node().application().equals(self.application());
    }

    /**
     * Ends the execution of a dead owner, with its running steps and partitions, in the transaction of the handle.
     *
     * @return false if it is not that owner's any more
     */
    boolean takeOver(Handle handle, Owner dead) {
        boolean stillTheirs = handle.createQuery(LOCK)
                .bind("instance", dead.instanceId())
                .bind("application", dead.node().application())
                .bind("node", dead.node().name())
                .bind("incarnation", dead.node().incarnation())
                .mapTo(Long.class)
                .findOne()
                .isPresent();
        if (!stillTheirs) {
            return false;
        }
        String before = handle.createQuery(STATUS)
                .bind("execution", dead.executionId())
                .mapTo(String.class)
                .one();
        String status = "STOPPING".equals(before) ? "STOPPED" : "FAILED";
        String message = "Node " + dead.node() + " died while it ran this; closed by node " + self + ".";

        closeSteps(handle, dead.executionId(), status, message);
        handle.createUpdate(CLOSE_JOB)
                .bind("execution", dead.executionId())
                .bind("status", status)
                .bind("message", message)
                .execute();
        release(handle, dead.executionId(), dead.node());
        return true;
    }

    /** Ends the steps and partitions of an execution that are still running in the tables, and raises their versions. */
    void closeSteps(Handle handle, long executionId, String status, String message) {
        handle.createQuery(LOCK_STEPS)
                .bind("execution", executionId)
                .mapTo(Long.class)
                .list();
        handle.createUpdate(SUM_PARTITIONS).bind("execution", executionId).execute();
        handle.createUpdate(CLOSE_STEPS)
                .bind("execution", executionId)
                .bind("status", status)
                .bind("message", message)
                .execute();
    }

    /** Keeps steps from starting and the execution from ending, on whichever node, until the transaction ends. */
    void lock(Handle handle, long executionId) {
        handle.createQuery(LOCK_EXECUTION)
                .bind("execution", executionId)
                .mapTo(Long.class)
                .list();
    }

    /** Gives up what this node owns; false if it does not own it any more. */
    boolean release(Handle handle, long executionId) {
        return release(handle, executionId, self);
    }

    private static boolean release(Handle handle, long executionId, NodeIdentity owner) {
        return handle.createUpdate(RELEASE)
                        .bind("execution", executionId)
                        .bind("application", owner.application())
                        .bind("node", owner.name())
                        .bind("incarnation", owner.incarnation())
                        .execute()
                == 1;
    }
}
