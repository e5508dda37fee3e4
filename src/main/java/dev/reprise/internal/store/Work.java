package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.Tables;
import dev.reprise.state.NodeIdentity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that any node may run, on PostgreSQL: the rows of {@code REPRISE_WORK}, and with them those of the partitions
 * (contract.md §9). Who has updated a row from READY to TAKEN runs it; everything else may be late, lost or said twice. Every
 * method uses the handle of its caller, and so its transaction.
 */
public final class Work {

    /** Of a step, so many more than anybody asks for are looked at: others may be taking the first of them. */
    private static final int MOST_CLAIMED_MEANWHILE = 200;

    /**
     * Of the step that has the fewest at work first: the n-th of each step's that wait has n more at work before it. Goes from
     * step to step in the index, and reads the first of each, however many wait. Then locks one after the other, and no more
     * than are taken.
     */
    private static final String WAITING = """
            with recursive STEPS (ID) as (
                (select PARTITION_OF from REPRISE_WORK
                  where APPLICATION = :application and STATE = 'READY'
                  order by PARTITION_OF
                  limit 1)
                union all
                select (select r.PARTITION_OF from REPRISE_WORK r
                         where r.APPLICATION = :application and r.STATE = 'READY' and r.PARTITION_OF > STEPS.ID
                         order by r.PARTITION_OF
                         limit 1)
                  from STEPS
                 where STEPS.ID is not null)
            select w.STEP_EXECUTION_ID, w.JOB_NAME, w.JOB_DIGEST
              from (select r.STEP_EXECUTION_ID
                      from STEPS
                     cross join lateral (
                           select count(*) as TAKEN from REPRISE_WORK
                            where PARTITION_OF = STEPS.ID and STATE = 'TAKEN') t
                     cross join lateral (
                           select STEP_EXECUTION_ID, QUEUED_AT,
                                  row_number() over (order by QUEUED_AT, STEP_EXECUTION_ID) as PLACE
                             from REPRISE_WORK
                            where PARTITION_OF = STEPS.ID and STATE = 'READY'
                              and coalesce(JOB_DIGEST, '') <> all (cast(:foreign as varchar[]))
                              and JOB_EXECUTION_ID <> all (cast(:unreadable as bigint[]))
                              and (NODE_GROUP is null or NODE_GROUP = any (cast(:groups as varchar[])))
                            order by QUEUED_AT, STEP_EXECUTION_ID
                            limit cast(:most as integer) + :meanwhile) r
                     order by t.TAKEN + r.PLACE, r.QUEUED_AT, r.STEP_EXECUTION_ID) c
             cross join lateral (
                   select STEP_EXECUTION_ID, JOB_NAME, JOB_DIGEST from REPRISE_WORK
                    where STEP_EXECUTION_ID = c.STEP_EXECUTION_ID and STATE = 'READY'
                      for update skip locked) w
             limit :most""";

    /**
     * Waits for nobody: who is changing a row meanwhile, as a stop does, leaves it to the next look; and who has left takes
     * nothing. A partition began when the first node began it: what it has done since then is counted on.
     */
    private static final String TAKE = """
            with FREE as materialized (
                select STEP_EXECUTION_ID from BATCH_STEP_EXECUTION
                 where STEP_EXECUTION_ID = any (cast(:ids as bigint[])) and STATUS in ('STARTING', 'STOPPING')
                   for update skip locked),
            TAKEN as (
                update REPRISE_WORK w
                   set STATE = 'TAKEN', NODE_ID = :node, INCARNATION = :incarnation, TAKEN_AT = current_timestamp
                  from FREE
                 where w.STEP_EXECUTION_ID = FREE.STEP_EXECUTION_ID and w.STATE = 'READY'
                   and exists (select 1 from REPRISE_NODE n
                                where n.APPLICATION = w.APPLICATION and n.NODE_ID = :node
                                  and n.INCARNATION = :incarnation and n.HEARTBEAT_AT is not null)
                returning w.STEP_EXECUTION_ID, w.JOB_NAME, w.JOB_DIGEST, w.PLAN_PROPERTIES)
            update BATCH_STEP_EXECUTION s
               set VERSION = VERSION + 1, STATUS = case when STATUS = 'STARTING' then 'STARTED' else STATUS end,
                   START_TIME = coalesce(START_TIME, localtimestamp), LAST_UPDATED = localtimestamp, REPRISE_NODE = :node,
                   REPRISE_NODES_BEFORE =
                       case when REPRISE_NODE = :node
                              or position(chr(10) || REPRISE_NODE || chr(10) in chr(10) || REPRISE_NODES_BEFORE || chr(10)) > 0
                            then REPRISE_NODES_BEFORE
                            else nullif(concat_ws(chr(10), REPRISE_NODES_BEFORE, REPRISE_NODE), '') end
              from TAKEN
             where s.STEP_EXECUTION_ID = TAKEN.STEP_EXECUTION_ID
            returning s.*, TAKEN.JOB_NAME, TAKEN.JOB_DIGEST, TAKEN.PLAN_PROPERTIES""";

