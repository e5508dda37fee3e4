package dev.reprise.internal.store;

import static dev.reprise.internal.store.Moments.parameter;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of {@code REPRISE_SCHEDULE} of one application. Thread-safe. */
public final class ScheduleRows {

    private static final String COLUMNS =
            "JOB_NAME, NAMING, SINCE, LOOK_AT, NEXT_AT, VERSION, PAUSED_AT, PAUSED_BY, PAUSED_WHY ";

    private static final String TO_LOOK_AT = "select " + COLUMNS + """
            , current_timestamp as AT_PRESENT
              from REPRISE_SCHEDULE
             where APPLICATION = :application and LOOK_AT is not null
             order by APPLICATION, LOOK_AT, JOB_NAME
             fetch first :limit rows only""";

    private static final String PRESENT = "select current_timestamp as AT_PRESENT";

    private static final String ALL = "select " + COLUMNS + """
              from REPRISE_SCHEDULE where APPLICATION = :application and NAMING <> '' order by JOB_NAME""";

    private static final String FIND = "select " + COLUMNS + """
              from REPRISE_SCHEDULE where APPLICATION = :application and JOB_NAME = :job and NAMING <> ''""";

    private static final String BEGIN_ANEW = "update REPRISE_SCHEDULE set NAMING = :naming, SINCE = " + parameter("now")
            + ", LOOK_AT = " + parameter("next") + ", NEXT_AT = " + parameter("next") + """
            , VERSION = VERSION + 1
             where APPLICATION = :application and JOB_NAME = :job and NAMING <> :naming""";

    private static final String INSERT =
            """
            insert into REPRISE_SCHEDULE (APPLICATION, JOB_NAME, NAMING, SINCE, LOOK_AT, NEXT_AT, VERSION)
            select cast(:application as varchar(100)), cast(:job as varchar(100)), cast(:naming as varchar(2500)),
            """ + String.join(", ", parameter("now"), parameter("next"), parameter("next"), "0 ") + """
             where not exists (
                   select 1 from REPRISE_SCHEDULE where APPLICATION = :application and JOB_NAME = :job)""";

    private static final String REMOVE = """
            update REPRISE_SCHEDULE set NAMING = '', LOOK_AT = null, NEXT_AT = null, VERSION = VERSION + 1
             where APPLICATION = :application and JOB_NAME = :job and VERSION = :version""";

    private static final String SKIP_WAITING =
            "update REPRISE_TICK set STATE = 'SKIPPED', WHY = :why, UNFINISHED = null, CHANGED_AT = " + parameter("now")
                    + " where APPLICATION = :application and UNFINISHED = :job and STATE in ('DUE', 'WAITING')";

    private static final String REST = """
            update REPRISE_SCHEDULE set LOOK_AT = null, NEXT_AT = null, VERSION = VERSION + 1
             where APPLICATION = :application and JOB_NAME = :job and VERSION = :version""";

    private static final String CLAIM = "update REPRISE_SCHEDULE set VERSION = VERSION + 1, LOOK_AT = "
            + parameter("until") + " where APPLICATION = :application and JOB_NAME = :job and VERSION = :version";

    private static final String LOOKED = "update REPRISE_SCHEDULE set NAMING = :naming, SINCE = " + parameter("through")
            + ", LOOK_AT = " + parameter("lookAt") + ", NEXT_AT = " + parameter("next") + """
            , VERSION = VERSION + 1
             where APPLICATION = :application and JOB_NAME = :job and VERSION = :version""";

    private static final String LOOK_AGAIN = "update REPRISE_SCHEDULE set VERSION = VERSION + 1, LOOK_AT = "
            + parameter("now") + " where APPLICATION = :application and JOB_NAME = :job and NAMING <> ''";

    private static final String PAUSE =
            "update REPRISE_SCHEDULE set PAUSED_BY = :by, PAUSED_WHY = :why, PAUSED_AT = " + parameter("now") + """
            , VERSION = VERSION + 1
             where APPLICATION = :application and JOB_NAME = :job and NAMING <> '' and PAUSED_AT is null""";

    private static final String RESUME = "update REPRISE_SCHEDULE set PAUSED_BY = null, PAUSED_WHY = null, "
            + "PAUSED_AT = null, VERSION = VERSION + 1, LOOK_AT = " + parameter("now") + """
             where APPLICATION = :application and JOB_NAME = :job and NAMING <> '' and PAUSED_AT is not null""";

    private final Database database;
    private final String application;

    public ScheduleRows(Database database, String application) {
        this.database = database;
        this.application = application;
    }

    /**
     * Schedules in the order in which they are to be looked at.
     *
     * @param now the database's time
     */
    public record Next(List<ScheduleRow> rows, Instant now) {}

    /** Those that are to be looked at first, whether it is time for it or not. */
    public Next next(int limit) {
        record Timed(ScheduleRow row, Instant now) {}
        List<Timed> timed = database.read(handle -> handle.createQuery(TO_LOOK_AT)
                .bind("application", application)
                .bind("limit", limit)
                .map((row, context) -> new Timed(row(row), Moments.of(row, "AT_PRESENT")))
                .list());
        return timed.isEmpty()
                ? new Next(List.of(), now())
                : new Next(timed.stream().map(Timed::row).toList(), timed.get(0).now());
    }

    /** The database's time. */
    public Instant now() {
        return database.read(handle -> handle.createQuery(PRESENT)
                .map((row, context) -> Moments.of(row, "AT_PRESENT"))
                .one());
    }

