package dev.reprise.internal.store;

import dev.reprise.state.NodeIdentity;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Partitions that dead nodes had taken (contract.md §9). Every method uses the handle of its caller, and so its transaction. */
public final class WorkOfTheDead {

    /** The partitions' own rows are read for what dead nodes had, and not for what the living run. */
    private static final String FIND = """
            select w.STEP_EXECUTION_ID, w.JOB_EXECUTION_ID, w.JOB_NAME, w.NODE_ID, w.INCARNATION, s.STEP_NAME,
                   s.REPRISE_PARTITION, s.VERSION, coalesce(s.REPRISE_ATTEMPT, 0) as ATTEMPT,
                   case when s.STATUS = 'STOPPING' then 1 else 0 end as TO_STOP
              from (select t.STEP_EXECUTION_ID, t.JOB_EXECUTION_ID, t.JOB_NAME, t.NODE_ID, t.INCARNATION
                      from REPRISE_WORK t
                      left join lateral (
                           select INCARNATION, HEARTBEAT_AT from REPRISE_NODE
                            where APPLICATION = t.APPLICATION and NODE_ID = t.NODE_ID
                            limit 1) n on true
                     where t.APPLICATION = :application and t.STATE = 'TAKEN'
                       and (n.INCARNATION is null or n.INCARNATION <> t.INCARNATION or n.HEARTBEAT_AT is null
                            or n.HEARTBEAT_AT <= current_timestamp - cast(:lease as bigint) * interval '0.001' second)
                     order by t.STEP_EXECUTION_ID
                     fetch first 1000 rows only) w
             cross join lateral (
                   select STEP_NAME, REPRISE_PARTITION, VERSION, REPRISE_ATTEMPT, STATUS from BATCH_STEP_EXECUTION
                    where STEP_EXECUTION_ID = w.STEP_EXECUTION_ID
                    limit 1) s
             order by w.STEP_EXECUTION_ID""";

    /** By its version, as {@link Work}: it may be somebody else's by now. */
    private static final String END = """
            with ENDS as (
                update BATCH_STEP_EXECUTION
                   set VERSION = VERSION + 1, STATUS = :status, EXIT_CODE = :status, EXIT_MESSAGE = :message,
                       END_TIME = localtimestamp, LAST_UPDATED = localtimestamp
                 where STEP_EXECUTION_ID = :id and VERSION = :version and STATUS in ('STARTED', 'STOPPING')
                returning STEP_EXECUTION_ID)
            update REPRISE_WORK w set STATE = 'DONE'
              from ENDS
             where w.STEP_EXECUTION_ID = ENDS.STEP_EXECUTION_ID and w.STATE = 'TAKEN'""";

    /** Somebody is the owner of an execution that runs; the node of any other one was not told, or died, when this was to be forgotten. */
    private static final String FORGET_ENDED = """
            delete from REPRISE_WORK w
             where w.APPLICATION = :application and w.STATE = 'DONE'
               and not exists (select 1 from REPRISE_OWNER o where o.JOB_EXECUTION_ID = w.JOB_EXECUTION_ID)""";

    private static final String FORGET_COLLECTED = """
            delete from REPRISE_COLLECTED c
             where not exists (select 1 from REPRISE_OWNER o where o.JOB_EXECUTION_ID = c.JOB_EXECUTION_ID)""";

    private WorkOfTheDead() {}

    /**
     * A partition that a dead node had taken.
     *
     * @param deaths how many nodes have died of it before
     * @param toStop whether somebody wants the execution stopped
     */
    public record Left(
            long id,
            long executionId,
            String jobName,
            NodeIdentity node,
            String name,
            int number,
            long version,
            int deaths,
            boolean toStop) {

        /** The step that it is a partition of. */
        public String step() {
            return name.substring(
                    0, name.length() - NewStep.partitionName("", number).length());
        }
    }

    /** What nodes of the application left that do not report any more, or earlier incarnations of them. */
    public static List<Left> find(Handle handle, String application, Duration lease) {
        return handle.createQuery(FIND)
                .bind("application", application)
                .bind("lease", lease.toMillis())
                .map((row, context) -> new Left(
                        row.getLong("STEP_EXECUTION_ID"),
                        row.getLong("JOB_EXECUTION_ID"),
                        row.getString("JOB_NAME"),
                        new NodeIdentity(application, row.getString("NODE_ID"), row.getLong("INCARNATION")),
                        row.getString("STEP_NAME"),
                        row.getInt("REPRISE_PARTITION"),
                        row.getLong("VERSION"),
                        row.getInt("ATTEMPT"),
                        row.getInt("TO_STOP") == 1))
                .list();
    }

    /** Forgets what is left of executions that have ended. */
    public static void forgetEnded(Handle handle, String application) {
        handle.createUpdate(FORGET_ENDED).bind("application", application).execute();
        handle.createUpdate(FORGET_COLLECTED).execute();
    }

    /**
     * Ends one; its step hears of it.
     *
     * @return false if its row has changed meanwhile
     */
    public static boolean end(Handle handle, Left left, String status, String message) {
        return end(handle, left.id(), left.version(), status, message);
    }

    /** The same of one that its node has taken and does not run. */
    public static boolean end(Handle handle, long id, long version, String status, String message) {
        return handle.createUpdate(END)
                        .bind("id", id)
                        .bind("version", version)
                        .bind("status", status)
                        .bind("message", message)
                        .execute()
                == 1;
    }
}
