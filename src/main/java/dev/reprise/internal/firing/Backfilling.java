package dev.reprise.internal.firing;

import dev.reprise.internal.firing.TickLauncher.Elsewhere;
import dev.reprise.internal.firing.TickLauncher.Launched;
import dev.reprise.internal.firing.TickLauncher.Outcome;
import dev.reprise.internal.firing.TickLauncher.Refused;
import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.TickRow.Turn;
import dev.reprise.internal.store.TickRows;
import dev.reprise.internal.store.TickRows.Decided;
import dev.reprise.launch.JobLauncher;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickState;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Ticks of backfills, each at its turn. */
final class Backfilling {

    private final TickRows ticks;
    private final TickLauncher launcher;

    Backfilling(TickRows ticks, TickLauncher launcher) {
        this.ticks = ticks;
        this.launcher = launcher;
    }

    /** A tick of a backfill, and its turn. */
    private record Place(TickRow row, Turn turn) {

        boolean waits() {
            return row.state().equals(TickRow.WAITING);
        }
    }

    /**
     * Launches those whose turn it is.
     *
     * @param known the ticks of the schedule of which something may come
     * @return whether others wait for theirs
     */
    boolean goOn(JobSchedule schedule, List<TickRow> known, Instant now) {
        SortedMap<Long, List<Place>> backfills = new TreeMap<>();
        for (TickRow row : known) {
            Turn turn = row.backfill();
            if (turn != null) {
                backfills.computeIfAbsent(turn.id(), id -> new ArrayList<>()).add(new Place(row, turn));
            }
        }
        boolean waiting = false;
        for (List<Place> places : backfills.values()) {
            waiting |= takeTurns(schedule, places, now);
        }
        return waiting;
    }

    private boolean takeTurns(JobSchedule schedule, List<Place> places, Instant now) {
        long running = places.stream()
                .filter(place -> !place.waits() && KnownTicks.of(place.row()).state() == TickState.RUNNING)
                .count();
        List<Place> waiting = places.stream()
                .filter(Place::waits)
                .sorted(Comparator.comparingInt(place -> place.turn().place()))
                .toList();
        int begun = 0;
        for (Place place : waiting) {
            if (running >= place.turn().atOnce() || !launch(schedule, place.row(), now)) {
                break;
            }
            begun++;
            running++;
        }
        return begun < waiting.size();
    }

    private boolean launch(JobSchedule schedule, TickRow row, Instant now) {
        Tick tick = schedule.ticks().of(LocalDateTime.parse(row.nominal()));
        Map<String, String> parameters = new TreeMap<>(tick.parameters());
        Long revision = row.revision();
        if (revision != null) {
            parameters.put(JobLauncher.RUN_ID, String.valueOf(revision));
        }
        Outcome outcome = launcher.launch(schedule.job(), parameters, toRestart(row));
        if (outcome instanceof Launched launched) {
            ticks.launched(
                    schedule.job(),
                    decided(row, TickRow.LAUNCHED, null),
                    launched.instance(),
                    launched.execution(),
                    now);
        } else if (outcome instanceof Refused refused) {
            ticks.decided(schedule.job(), List.of(decided(row, TickRow.REFUSED, refused.why())), now);
        }
        return !(outcome instanceof Elsewhere);
    }

    /** One that has failed goes on; one that is repeated begins. */
    private static @Nullable Long toRestart(TickRow row) {
        return "FAILED".equals(row.status()) || "STOPPED".equals(row.status()) ? row.execution() : null;
    }

    private static Decided decided(TickRow row, String state, @Nullable String why) {
        return new Decided(row.nominal(), row.due(), state, why);
    }
}