    /** All that are not removed, by job. */
    public List<ScheduleRow> all() {
        return database.read(handle -> handle.createQuery(ALL)
                .bind("application", application)
                .map((row, context) -> row(row))
                .list());
    }

    /** That of a job; empty if there is none, or it was removed. */
    public Optional<ScheduleRow> find(String job) {
        return database.read(handle -> handle.createQuery(FIND)
                .bind("application", application)
                .bind("job", job)
                .map((row, context) -> row(row))
                .findOne());
    }

    private static ScheduleRow row(ResultSet row) throws SQLException {
        Instant pausedAt = Moments.ofNullable(row, "PAUSED_AT");
        return new ScheduleRow(
                row.getString("JOB_NAME"),
                row.getString("NAMING"),
                Moments.of(row, "SINCE"),
                Moments.ofNullable(row, "LOOK_AT"),
                Moments.ofNullable(row, "NEXT_AT"),
                row.getLong("VERSION"),
                pausedAt == null
                        ? null
                        : new ScheduleRow.Pause(pausedAt, row.getString("PAUSED_BY"), row.getString("PAUSED_WHY")));
    }

    /**
     * A schedule that is new, or whose ticks are called otherwise than before, begins now. One that is known stays as it is.
     *
     * @param next when its next tick is due
     * @return whether it begins
     */
    public boolean begin(String job, String naming, Instant now, @Nullable Instant next) {
        try {
            return database.inOwnTransaction(handle -> {
                for (String statement : List.of(BEGIN_ANEW, INSERT)) {
                    int begun = handle.createUpdate(statement)
                            .bind("application", application)
                            .bind("job", job)
                            .bind("naming", naming)
                            .bind("now", Moments.text(now))
                            .bind("next", Moments.text(next))
                            .execute();
                    if (begun == 1) {
                        return true;
                    }
                }
                return false;
            });
        } catch (RuntimeException e) {
            if (SqlFailures.isDuplicateKey(e)) {
                return false; // another node has begun it
            }
            throw e;
        }
    }

    /**
     * Ends a schedule, and with it what waits of its ticks.
     *
     * @return false if somebody has looked at it meanwhile, or changed it
     */
    public boolean remove(ScheduleRow row, Instant now) {
        return database.inOwnTransaction(handle -> {
            boolean removed = handle.createUpdate(REMOVE)
                            .bind("application", application)
                            .bind("job", row.job())
                            .bind("version", row.version())
                            .execute()
                    == 1;
            if (removed) {
                handle.createUpdate(SKIP_WAITING)
                        .bind("application", application)
                        .bind("job", row.job())
                        .bind("why", "the schedule was removed")
                        .bind("now", Moments.text(now))
                        .execute();
            }
            return removed;
        });
    }

    /**
     * A schedule is looked at no more until it begins on a node that can use it, and is not over.
     *
     * @return false if somebody has looked at it meanwhile, or changed it
     */
    public boolean rest(ScheduleRow row) {
        return database.inOwnTransaction(handle -> handle.createUpdate(REST)
                        .bind("application", application)
                        .bind("job", row.job())
                        .bind("version", row.version())
                        .execute())
                == 1;
    }

    /**
     * Takes a schedule upon the caller: nobody else looks at it before a moment.
     *
     * @return the row as it is then; empty if somebody else was first
     */
    public Optional<ScheduleRow> claim(ScheduleRow row, Instant until) {
        int claimed = database.inOwnTransaction(handle -> handle.createUpdate(CLAIM)
                .bind("application", application)
                .bind("job", row.job())
                .bind("version", row.version())
                .bind("until", Moments.text(until))
                .execute());
        return claimed == 0
                ? Optional.empty()
                : Optional.of(new ScheduleRow(
                        row.job(), row.naming(), row.since(), until, row.next(), row.version() + 1, row.pause()));
    }

    /**
     * Says up to when all ticks are decided. Says nothing if somebody else has changed or taken the schedule meanwhile, who then
     * looks at it again.
     *
     * @param claimed the row as it was taken
     */
    public void looked(
            ScheduleRow claimed, String naming, Instant through, @Nullable Instant lookAt, @Nullable Instant next) {
        database.doInOwnTransaction(handle -> handle.createUpdate(LOOKED)
                .bind("application", application)
                .bind("job", claimed.job())
                .bind("version", claimed.version())
                .bind("naming", naming)
                .bind("through", Moments.text(through))
                .bind("lookAt", Moments.text(lookAt))
                .bind("next", Moments.text(next))
                .execute());
    }

    /** It is to be looked at now. */
    public void lookAgain(String job, Instant now) {
        database.doInOwnTransaction(handle -> handle.createUpdate(LOOK_AGAIN)
                .bind("application", application)
                .bind("job", job)
                .bind("now", Moments.text(now))
                .execute());
    }

    /** Pauses it; false if it is paused. */
    public boolean pause(String job, String by, String why, Instant now) {
        return database.inOwnTransaction(handle -> handle.createUpdate(PAUSE)
                        .bind("application", application)
                        .bind("job", job)
                        .bind("by", Text.fit(by, Text.SUBMITTER_COLUMN))
                        .bind("why", Text.fit(why, Text.TEXT_COLUMN))
                        .bind("now", Moments.text(now))
                        .execute())
                == 1;
    }

    /** Ends a pause; false if there is none. */
    public boolean resume(String job, Instant now) {
        return database.inOwnTransaction(handle -> handle.createUpdate(RESUME)
                        .bind("application", application)
                        .bind("job", job)
                        .bind("now", Moments.text(now))
                        .execute())
                == 1;
    }
}
