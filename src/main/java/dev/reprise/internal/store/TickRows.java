package dev.reprise.internal.store;

import static dev.reprise.internal.store.Moments.parameter;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The rows of {@code REPRISE_TICK} of one application. Thread-safe. */
public final class TickRows {

    private static final int AT_ONCE = 500;

    private static final String UNFINISHED = TickRow.SELECT + "and t.UNFINISHED = :job";

    private static final String FIRST_UNFINISHED = UNFINISHED + " " + """
             and (t.BACKFILL is not null
                  or t.NOMINAL <= (select max(f.NOMINAL)
                                     from (select u.NOMINAL from REPRISE_TICK u
                                            where u.APPLICATION = :application and u.UNFINISHED = :job and u.BACKFILL is null
                                            order by u.NOMINAL
                                            fetch first :limit rows only) f))""";

    private static final String SINCE = TickRow.SELECT + "and t.JOB_NAME = :job and t.NOMINAL >= :from";

    private static final String NAMED = TickRow.SELECT + "and t.JOB_NAME = :job and t.NOMINAL in (<nominals>)";

    private static final String WAITING_OF = """
            select distinct UNFINISHED from REPRISE_TICK
             where APPLICATION = :application and UNFINISHED in (<jobs>) and STATE = 'WAITING'""";

    private static final String UNDECIDED = """
            select distinct UNFINISHED from REPRISE_TICK
             where APPLICATION = :application and UNFINISHED is not null and STATE in ('DUE', 'WAITING')""";

    private static final String KEY = " where APPLICATION = :application and JOB_NAME = :job and NOMINAL = :nominal";

    private static final String INSTANCE =
            "coalesce(cast(:instance as bigint), (select x.JOB_INSTANCE_ID from BATCH_JOB_EXECUTION x"
                    + " where x.JOB_EXECUTION_ID = cast(:execution as bigint)))";

    private static final String INSERT = """
            insert into REPRISE_TICK
                (APPLICATION, JOB_NAME, NOMINAL, DUE_AT, STATE, WHY, UNFINISHED, JOB_INSTANCE_ID, JOB_EXECUTION_ID,
                 RECORDED_AT, CHANGED_AT, BACKFILL, BACKFILL_PLACE, BACKFILL_AT_ONCE, REVISION)
            select cast(:application as varchar(100)), cast(:job as varchar(100)), cast(:nominal as varchar(16)),
            """ + parameter("due") + """
            , cast(:state as varchar(10)), cast(:why as varchar(2500)), cast(:unfinished as varchar(100)),
            """ + INSTANCE + ", cast(:execution as bigint), "
            + parameter("now") + ", " + parameter("now") + """
            , cast(:backfill as bigint), cast(:place as integer), cast(:atOnce as integer), cast(:revision as bigint)
             where not exists (select 1 from REPRISE_TICK
            """ + KEY + ")";

    /** What was launched was, whatever was thought of it. */
    private static final String LAUNCHED =
            "update REPRISE_TICK set STATE = 'LAUNCHED', WHY = :why, UNFINISHED = :job, JOB_EXECUTION_ID = :execution,"
                    + " JOB_INSTANCE_ID = " + INSTANCE + ", CHANGED_AT = " + parameter("now") + KEY;

    private static final String UPDATE =
            "update REPRISE_TICK set STATE = :state, WHY = :why, UNFINISHED = :unfinished, DUE_AT = " + parameter("due")
                    + ", CHANGED_AT = " + parameter("now") + KEY + " and STATE in ('DUE', 'WAITING')";

    private static final String PLACE = """
            update REPRISE_TICK
               set STATE = 'WAITING', WHY = :why, UNFINISHED = :job, BACKFILL = :backfill, BACKFILL_PLACE = :place,
                   BACKFILL_AT_ONCE = :atOnce, REVISION = :revision, CHANGED_AT =\s""" + parameter("now") + KEY + " and CHANGED_AT = " + parameter("seen");

    private static final String SETTLED = "update REPRISE_TICK set UNFINISHED = null" + KEY + " and STATE = 'LAUNCHED'";