    private static final String HELD = """
            select w.STEP_EXECUTION_ID, s.VERSION, s.STATUS
              from REPRISE_WORK w
              cross join lateral (
                   select * from BATCH_STEP_EXECUTION
                    where STEP_EXECUTION_ID = w.STEP_EXECUTION_ID fetch first 1 row only) s
             where w.APPLICATION = :application and w.NODE_ID = :node and w.INCARNATION = :incarnation and w.STATE = 'TAKEN'""";

    private static final String DONE = """
            update REPRISE_WORK set STATE = 'DONE'
             where STEP_EXECUTION_ID = :id and STATE = 'TAKEN'
               and APPLICATION = :application and NODE_ID = :node and INCARNATION = :incarnation""";

    /** Whoever had it is fenced. By its version: it may be somebody else's by now. */
    private static final String PUT_BACK = """
            with BEGINS_AGAIN as (
                update BATCH_STEP_EXECUTION
                   set VERSION = VERSION + 1, STATUS = 'STARTING', LAST_UPDATED = localtimestamp,
                       REPRISE_ATTEMPT = coalesce(REPRISE_ATTEMPT, 0) + :deaths
                 where STEP_EXECUTION_ID = :id and VERSION = :version and STATUS = 'STARTED'
                returning STEP_EXECUTION_ID)
            update REPRISE_WORK w
               set STATE = 'READY', NODE_ID = null, INCARNATION = null, TAKEN_AT = null, QUEUED_AT = current_timestamp,
                   ATTEMPT = ATTEMPT + :deaths
              from BEGINS_AGAIN
             where w.STEP_EXECUTION_ID = BEGINS_AGAIN.STEP_EXECUTION_ID and w.STATE = 'TAKEN'""";

    private Work() {}

    /** A job, as an execution runs it. */
    public record Definition(String jobName, @Nullable String digest) {}

    /**
     * What a node takes.
     *
     * @param most how many at most
     * @param groups that it is in
     * @param foreign digests of definitions that it has not, as far as is known; those that are found out are added
     * @param unreadable executions that it cannot run, as far as is known
     */
    public record Wanted(
            int most, Collection<String> groups, Collection<String> foreign, Collection<Long> unreadable) {}

    /**
     * Takes partitions that wait, for a node.
     *
     * @param known whether this node has that job in that version; else another one is to take it
     */
    public static List<Taken> take(Handle handle, NodeIdentity node, Wanted wanted, Predicate<Definition> known) {
        Map<Long, Definition> waiting = new HashMap<>();
        arrays(handle)
                .createQuery(WAITING)
                .bind("application", node.application())
                .bind("foreign", wanted.foreign().toArray(String[]::new))
                .bind("unreadable", wanted.unreadable().toArray(Long[]::new))
                .bind("groups", wanted.groups().toArray(String[]::new))
                .bind("most", wanted.most())
                .bind("meanwhile", MOST_CLAIMED_MEANWHILE)
                .map((row, context) -> Map.entry(row.getLong(1), new Definition(row.getString(2), row.getString(3))))
                .forEach(one -> waiting.put(one.getKey(), one.getValue()));
        waiting.values().removeIf(definition -> {
            boolean ours = known.test(definition);
            if (!ours) {
                wanted.foreign().add(digest(definition));
            }
            return !ours;
        });
        if (waiting.isEmpty()) {
            return List.of();
        }
        return arrays(handle)
                .createQuery(TAKE)
                .bind("ids", waiting.keySet().toArray(Long[]::new))
                .bind("node", node.name())
                .bind("incarnation", node.incarnation())
                .map((row, context) -> taken(row, node))
                .list();
    }

