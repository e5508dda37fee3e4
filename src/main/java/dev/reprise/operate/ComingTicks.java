package dev.reprise.operate;

import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.firing.KnownTicks;
import dev.reprise.internal.store.TickRow;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.Tick;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ticks of schedules that are to come. */
record ComingTicks(Scheduled scheduled) {

    /** The next ones, as the schedule has them. */
    List<Tick> of(JobSchedule schedule, int ticks) {
        List<Tick> coming = new ArrayList<>();
        Instant after = scheduled.schedules().now();
        while (coming.size() < ticks) {
            Optional<Tick> next = schedule.ticks().next(after);
            if (next.isEmpty()) {
                break;
            }
            coming.addAll(schedule.ticks().within(after, next.get().due()));
            after = next.get().due();
        }
        return coming.subList(0, Math.min(ticks, coming.size()));
    }

    /** The same as they will be: what somebody has skipped or run already is not launched any more. */
    List<Tick> decided(JobSchedule schedule, int ticks) {
        List<Tick> coming = of(schedule, ticks);
        List<String> nominals =
                coming.stream().map(Tick::nominal).map(KnownTicks::nominal).toList();
        Map<String, TickRow> known = new HashMap<>();
        scheduled.ticks().named(schedule.job(), nominals).forEach(row -> known.put(row.nominal(), row));
        return coming.stream()
                .map(tick -> decided(tick, known.get(KnownTicks.nominal(tick.nominal()))))
                .toList();
    }

    private static Tick decided(Tick tick, @Nullable TickRow known) {
        return known == null || known.why() == null
                ? tick
                : new Tick(tick.nominal(), tick.due(), Optional.of(known.why()), tick.parameters());
    }
}
