package dev.reprise.internal.schedule;

import dev.reprise.internal.schedule.Verdict.Later;
import dev.reprise.internal.schedule.Verdict.Launch;
import dev.reprise.internal.schedule.Verdict.Miss;
import dev.reprise.internal.schedule.Verdict.Obstacle;
import dev.reprise.internal.schedule.Verdict.Skip;
import dev.reprise.internal.schedule.Verdict.Wait;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.JobSchedule.CatchUp;
import dev.reprise.schedule.JobSchedule.Overlap;
import dev.reprise.schedule.KnownTick;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickState;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of the ticks of one schedule at one moment: a function of its definition, of what is known, and of the
 * time, which both who acts and who explains asks.
 */
public final class Judge {

    private final JobSchedule schedule;
    private final Standing standing;
    private final Others others;
    private final Instant now;
    private final Instant punctualSince;

    /** What is known of the ticks of other jobs. */
    @FunctionalInterface
    public interface Others {
        /** Empty if the tick of this nominal time has not come. */
        Optional<KnownTick> tick(String job, LocalDateTime nominal);
    }

    /** Ticks that are decided in this round or were before, and may be in the way of later ones. */
    private final SortedMap<Tick, KnownTick> open = new TreeMap<>();

    private Judge(JobSchedule schedule, Standing standing, Others others, Instant now, Duration punctual) {
        this.schedule = schedule;
        this.standing = standing;
        this.others = others;
        this.now = now;
        this.punctualSince = now.minus(punctual);
    }

    /**
     * The verdicts.
     *
     * @param now the database's time
     * @param punctual for how long after it was due a tick that nobody has looked at is not yet a missed one
     */
    public static Verdicts judge(
            JobSchedule schedule, Standing standing, Others others, Instant now, Duration punctual) {
        return new Judge(schedule, standing, others, now, punctual).judge();
    }

    private Verdicts judge() {
        Instant since = standing.naming().equals(schedule.naming()) ? standing.since() : now;
        Instant windowStart = now.minus(schedule.catchUpWindow());
        Instant from = since.isBefore(windowStart) ? windowStart : since;
        NavigableSet<Tick> toJudge = new TreeSet<>();
        schedule.ticks().arising(from, now).stream()
                .filter(tick -> !standing.ticks().containsKey(tick.nominal()))
                .forEach(toJudge::add);
        for (Map.Entry<LocalDateTime, KnownTick> known : standing.ticks().entrySet()) {
            Tick tick = schedule.ticks().of(known.getKey());
            switch (known.getValue().state()) {
                case DUE, WAITING -> toJudge.add(tick);
                case RUNNING, FAILED -> open.put(tick, known.getValue());
                case COMPLETED, ABANDONED, SKIPPED, MISSED, REFUSED -> {}
            }
        }
        Optional<Tick> caughtUp = caughtUp(toJudge);
        List<Verdict> verdicts = new ArrayList<>();
        for (Tick tick : toJudge) {
            Verdict verdict = verdict(tick, caughtUp);
            verdicts.add(verdict);
            if (verdict instanceof Launch) {
                open.put(tick, KnownTick.of(TickState.RUNNING));
            } else if (verdict instanceof Wait) {
                open.put(tick, KnownTick.of(TickState.WAITING));
            }
        }
        return new Verdicts(
                verdicts, notLookedAt(since, from), now, schedule.ticks().next(now));
    }

    private Optional<Tick> notLookedAt(Instant since, Instant from) {
        return since.isBefore(from)
                ? schedule.ticks().last(from).filter(tick -> tick.due().isAfter(since))
                : Optional.empty();
    }

    /** The missed tick that is launched all the same, where that is the last one. */
    private Optional<Tick> caughtUp(NavigableSet<Tick> toJudge) {
        if (schedule.catchUp() != CatchUp.LAST) {
            return Optional.empty();
        }
        Tick last = null;
        for (Tick tick : toJudge) {
            if (tick.offBecause().isEmpty() && !tick.due().isAfter(now)) {
                last = tick;
            }
        }
        return Optional.ofNullable(last).filter(this::isMissed);
    }

    /** One that waits was looked at in time. */
    private boolean isMissed(Tick tick) {
        return state(tick) != TickState.WAITING && tick.due().isBefore(punctualSince);
    }

    private @Nullable TickState state(Tick tick) {
        KnownTick known = standing.ticks().get(tick.nominal());
        return known == null ? null : known.state();
    }

    private Verdict verdict(Tick tick, Optional<Tick> caughtUp) {
        boolean known = standing.ticks().containsKey(tick.nominal());
        if (known && !schedule.ticks().has(tick.nominal())) {
            return new Skip(tick, "the schedule was changed, and does not have it any more");
        }
        if (tick.offBecause().isPresent()) {
            return new Skip(tick, tick.offBecause().get());
        }
        if (tick.due().isAfter(now)) {
            return new Later(tick);
        }
        if (standing.paused().isPresent()) {
            String paused = "the schedule is paused " + standing.paused().get();
            return state(tick) == TickState.WAITING ? new Wait(tick, paused, List.of()) : new Skip(tick, paused);
        }
        if (isMissed(tick)
                && schedule.catchUp() != CatchUp.ALL
                && caughtUp.filter(tick::equals).isEmpty()) {
            return new Miss(
                    tick,
                    "nobody launched it when it was due, and "
                            + (schedule.catchUp() == CatchUp.NONE
                                    ? "nothing is caught up"
                                    : "only the last one is caught up"));
        }
        return queued(tick);
    }

    private Verdict queued(Tick tick) {
        List<Obstacle> obstacles = new ArrayList<>();
        for (String job : schedule.after()) {
            KnownTick known = others.tick(job, tick.nominal()).orElse(KnownTick.of(TickState.DUE));
            if (known.state() == TickState.SKIPPED || known.state() == TickState.MISSED) {
                return new Skip(
                        tick,
                        "the tick of '" + job + "' that it comes after was "
                                + (known.state() == TickState.SKIPPED ? "skipped" : "missed"));
            }
            if (known.state() != TickState.COMPLETED) {
                obstacles.add(new Obstacle(job, tick.nominal(), known));
            }
        }
        SortedMap<Tick, KnownTick> before = open.headMap(tick);
        if (schedule.overlap() == Overlap.WAIT && !before.isEmpty()) {
            obstacles.add(inTheWay(before));
        }
        if (schedule.overlap() == Overlap.SKIP && obstacles.isEmpty()) {
            for (Map.Entry<Tick, KnownTick> other : before.entrySet()) {
                if (other.getValue().state() == TickState.RUNNING) {
                    return new Skip(
                            tick, "it would have overlapped with " + obstacle(other.getKey(), other.getValue()));
                }
            }
        }
        if (obstacles.isEmpty()) {
            return new Launch(tick);
        }
        return new Wait(tick, "for " + obstacles.get(0) + (obstacles.size() == 1 ? "" : ", and others"), obstacles);
    }

    /** The one before it, or the first that a person has to do something about. */
    private Obstacle inTheWay(SortedMap<Tick, KnownTick> before) {
        for (Map.Entry<Tick, KnownTick> other : before.entrySet()) {
            Obstacle obstacle = obstacle(other.getKey(), other.getValue());
            if (obstacle.needsAPerson()) {
                return obstacle;
            }
        }
        return obstacle(before.lastKey(), before.getOrDefault(before.lastKey(), KnownTick.of(TickState.WAITING)));
    }

    private Obstacle obstacle(Tick tick, KnownTick known) {
        return new Obstacle(schedule.job(), tick.nominal(), known);
    }
}
