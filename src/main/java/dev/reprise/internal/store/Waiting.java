package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.store.Work.Definition;
import dev.reprise.state.NodeIdentity;
import java.util.Collection;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The executions that any node may run and that none has taken yet, on PostgreSQL: rows of {@code REPRISE_OWNER} without a name
 * of a node (decision 054). Who puts its name there runs it. Every method uses the handle of its caller, and so its transaction.
 */
public final class Waiting {

    /**
     * An execution that waits.
     *
     * @param definition its job, as it was launched
     * @param identityNone whether each launch of it is a new instance
     */
    public record Execution(long id, long instanceId, Definition definition, boolean identityNone) {}

    /** By the index of those that wait alone: side by side, in the order of their ids, everybody's executions would be read. */
    private static final String OLDEST = """
            select o.JOB_EXECUTION_ID, o.JOB_INSTANCE_ID, e.REPRISE_JOB_NAME, e.REPRISE_DEFINITION,
                   case when i.JOB_KEY like 'u%' then 1 else 0 end as IDENTITY_NONE
              from REPRISE_OWNER o
              join BATCH_JOB_EXECUTION e on e.JOB_EXECUTION_ID = o.JOB_EXECUTION_ID + 0
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = o.JOB_INSTANCE_ID + 0
             where o.APPLICATION = :application and o.NODE_ID = ''
               and o.JOB_EXECUTION_ID <> all (cast(:passed as bigint[]))
               and coalesce(e.REPRISE_DEFINITION, '') <> all (cast(:foreign as varchar[]))
             order by o.JOB_EXECUTION_ID
             fetch first 1 row only""";

    private static final String LOCK_OLDEST = OLDEST + " for update of o skip locked";

    private static final String TAKE = """
            with TAKEN as (
                update REPRISE_OWNER
                   set NODE_ID = :node, INCARNATION = :incarnation, ACQUIRED_AT = current_timestamp
                 where JOB_EXECUTION_ID = :execution and NODE_ID is not distinct from ''
                returning JOB_EXECUTION_ID)
            update BATCH_JOB_EXECUTION e
               set REPRISE_NODE = :node, LAST_UPDATED = localtimestamp, VERSION = VERSION + 1
              from TAKEN
             where e.JOB_EXECUTION_ID = TAKEN.JOB_EXECUTION_ID""";

    private static final String IS_TAKEN = """
            select count(*) from REPRISE_OWNER where JOB_EXECUTION_ID = :execution""" + Owners.AND_MINE;

    private Waiting() {}

    /**
     * The one that waits longest.
     *
     * @param foreign the digests of definitions that the asking node does not have
     * @param passed executions that it does not want
     */
    public static Optional<Execution> oldest(
            Handle handle, String application, Collection<String> foreign, Collection<Long> passed) {
        return find(handle, OLDEST, application, foreign, passed);
    }

    /** {@link #oldest} of those that nobody else is about to take or to stop, which nobody is until the transaction ends. */
    public static Optional<Execution> lockOldest(
            Handle handle, String application, Collection<String> foreign, Collection<Long> passed) {
        return find(handle, LOCK_OLDEST, application, foreign, passed);
    }

    private static Optional<Execution> find(
            Handle handle, String statement, String application, Collection<String> foreign, Collection<Long> passed) {
        return Work.arrays(handle)
                .createQuery(statement)
                .bind("application", application)
                .bind("foreign", foreign.toArray(String[]::new))
                .bind("passed", passed.toArray(Long[]::new))
                .map((row, context) -> new Execution(
                        row.getLong(1),
                        row.getLong(2),
                        new Definition(row.getString(3), row.getString(4)),
                        row.getInt(5) == 1))
                .findOne();
    }

    /** Whether a node has taken one, and nobody has closed it for that node. */
    public static boolean isTaken(Handle handle, long executionId, NodeIdentity node) {
        return handle.createQuery(IS_TAKEN)
                        .bind("execution", executionId)
                        .bindMap(NodeColumns.of(node))
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    /** Takes one for a node; false if it does not wait any more. */
    public static boolean take(Handle handle, long executionId, NodeIdentity node) {
        return handle.createUpdate(TAKE)
                        .bind("execution", executionId)
                        .bindMap(NodeColumns.of(node))
                        .execute()
                == 1;
    }
}