    private static String digest(Definition definition) {
        String digest = definition.digest();
        return digest == null ? "" : digest;
    }

    private static Taken taken(ResultSet row, NodeIdentity node) throws SQLException {
        Map<String, byte @Nullable []> kept = new HashMap<>();
        kept.put("reader", row.getBytes(StoredStep.READER));
        kept.put("writer", row.getBytes(StoredStep.WRITER));
        kept.put("userData", row.getBytes(StoredStep.USER_DATA));
        return new Taken(
                row.getLong("STEP_EXECUTION_ID"),
                row.getLong("REPRISE_PARTITION_OF"),
                row.getLong("JOB_EXECUTION_ID"),
                node,
                row.getString("JOB_NAME"),
                row.getString("JOB_DIGEST"),
                row.getInt("REPRISE_PARTITION"),
                row.getString("STEP_NAME"),
                row.getInt("REPRISE_ATTEMPT"),
                row.getLong("VERSION"),
                StepStates.counts(row),
                row.getString("STATUS").equals("STOPPING"),
                kept,
                row.getString("PLAN_PROPERTIES"));
    }

    /**
     * A partition that a node has taken, as its row is.
     *
     * @param toStop whether somebody wants it stopped
     */
    public record Held(long id, long version, boolean toStop) {}

    /** What a node has taken, by the id of its row. */
    public static Map<Long, Held> held(Handle handle, NodeIdentity node) {
        Map<Long, Held> held = new HashMap<>();
        handle.createQuery(HELD)
                .bindMap(NodeColumns.of(node))
                .map((row, context) -> new Held(
                        row.getLong(1), row.getLong(2), row.getString(3).equals("STOPPING")))
                .forEach(one -> held.put(one.id(), one));
        return held;
    }

    /**
     * Records the end of a partition that a node has taken; the step hears of it.
     *
     * @param trace the stack trace of its exception, or nothing
     * @return false if it is not that node's any more
     */
    public static boolean end(Handle handle, StepRow partition, NodeIdentity node, String trace) {
        StepEnds.Ended ended = StepEnds.endRow(handle, partition, trace);
        if (ended == StepEnds.Ended.NOW) {
            CollectedData.insert(
                    handle.getConnection(), handle.getConfig(Tables.Place.class).tables(), partition);
        }
        if (ended != StepEnds.Ended.NOT_OURS) {
            handle.createUpdate(DONE)
                    .bind("id", partition.id())
                    .bindMap(NodeColumns.of(node))
                    .execute();
        }
        return ended != StepEnds.Ended.NOT_OURS;
    }

    /**
     * Puts a partition back that a node has taken, after its last committed chunk: any node may take it.
     *
     * @param version that its row has
     * @param died whether the node died of it
     * @return false if its row has another version, or somebody wants it stopped
     */
    public static boolean putBack(Handle handle, long id, long version, boolean died) {
        return handle.createUpdate(PUT_BACK)
                        .bind("id", id)
                        .bind("version", version)
                        .bind("deaths", died ? 1 : 0)
                        .execute()
                == 1;
    }

    /** With the types that arrays of this room's statements have. */
    static Handle arrays(Handle handle) {
        return handle.registerArrayType(String.class, "varchar")
                .registerArrayType(Long.class, "bigint")
                .registerArrayType(Integer.class, "integer");
    }
}
