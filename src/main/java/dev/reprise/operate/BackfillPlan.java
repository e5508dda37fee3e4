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
import dev.reprise.schedule.Tick;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    List<Planned> planned() {
        return planned;
    }

    List<Planned> begin(String caller) {
        String job = schedule.job();
        long id = scheduled.schedules().find(job).map(row -> row.version()).orElse(0L) + 1;
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
        scheduled.ticks().place(job, places, "for its turn in the backfill of " + caller, now);
        scheduled.schedules().lookAgain(job, now);
        return planned;
    }
}
