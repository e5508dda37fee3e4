package dev.reprise.operate;

import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.firing.KnownTicks;
import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.TickRows.Placed;
import dev.reprise.launch.JobLauncher;
import dev.reprise.schedule.Backfill;
import dev.reprise.schedule.Backfill.Act;
import dev.reprise.schedule.Backfill.Planned;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.ScheduleRefusedException;
import dev.reprise.schedule.ScheduleRefusedException.Kind;
import dev.reprise.schedule.Tick;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A backfill of a schedule, as it would be done now. */
final class BackfillPlan {

    private final Scheduled scheduled;
    private final JobSchedule schedule;
    private final Backfill backfill;
    private final Map<String, TickRow> known = new HashMap<>();
    private final List<Planned> planned;
    private final Instant now;

    BackfillPlan(Scheduled scheduled, JobSchedule schedule, Backfill backfill) {
        this.scheduled = scheduled;
        this.schedule = schedule;
        this.backfill = backfill;
        this.now = scheduled.schedules().now();
        List<String> nominals = schedule.ticks().named(backfill.from(), backfill.to(), Backfill.MOST + 1).stream()
                .map(Tick::nominal)
                .map(KnownTicks::nominal)
                .toList();
        scheduled.ticks().named(schedule.job(), nominals).forEach(row -> known.put(row.nominal(), row));
        this.planned = backfill.plan(
                schedule,
                nominal -> Optional.ofNullable(known.get(KnownTicks.nominal(nominal)))
                        .map(KnownTicks::of),
                now);
    }

    /** For the record. */
    @Override
    public String toString() {
        long begun = planned.stream().filter(each -> each.act() != Act.LEAVE).count();
        return "ticks from %s to %s, %s, %s, %d at once: %d of %d"
                .formatted(
                        backfill.from(),
                        backfill.to(),
                        backfill.what().name().toLowerCase(Locale.ROOT),
                        backfill.order().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        backfill.atOnce(),
                        begun,
                        planned.size());
    }

    List<Planned> planned() {
        return planned;
    }

    /** What becomes of each: one that was changed since it was looked at is left. */
    List<Planned> begin(String caller) {
        String job = schedule.job();
        long id = scheduled
                        .schedules()
                        .find(job)
                        .orElseThrow(() -> new ScheduleRefusedException(
                                Kind.NOT_NOW,
                                "The schedule of '" + job
                                        + "' has not begun on any node yet. Give it its backfill in a moment."))
                        .version()
                + 1;
        Long revision = null;
        List<Placed> places = new ArrayList<>();
        for (Planned each : planned) {
            if (each.act() == Act.LEAVE) {
                continue;
            }
            if (each.act() == Act.REPEAT && revision == null) {
                revision = JobLauncher.nextRunId(job);
            }
            String nominal = KnownTicks.nominal(each.tick().nominal());
            TickRow row = known.get(nominal);
            places.add(new Placed(
                    nominal,
                    each.tick().due(),
                    row,
                    new TickRow.Turn(id, places.size(), backfill.atOnce()),
                    each.act() == Act.REPEAT ? revision : row == null ? null : row.revision()));
        }
        Set<String> placed = scheduled.ticks().place(job, places, "for its turn in the backfill of " + caller, now);
        scheduled.schedules().lookAgain(job, now);
        return planned.stream()
                .map(each -> each.act() == Act.LEAVE
                                || placed.contains(
                                        KnownTicks.nominal(each.tick().nominal()))
                        ? each
                        : new Planned(each.tick(), Act.LEAVE, "somebody else has just changed it"))
                .toList();
    }
}
