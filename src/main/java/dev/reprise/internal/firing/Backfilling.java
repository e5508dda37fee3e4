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
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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

    private static final Logger LOG = System.getLogger(Backfilling.class.getName());

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
        int decided = 0;
        for (Place place : waiting) {
            Outcome outcome = running < place.turn().atOnce() ? launch(schedule, place.row()) : new Elsewhere();
            if (outcome instanceof Elsewhere) {
                break;
            }
            decided++;
            if (outcome instanceof Launched launched) {
                running++;
                record(schedule.job(), place.row(), null, launched, now);
            } else if (outcome instanceof Refused refused) {
                refused(schedule.job(), place.row(), refused.why(), now);
            }
        }
        return decided < waiting.size();
    }

    private Outcome launch(JobSchedule schedule, TickRow row) {
        Tick tick = schedule.ticks().of(LocalDateTime.parse(row.nominal()));
        Map<String, String> parameters = new TreeMap<>(tick.parameters());
        Long revision = row.revision();
        if (revision != null) {
            parameters.put(JobLauncher.RUN_ID, String.valueOf(revision));
        }
        return launcher.launch(schedule.job(), parameters, toRestart(row));
    }

    /** What was to go on has an execution, which says how it stands; it is told why it did not. */
    private void refused(String job, TickRow row, String why, Instant now) {
        LOG.log(Level.WARNING, "The tick {0} of {1} is refused in its backfill: {2}", row.nominal(), job, why);
        if (toRestart(row) == null) {
            ticks.decided(job, List.of(decided(row, TickRow.REFUSED, why)), now);
        } else {
            record(job, row, "its backfill could not let it go on: " + why, new Launched(null, row.execution()), now);
        }
    }

    private void record(String job, TickRow row, @Nullable String why, Launched launched, Instant now) {
        ticks.launched(job, decided(row, TickRow.LAUNCHED, why), launched.instance(), launched.execution(), now);
    }

    /** One that has failed goes on; one that is repeated begins. */
    private static @Nullable Long toRestart(TickRow row) {
        return "FAILED".equals(row.status()) || "STOPPED".equals(row.status()) ? row.execution() : null;
    }

    private static Decided decided(TickRow row, String state, @Nullable String why) {
        return new Decided(row.nominal(), row.due(), state, why);
    }
}
