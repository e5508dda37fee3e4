package dev.reprise.internal.store.purge;

import dev.reprise.internal.store.Scope;
import dev.reprise.state.PurgeRequest;
import dev.reprise.state.PurgeSummary.Spared;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What there is of an instance in the tables. */
record FoundInstance(
        long id,
        String job,
        String key,
        String application,
        int executions,
        long first,
        long last,
        @Nullable LocalDateTime ended,
        boolean unfinished,
        String status,
        boolean owned,
        boolean planned,
        boolean aged) {

    /** Whether a time is longer ago than the age that is asked for, as 1 or 0. */
    static final String AGED =
            "case when %s < localtimestamp - cast(:age as bigint) * interval '0.001' second then 1 else 0 end as AGED";

    private static final String INSTANCES = """
            select i.JOB_INSTANCE_ID, i.JOB_NAME, i.JOB_KEY, coalesce(i.REPRISE_APPLICATION, '') as APPLICATION, e.EXECUTIONS, e.FIRST, e.LAST, e.ENDED, e.UNFINISHED,
                   e.COMPLETED, e.ABANDONED, l.STATUS,
                   (select count(*) from REPRISE_OWNER o
                     where o.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID and o.JOB_EXECUTION_ID > 0) as OWNED,
                   (select count(*) from REPRISE_RESTART r where r.JOB_INSTANCE_ID = i.JOB_INSTANCE_ID) as PLANNED,
                   %s
              from (select JOB_INSTANCE_ID, count(*) as EXECUTIONS, min(JOB_EXECUTION_ID) as FIRST,
                           max(JOB_EXECUTION_ID) as LAST, max(END_TIME) as ENDED,
                           count(case when STATUS = 'COMPLETED' then 1 end) as COMPLETED,
                           count(case when STATUS = 'ABANDONED' then 1 end) as ABANDONED,
                           sum(case when STATUS in ('COMPLETED', 'ABANDONED', 'FAILED', 'STOPPED')
                                     and END_TIME is not null then 0 else 1 end) as UNFINISHED
                      from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = any(:instances)
                     group by JOB_INSTANCE_ID) e
              join BATCH_JOB_INSTANCE i on i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID
              join BATCH_JOB_EXECUTION l on l.JOB_EXECUTION_ID = e.LAST
             where coalesce(i.REPRISE_APPLICATION, '') in (:scope)""".formatted(AGED.formatted("e.ENDED"));

    private static FoundInstance of(ResultSet row) throws SQLException {
        String settled = row.getInt("COMPLETED") > 0 ? "COMPLETED" : row.getInt("ABANDONED") > 0 ? "ABANDONED" : "";
        return new FoundInstance(
                row.getLong("JOB_INSTANCE_ID"),
                row.getString("JOB_NAME"),
                row.getString("JOB_KEY"),
                row.getString("APPLICATION"),
                row.getInt("EXECUTIONS"),
                row.getLong("FIRST"),
                row.getLong("LAST"),
                row.getObject("ENDED", LocalDateTime.class),
                row.getInt("UNFINISHED") > 0,
                settled.isEmpty() ? String.valueOf(row.getString("STATUS")) : settled,
                row.getInt("OWNED") > 0,
                row.getInt("PLANNED") > 0,
                row.getInt("AGED") == 1);
    }

    /** The statement that {@link #read} asks for those of a scope with. */
    static String statement(Scope scope) {
        return scope.in(INSTANCES);
    }

    /** What there is of some instances, in no order. */
    static List<FoundInstance> read(
            Handle handle, String statement, Scope scope, PurgeRequest request, Collection<Long> instances) {
        return Deletion.query(handle, statement, "instances", instances)
                .bindMap(scope.bindings())
                .bind("age", request.age().toMillis())
                .map((row, context) -> of(row))
                .list();
    }

    /**
     * Why it stays, or null if it goes.
     *
     * @param newest what of its job stays because it is new
     */
    @Nullable
    Spared whySpared(PurgeRequest request, Kept newest) {
        if (owned) {
            return Spared.RUNNING;
        } else if (planned) {
            return Spared.TO_BE_RESTARTED;
        } else if (unfinished) {
            return Spared.UNKNOWN;
        } else if (PurgeRequest.canBeRestarted(status) && !request.includesRestartable()) {
            return Spared.RESTARTABLE;
        } else if (!request.mayRemove(status)) {
            return Spared.OTHER_STATUS;
        } else if (!aged) {
            return Spared.YOUNG;
        } else {
            return last >= newest.execution() || id == newest.instance() ? Spared.NEWEST : null;
        }
    }
}