    private static final String FORGET = """
            delete from REPRISE_TICK
             where APPLICATION = :application and JOB_NAME = :job and NOMINAL < :day and UNFINISHED is null
               and CHANGED_AT <\s""" + parameter("before");

    private final Database database;
    private final String application;

    public TickRows(Database database, String application) {
        this.database = database;
        this.application = application;
    }

    /**
     * What is to be recorded of a tick.
     *
     * @param nominal as {@link TickRow} has it
     */
    public record Decided(
            String nominal,
            Instant due,
            String state,
            @Nullable String why) {

        private boolean isUnfinished() {
            return state.equals(TickRow.DUE) || state.equals(TickRow.WAITING);
        }
    }

    /** A tick that gets its turn in a backfill. */
    public record Placed(
            String nominal,
            Instant due,
            @Nullable TickRow known,
            TickRow.Turn turn,
            @Nullable Long revision) {}

    /**
     * The ticks of a job of which something may come, and all since a nominal time.
     *
     * @param from as {@link TickRow} has it
     */
    public List<TickRow> standing(String job, String from) {
        return standing(job, from, null);
    }

    /**
     * The same where ticks go on in order, so that the first of those that wait keep the rest waiting: no more than those of them.
     *
     * @param first how many, of those that do not belong to a backfill; null for all
     */
    public List<TickRow> standing(String job, String from, @Nullable Integer first) {
        return database.read(handle -> {
            Query unfinished = handle.createQuery(first == null ? UNFINISHED : FIRST_UNFINISHED)
                    .bind("application", application)
                    .bind("job", job);
            if (first != null) {
                unfinished.bind("limit", first);
            }
            List<TickRow> rows = new ArrayList<>(
                    unfinished.map((row, context) -> TickRow.of(row)).list());
            rows.removeIf(row -> row.nominal().compareTo(from) >= 0);
            rows.addAll(handle.createQuery(SINCE)
                    .bind("application", application)
                    .bind("job", job)
                    .bind("from", from)
                    .map((row, context) -> TickRow.of(row))
                    .list());
            return rows;
        });
    }

    /** The ticks of some nominal times; those that did not come up are missing. */
    public List<TickRow> named(String job, Collection<String> nominals) {
        List<String> all = List.copyOf(nominals);
        return database.read(handle -> {
            List<TickRow> rows = new ArrayList<>();
            for (int i = 0; i < all.size(); i += AT_ONCE) {
                rows.addAll(handle.createQuery(NAMED)
                        .bind("application", application)
                        .bind("job", job)
                        .bindList("nominals", all.subList(i, Math.min(all.size(), i + AT_ONCE)))
                        .map((row, context) -> TickRow.of(row))
                        .list());
            }
            return rows;
        });
    }

    /** Those of the jobs that have a tick which waits. */
    public List<String> waiting(Collection<String> jobs) {
        return jobs.isEmpty()
                ? List.of()
                : database.read(handle -> handle.createQuery(WAITING_OF)
                        .bind("application", application)
                        .bindList("jobs", List.copyOf(jobs))
                        .mapTo(String.class)
                        .list());
    }

    /** The jobs that have a tick which is due on another day, or waits. */
    public Set<String> undecided() {
        return database.read(handle -> handle.createQuery(UNDECIDED)
                .bind("application", application)
                .mapTo(String.class)
                .set());
    }

    /** Records what was launched for a tick, whatever was recorded of it before. */
    public void launched(String job, Decided tick, @Nullable Long instance, @Nullable Long execution, Instant now) {
        Inserts.again(() -> database.doIdempotently(handle -> {
            int known = handle.createUpdate(LAUNCHED)
                    .bind("application", application)
                    .bind("job", job)
                    .bind("nominal", tick.nominal())
                    .bind("why", Text.fitOrNull(tick.why(), Text.TEXT_COLUMN))
                    .bind("instance", instance)
                    .bind("execution", execution)
                    .bind("now", Moments.text(now))
                    .execute();
            if (known == 0) {
                PreparedBatch insert = handle.prepareBatch(INSERT);
                add(insert, job, tick, job, now);
                insert.bind("instance", instance).bind("execution", execution).add();
                insert.execute();
            }
        }));
    }

