package dev.reprise.internal.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code REPRISE_TICK}, with what has become of its instance.
 *
 * @param nominal a local time, as 2026-11-29T03:00
 * @param state one of {@link #DUE} to {@link #MISSED}
 * @param why in words
 * @param instance that was launched for it
 * @param execution the last one of that instance, or the one that was launched if the instance is purged
 * @param status of that execution; null if it is purged, or there is none
 * @param finalStatus what the instance keeps of its purged executions; null if it has some, and if it keeps nothing
 * @param goesOn whether it is to be restarted without anybody asking
 * @param unfinished whether something may come of it by itself, as far as it was looked at
 * @param recorded when it was first recorded
 * @param changed when its state was
 * @param backfill if it belongs to one
 * @param revision the number of the run in which it is repeated, if it is
 */
public record TickRow(
        String job,
        String nominal,
        Instant due,
        String state,
        @Nullable String why,
        @Nullable Long instance,
        @Nullable Long execution,
        @Nullable String status,
        @Nullable String finalStatus,
        boolean goesOn,
        boolean unfinished,
        Instant recorded,
        Instant changed,
        @Nullable Turn backfill,
        @Nullable Long revision) {

    public static final String DUE = "DUE";
    public static final String WAITING = "WAITING";
    public static final String LAUNCHED = "LAUNCHED";
    public static final String REFUSED = "REFUSED";
    public static final String SKIPPED = "SKIPPED";
    public static final String MISSED = "MISSED";

    /** What has become of a tick is looked up tick by tick: where one job has most of the ticks, a join would read all executions. */
    static final String SELECT = """
            select t.JOB_NAME, t.NOMINAL, t.DUE_AT, t.STATE, t.WHY, t.JOB_INSTANCE_ID, t.RECORDED_AT, t.CHANGED_AT,
                   t.BACKFILL, t.BACKFILL_PLACE, t.BACKFILL_AT_ONCE, t.REVISION, t.UNFINISHED,
                   coalesce((select max(x.JOB_EXECUTION_ID) from BATCH_JOB_EXECUTION x
                              where x.JOB_INSTANCE_ID = t.JOB_INSTANCE_ID), t.JOB_EXECUTION_ID) as EXECUTION,
                   (select x.STATUS from BATCH_JOB_EXECUTION x
                     where x.JOB_INSTANCE_ID = t.JOB_INSTANCE_ID
                     order by x.JOB_EXECUTION_ID desc
                     fetch first 1 row only) as STATUS,
                   (select i.REPRISE_FINAL_STATUS from BATCH_JOB_INSTANCE i
                     where i.JOB_INSTANCE_ID = t.JOB_INSTANCE_ID) as FINAL_STATUS,
                   case when exists (select 1 from REPRISE_RESTART r where r.JOB_INSTANCE_ID = t.JOB_INSTANCE_ID)
                        then 1 else 0 end as GOES_ON
              from REPRISE_TICK t
             where t.APPLICATION = :application\s""";

    /**
     * Its turn in a backfill.
     *
     * @param id of the backfill, among those of the job
     * @param place the least first
     * @param atOnce how many of the backfill run at a time
     */
    public record Turn(long id, int place, int atOnce) {}

    static TickRow of(ResultSet row) throws SQLException {
        Long backfill = row.getObject("BACKFILL", Long.class);
        return new TickRow(
                row.getString("JOB_NAME"),
                row.getString("NOMINAL"),
                Moments.of(row, "DUE_AT"),
                row.getString("STATE"),
                row.getString("WHY"),
                row.getObject("JOB_INSTANCE_ID", Long.class),
                row.getObject("EXECUTION", Long.class),
                row.getString("STATUS"),
                row.getString("FINAL_STATUS"),
                row.getInt("GOES_ON") == 1,
                row.getString("UNFINISHED") != null,
                Moments.of(row, "RECORDED_AT"),
                Moments.of(row, "CHANGED_AT"),
                backfill == null
                        ? null
                        : new Turn(backfill, row.getInt("BACKFILL_PLACE"), row.getInt("BACKFILL_AT_ONCE")),
                row.getObject("REVISION", Long.class));
    }
}
