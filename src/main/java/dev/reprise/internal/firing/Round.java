package dev.reprise.internal.firing;

import dev.reprise.internal.firing.TickLauncher.Elsewhere;
import dev.reprise.internal.firing.TickLauncher.Launched;
import dev.reprise.internal.firing.TickLauncher.Outcome;
import dev.reprise.internal.firing.TickLauncher.Refused;
import dev.reprise.internal.schedule.Judge;
import dev.reprise.internal.schedule.Standing;
import dev.reprise.internal.schedule.Verdict;
import dev.reprise.internal.schedule.Verdicts;
import dev.reprise.internal.store.ScheduleRow;
import dev.reprise.internal.store.ScheduleRows;
import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.TickRows;
import dev.reprise.internal.store.TickRows.Decided;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.JobSchedule.Overlap;
import dev.reprise.schedule.KnownTick;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A look at one schedule that is due: its ticks are judged, launched and recorded, each of which may happen again. */
final class Round {

    private static final Logger LOG = System.getLogger(Round.class.getName());

    /**
     * For how long after it was due a tick that nobody has looked at is not yet a missed one: longer than two nodes take that die
     * over it one after the other.
     */
    static final Duration PUNCTUAL = Rounds.PATIENCE.multipliedBy(3);

    /** What became of a tick so long ago is not told any more. */
    private static final Duration REMEMBERED = Duration.ofDays(400);

    /** How many are looked at of a queue in which each waits for the one before it. */
    static final int QUEUED = 1_000;

    private final ScheduleRows schedules;
    private final TickRows ticks;
    private final TickLauncher launcher;
    private final Backfilling backfilling;

    Round(ScheduleRows schedules, TickRows ticks, TickLauncher launcher) {
        this.schedules = schedules;
        this.ticks = ticks;
        this.launcher = launcher;
        this.backfilling = new Backfilling(ticks, launcher);
    }

    /**
     * Does what is to be done now.
     *
     * @param row as this node has taken it
     * @return false if this node can launch nothing more; another one looks at it at once
     */
    boolean fire(JobSchedule schedule, ScheduleRow row, Instant now) {
        String job = schedule.job();
        List<TickRow> known = ticks.standing(
                job, KnownTicks.from(schedule, row.since(), now), schedule.overlap() == Overlap.WAIT ? QUEUED : null);
        ticks.settled(job, KnownTicks.settled(schedule, known));
        Standing standing = KnownTicks.standing(row, known);
        Verdicts verdicts =
                Judge.judge(schedule, standing, KnownTicks.others(schedule, standing, ticks, now), now, PUNCTUAL);
        if (recordLaunched(job, verdicts, now)) {
            schedules.lookAgain(job, now); // others of its ticks may wait for those
            return true;
        }
        Recording recording = new Recording(job, standing, known, now);
        verdicts.notLookedAt().ifPresent(tick -> recording.missed(tick, row.since()));
        for (Verdict verdict : verdicts.ticks()) {
            if (!recording.act(verdict)) {
                schedules.lookAgain(job, now);
                return false;
            }
        }
        recording.flush();
        boolean waiting = recording.waits;
        if (row.pause() == null) {
            waiting |= backfilling.goOn(schedule, known, now);
        }
        Instant next = verdicts.next().map(Tick::due).orElse(null);
        Instant patience = now.plus(Rounds.PATIENCE);
        Instant lookAt = recording.again ? now : waiting && (next == null || next.isAfter(patience)) ? patience : next;
        schedules.looked(row, schedule.naming(), verdicts.through(), lookAt, next);
        if (row.since().truncatedTo(ChronoUnit.DAYS).isBefore(verdicts.through().truncatedTo(ChronoUnit.DAYS))) {
            ticks.forget(job, now.minus(REMEMBERED));
        }
        return true;
    }

    /**
     * What was launched is not left out, though whoever launched it has not come to record it.
     *
     * @return whether something was, of which nothing was known
     */
    private boolean recordLaunched(String job, Verdicts verdicts, Instant now) {
        List<Tick> leftOut = verdicts.ticks().stream()
                .filter(verdict -> verdict instanceof Verdict.Skip || verdict instanceof Verdict.Miss)
                .map(Verdict::tick)
                .toList();
        Map<Tick, Long> launched = launcher.launched(job, leftOut);
        launched.forEach(
                (tick, instance) -> ticks.launched(job, decided(tick, TickRow.LAUNCHED, null), instance, null, now));
        return !launched.isEmpty();
    }

    private static Decided decided(Tick tick, String state, @Nullable String why) {
        return new Decided(KnownTicks.nominal(tick.nominal()), tick.due(), state, why);
    }

    /** What a round does with the ticks of a schedule. */
    private final class Recording {

        private final String job;
        private final Standing standing;
        private final Map<String, String> whys = new TreeMap<>();
        private final Instant now;
        private final List<Decided> decided = new ArrayList<>();

        private boolean waits;

        /** Whether what was decided may have changed while it was: then it is looked at once more. */
        private boolean again;

        Recording(String job, Standing standing, List<TickRow> known, Instant now) {
            this.job = job;
            this.standing = standing;
            this.now = now;
            known.forEach(tick -> whys.put(tick.nominal(), String.valueOf(tick.why())));
        }

        /** False if this node can do nothing more. */
        boolean act(Verdict verdict) {
            Tick tick = verdict.tick();
            if (verdict instanceof Verdict.Launch) {
                flush();
                return launch(tick);
            } else if (verdict instanceof Verdict.Wait wait) {
                waits = true;
                // Whose end it waits for may have come before it was recorded that it waits.
                again |= stateOf(tick) != TickState.WAITING;
                if (!wait.why().equals(whys.get(KnownTicks.nominal(tick.nominal())))) {
                    add(tick, TickRow.WAITING, wait.why());
                }
            } else if (verdict instanceof Verdict.Later) {
                if (stateOf(tick) == null) {
                    add(tick, TickRow.DUE, null);
                }
            } else if (verdict instanceof Verdict.Skip skip) {
                add(tick, TickRow.SKIPPED, skip.why());
            } else if (verdict instanceof Verdict.Miss miss) {
                add(tick, TickRow.MISSED, miss.why());
            }
            return true;
        }

        private @Nullable TickState stateOf(Tick tick) {
            KnownTick known = standing.ticks().get(tick.nominal());
            return known == null ? null : known.state();
        }

        private boolean launch(Tick tick) {
            Outcome outcome = launcher.launch(job, tick.parameters());
            if (outcome instanceof Elsewhere) {
                return false;
            }
            if (outcome instanceof Launched launched) {
                ticks.launched(
                        job, decided(tick, TickRow.LAUNCHED, null), launched.instance(), launched.execution(), now);
            } else if (outcome instanceof Refused refused) {
                LOG.log(Level.WARNING, "The tick {0} of {1} is refused: {2}", tick.nominal(), job, refused.why());
                add(tick, TickRow.REFUSED, refused.why());
                again = true;
            }
            return true;
        }

        /** All since a moment, which are told at once with the last of them. */
        void missed(Tick last, Instant since) {
            Long instance = launcher.launched(job, List.of(last)).get(last);
            if (instance == null) {
                add(last, TickRow.MISSED, "so were all before it since " + since + ": nobody launched them");
            } else {
                String others = "those before it since " + since + " were missed: nobody launched them";
                ticks.launched(job, decided(last, TickRow.LAUNCHED, others), instance, null, now);
            }
        }

        void add(Tick tick, String state, @Nullable String why) {
            decided.add(decided(tick, state, why));
        }

        void flush() {
            ticks.decided(job, decided, now);
            decided.clear();
        }
    }
}