    /** Records what was decided of ticks that were not launched; of one that was launched meanwhile, nothing. */
    public void decided(String job, List<Decided> ticks, Instant now) {
        if (!ticks.isEmpty()) {
            Inserts.again(() -> database.doIdempotently(handle -> {
                PreparedBatch update = handle.prepareBatch(UPDATE);
                PreparedBatch insert = handle.prepareBatch(INSERT);
                for (Decided tick : ticks) {
                    String unfinished = tick.isUnfinished() ? job : null;
                    add(update, job, tick, unfinished, now);
                    update.add();
                    add(insert, job, tick, unfinished, now);
                    insert.bind("instance", (Long) null)
                            .bind("execution", (Long) null)
                            .add();
                }
                update.execute();
                insert.execute();
            }));
        }
    }

    private void add(PreparedBatch batch, String job, Decided tick, @Nullable String unfinished, Instant now) {
        batch.bind("application", application)
                .bind("job", job)
                .bind("nominal", tick.nominal())
                .bind("due", Moments.text(tick.due()))
                .bind("state", tick.state())
                .bind("why", Text.fitOrNull(tick.why(), Text.TEXT_COLUMN))
                .bind("unfinished", unfinished)
                .bind("backfill", (Long) null)
                .bind("place", (Integer) null)
                .bind("atOnce", (Integer) null)
                .bind("revision", (Long) null)
                .bind("now", Moments.text(now));
    }

    /**
     * Gives ticks their turns in a backfill; what was changed since it was looked at is left as it is.
     *
     * @return the nominal times of those that have got theirs
     */
    public Set<String> place(String job, List<Placed> ticks, String why, Instant now) {
        Set<String> placed = new HashSet<>();
        Inserts.again(() -> database.doInOwnTransaction(handle -> {
            placed.clear();
            for (Placed tick : ticks) {
                if (place(handle, job, tick, why, now) > 0) {
                    placed.add(tick.nominal());
                }
            }
        }));
        return placed;
    }

    private int place(Handle handle, String job, Placed tick, String why, Instant now) {
        TickRow known = tick.known();
        return handle.createUpdate(known == null ? INSERT : PLACE)
                .bind("application", application)
                .bind("job", job)
                .bind("nominal", tick.nominal())
                .bind("due", Moments.text(tick.due()))
                .bind("state", TickRow.WAITING)
                .bind("why", why)
                .bind("unfinished", job)
                .bind("instance", (Long) null)
                .bind("execution", (Long) null)
                .bind("backfill", tick.turn().id())
                .bind("place", tick.turn().place())
                .bind("atOnce", tick.turn().atOnce())
                .bind("revision", tick.revision())
                .bind("seen", known == null ? null : Moments.text(known.changed()))
                .bind("now", Moments.text(now))
                .execute();
    }

    /** Nothing comes by itself any more of ticks whose executions have ended for good. */
    public void settled(String job, Collection<String> nominals) {
        if (!nominals.isEmpty()) {
            database.doIdempotently(handle -> {
                PreparedBatch update = handle.prepareBatch(SETTLED);
                for (String nominal : nominals) {
                    update.bind("application", application)
                            .bind("job", job)
                            .bind("nominal", nominal)
                            .add();
                }
                update.execute();
            });
        }
    }

    /**
     * Leaves out a tick that has not been launched.
     *
     * @return what it is then
     */
    public Optional<TickRow> skip(String job, Decided tick, Instant now) {
        decided(job, List.of(tick), now);
        return named(job, List.of(tick.nominal())).stream().findFirst();
    }

    /** Removes what is known of ticks that are older than a moment, and of which nothing has come since, nor will. */
    public void forget(String job, Instant before) {
        database.doIdempotently(handle -> handle.createUpdate(FORGET)
                .bind("application", application)
                .bind("job", job)
                .bind("day", Moments.day(before))
                .bind("before", Moments.text(before))
                .execute());
    }
}
