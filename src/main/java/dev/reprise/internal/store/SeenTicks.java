package dev.reprise.internal.store;

import static dev.reprise.internal.store.TickRow.SELECT;

import dev.reprise.internal.database.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ticks as people look for them. Thread-safe. */
public final class SeenTicks {

    private static final String NEWEST = SELECT + """
            and t.JOB_NAME = :job and t.NOMINAL < :before
             order by t.JOB_NAME desc, t.NOMINAL desc
             fetch first :limit rows only""";

    private static final String LAST = SELECT + """
            and (t.JOB_NAME, t.NOMINAL) in (
                select s.JOB_NAME,
                       (select max(x.NOMINAL) from REPRISE_TICK x
                         where x.APPLICATION = s.APPLICATION and x.JOB_NAME = s.JOB_NAME
                           and (s.NEXT_AT is null or x.DUE_AT < s.NEXT_AT))
                  from REPRISE_SCHEDULE s
                 where s.APPLICATION = :application)""";

    /** One state at a time, in the order of the index. */
    private static final String UNDONE = SELECT + """
            and t.STATE = :state and t.CHANGED_AT > current_timestamp - interval '3' day
             order by t.STATE desc, t.CHANGED_AT desc
             fetch first :limit rows only""";

    private final Database database;
    private final String application;

    public SeenTicks(Database database, String application) {
        this.database = database;
        this.application = application;
    }

    /** The newest ticks of a job below a nominal time, newest first. */
    public List<TickRow> newest(String job, String before, int limit) {
        return database.read(handle -> handle.createQuery(NEWEST)
                .bind("application", application)
                .bind("job", job)
                .bind("before", before)
                .bind("limit", limit)
                .map((row, context) -> TickRow.of(row))
                .list());
    }

    /** The newest tick of each schedule that has come up: not one to come that somebody has skipped or run already. */
    public List<TickRow> last() {
        return database.read(handle -> handle.createQuery(LAST)
                .bind("application", application)
                .map((row, context) -> TickRow.of(row))
                .list());
    }

    /** That of one schedule. */
    public Optional<TickRow> last(String job) {
        return database.read(handle -> handle.createQuery(LAST + " and t.JOB_NAME = :job")
                .bind("application", application)
                .bind("job", job)
                .map((row, context) -> TickRow.of(row))
                .findFirst());
    }

    /** Those that were missed or refused within three days, the newest of each. */
    public List<TickRow> undone(int limit) {
        return database.read(handle -> {
            List<TickRow> rows = new ArrayList<>();
            for (String state : List.of(TickRow.MISSED, TickRow.REFUSED)) {
                rows.addAll(handle.createQuery(UNDONE)
                        .bind("application", application)
                        .bind("state", state)
                        .bind("limit", limit)
                        .map((row, context) -> TickRow.of(row))
                        .list());
            }
            return rows;
        });
    }
}
