package dev.reprise.internal.firing;

import dev.reprise.internal.schedule.Judge;
import dev.reprise.internal.schedule.Standing;
import dev.reprise.internal.store.ScheduleRow;
import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.TickRows;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.JobSchedule.Overlap;
import dev.reprise.schedule.KnownTick;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickRecord;
import dev.reprise.schedule.TickState;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is known of ticks, out of their rows. */
public final class KnownTicks {

    private static final DateTimeFormatter NOMINAL = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm");

    /** How many that have failed and are in nobody's way are looked at all the same, for somebody may restart them. */
    static final int WATCHED = 100;

    /** How many are settled in a round. */
    private static final int AT_ONCE = 1_000;

    private KnownTicks() {}

    /** A nominal time as a row has it. */
    public static String nominal(LocalDateTime nominal) {
        return NOMINAL.format(nominal);
    }

    /** What is known of a tick. */
    public static KnownTick of(TickRow row) {
        Long execution = row.execution();
        return new KnownTick(state(row), execution == null ? OptionalLong.empty() : OptionalLong.of(execution));
    }

    /** What became of a tick, as people are told it. */
    public static TickRecord told(TickRow row) {
        return new TickRecord(
                LocalDateTime.parse(row.nominal()),
                row.due(),
                state(row),
                why(row),
                row.execution(),
                row.recorded(),
                row.changed());
    }

    private static @Nullable String why(TickRow row) {
        boolean known = !row.state().equals(TickRow.LAUNCHED) || row.status() != null || row.finalStatus() != null;
        return known
                ? row.why()
                : (row.why() == null ? "" : row.why() + "; ") + "how it ended is not known, since it is purged";
    }

    private static TickState state(TickRow row) {
        if (!row.state().equals(TickRow.LAUNCHED)) {
            return TickState.valueOf(row.state());
        }
        String status = row.status();
        if (status == null) {
            // It is not to be restarted any more, and nothing may take it for complete that is not known to be.
            return "COMPLETED".equals(row.finalStatus()) ? TickState.COMPLETED : TickState.ABANDONED;
        }
        return switch (status) {
            case "COMPLETED" -> TickState.COMPLETED;
            case "ABANDONED" -> TickState.ABANDONED;
            case "STARTING", "STARTED", "STOPPING" -> TickState.RUNNING;
            default -> row.goesOn() ? TickState.RUNNING : TickState.FAILED;
        };
    }

    /** As the other ticks of its schedule see it: of a backfill, only what runs is in their way. */
    private static KnownTick seenByOthers(TickRow row) {
        KnownTick known = of(row);
        boolean ofBackfill =
                row.backfill() != null && (known.state() == TickState.WAITING || known.state() == TickState.FAILED);
        return ofBackfill ? new KnownTick(TickState.SKIPPED, known.execution()) : known;
    }

    /**
     * Those of which nothing comes by itself any more, and which need not be known for others: what has ended, and what failed where
     * that is in nobody's way. If a person restarts one of those that failed last, its run is known to the ones after it.
     */
    static List<String> settled(JobSchedule schedule, List<TickRow> rows) {
        List<String> settled = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (TickRow row : rows) {
            TickState state = of(row).state();
            if (row.unfinished() && state.isEnded()) {
                settled.add(row.nominal());
            } else if (row.unfinished()
                    && state == TickState.FAILED
                    && (schedule.overlap() != Overlap.WAIT || row.backfill() != null)) {
                failed.add(row.nominal());
            }
        }
        Collections.sort(failed);
        int kept = schedule.overlap() == Overlap.ALLOW ? 0 : WATCHED;
        settled.addAll(failed.subList(0, Math.max(0, failed.size() - kept)));
        return settled.subList(0, Math.min(AT_ONCE, settled.size()));
    }

    static Standing standing(ScheduleRow schedule, List<TickRow> rows) {
        SortedMap<LocalDateTime, KnownTick> known = new TreeMap<>();
        rows.forEach(row -> known.put(LocalDateTime.parse(row.nominal()), seenByOthers(row)));
        return new Standing(
                schedule.naming(),
                schedule.since(),
                known,
                Optional.ofNullable(schedule.pause()).map(ScheduleRow.Pause::toString));
    }

    /** From which nominal time on all that is recorded has to be known. */
    static String from(JobSchedule schedule, Instant since, Instant now) {
        return nominal(schedule.ticks().earliestArising(later(since, now.minus(schedule.catchUpWindow()))));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Ticks of the jobs that a schedule comes after, each job asked for at once, with the nominal times that may be of interest. */
    static Judge.Others others(JobSchedule schedule, Standing standing, TickRows ticks, Instant now) {
        if (schedule.after().isEmpty()) {
            return (job, nominal) -> Optional.empty();
        }
        Collection<String> nominals = new TreeSet<>();
        standing.ticks().forEach((nominal, known) -> {
            if (known.state() == TickState.DUE || known.state() == TickState.WAITING) {
                nominals.add(nominal(nominal));
            }
        });
        schedule.ticks().arising(later(standing.since(), now.minus(schedule.catchUpWindow())), now).stream()
                .map(Tick::nominal)
                .map(KnownTicks::nominal)
                .forEach(nominals::add);
        Map<String, Map<String, KnownTick>> known = new HashMap<>();
        return (job, nominal) -> Optional.ofNullable(known.computeIfAbsent(job, its -> {
                    Map<String, KnownTick> found = new HashMap<>();
                    ticks.named(its, nominals).forEach(row -> found.put(row.nominal(), of(row)));
                    return found;
                })
                .get(nominal(nominal)));
    }
}
