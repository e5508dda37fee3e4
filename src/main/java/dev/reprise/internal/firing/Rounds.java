package dev.reprise.internal.firing;

import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.internal.store.ScheduleRow;
import dev.reprise.internal.store.ScheduleRows;
import dev.reprise.internal.store.TickRows;
import dev.reprise.schedule.InvalidScheduleException;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.Tick;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the schedules that are due. Every node does: who takes a schedule first looks at it, and what two have launched happens
 * once. By one thread at a time.
 */
final class Rounds {

    private static final Logger LOG = System.getLogger(Rounds.class.getName());

    /** Until another node looks at what one has taken, and until what waits is looked at though nobody said so. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    /** How long nobody looks at a schedule that is due until it is over: its nodes are gone, or have it no more. */
    static final Duration LEFT = PATIENCE.multipliedBy(5);

    /** Until a node that may not launch says that it has a schedule all the same: after others have had time to take it. */
    private static final Duration HELD = PATIENCE.multipliedBy(2);

    /** At least so often a node looks whether its schedules are all there. */
    static final Duration LONGEST = Duration.ofHours(1);

    private static final int AT_ONCE = 100;

    private final ScheduleRows schedules;
    private final TickRows ticks;
    private final DeployedSchedules deployed;
    private final TickLauncher launcher;
    private final Round round;
    private final UnaryOperator<Instant> clock;
    private final Map<String, Left> left = new HashMap<>();

    /** When this node has last looked whether its schedules are there, and until when it is to have looked at all again. */
    private Instant reviewed = Instant.EPOCH;

    private Instant awaited = Instant.EPOCH;

    /**
     * A schedule that is due, and that this node does not have.
     *
     * @param version the row's: who looks at it raises it
     * @param seen when this node saw it first
     */
    private record Left(long version, Instant seen) {}

    /**
     * @param clock what time it is, by the database's; itself but in tests
     */
    Rounds(Scheduled scheduled, DeployedSchedules deployed, TickLauncher launcher, UnaryOperator<Instant> clock) {
        this.schedules = scheduled.schedules();
        this.ticks = scheduled.ticks();
        this.deployed = deployed;
        this.launcher = launcher;
        this.round = new Round(schedules, ticks, launcher);
        this.clock = clock;
    }

    /** What is new or changed in this deployment begins. What it does not have may be another node's. */
    void begin() {
        Map<String, ScheduleRow> known = known();
        if (known.isEmpty() && deployed.all().isEmpty()) {
            return;
        }
        Instant now = clock.apply(schedules.now());
        Set<String> undecided = ticks.undecided(); // of which a corrected calendar may say something else
        for (JobSchedule schedule : deployed.all().values()) {
            ScheduleRow row = known.get(schedule.job());
            Instant next = next(schedule, now);
            if (row == null || !row.naming().equals(schedule.naming())) {
                schedules.begin(schedule.job(), schedule.naming(), now, next);
            } else if (!Objects.equals(row.next(), next) || undecided.contains(schedule.job())) {
                schedules.lookAgain(schedule.job(), now);
            }
        }
        isReviewed(now);
    }

    private Map<String, ScheduleRow> known() {
        Map<String, ScheduleRow> known = new TreeMap<>();
        schedules.all().forEach(row -> known.put(row.job(), row));
        return known;
    }

    private void isReviewed(Instant now) {
        reviewed = now;
        awaited = now.plus(LONGEST);
    }

    /** Whether this node was away for so long that others may have taken what it has for left. */
    private boolean isToReview(Instant now) {
        return !deployed.all().isEmpty()
                && (now.isAfter(awaited.plus(PATIENCE)) || !now.isBefore(reviewed.plus(LONGEST)));
    }

    /** What this node has and others have ended, or somebody has deleted, begins again; what rests is looked at. */
    private void review(Instant now) {
        Map<String, ScheduleRow> known = known();
        for (JobSchedule schedule : deployed.all().values()) {
            ScheduleRow row = known.get(schedule.job());
            Instant next = next(schedule, now);
            if (row == null) {
                if (schedules.begin(schedule.job(), schedule.naming(), now, next)) {
                    LOG.log(
                            Level.INFO,
                            "The schedule of {0} begins again, because it was removed and this node has it; what was due"
                                    + " meanwhile is not caught up",
                            schedule.job());
                }
            } else if (row.lookAt() == null && next != null && row.naming().equals(schedule.naming())) {
                schedules.lookAgain(schedule.job(), now);
            }
        }
        isReviewed(now);
    }

    private static @Nullable Instant next(JobSchedule schedule, Instant now) {
        return schedule.ticks().next(now).map(Tick::due).orElse(null);
    }

    /** Executions of some jobs have ended: what waits for them is looked at next. */
    void ended(Collection<String> jobs) {
        Set<String> waiting = new TreeSet<>();
        jobs.forEach(job -> waiting.addAll(deployed.waitingFor(job)));
        List<String> toLookAt = ticks.waiting(waiting);
        if (!toLookAt.isEmpty()) {
            Instant now = clock.apply(schedules.now());
            toLookAt.forEach(job -> schedules.lookAgain(job, now));
        }
    }

    /** What came of a look at one schedule. */
    private enum Look {
        DONE,
        /** Somebody else is at it. */
        TAKEN,
        /** On this node nothing can be launched any more. */
        ELSEWHERE
    }

    /**
     * Looks at all that are to be looked at now, as long as this node may launch.
     *
     * @return how long it is until the next is; empty if there is none
     */
    Optional<Duration> look() {
        Set<String> passed = new HashSet<>();
        while (true) {
            ScheduleRows.Next next = schedules.next(AT_ONCE + passed.size());
            long read = System.nanoTime();
            Instant begun = clock.apply(next.now());
            if (isToReview(begun)) {
                review(begun);
                continue;
            }
            Optional<Duration> pause = Optional.empty();
            boolean looked = false;
            for (ScheduleRow row : next.rows()) {
                Instant now = clock.apply(next.now().plusNanos(System.nanoTime() - read));
                Instant due = Objects.requireNonNull(row.lookAt(), row.job());
                if (due.isAfter(now)) {
                    pause = Optional.of(Duration.between(now, due));
                    break;
                }
                if (passed.contains(row.job())) {
                    continue;
                }
                looked = true;
                if (!isHere(row, due, now)) {
                    passed.add(row.job());
                    if (deployed.find(row.job()).isEmpty()) {
                        leave(row, now);
                    }
                    continue;
                }
                Look look = launcher.mayLaunch() ? look(row, now, passed) : Look.ELSEWHERE;
                if (look == Look.ELSEWHERE) {
                    return Optional.of(PATIENCE);
                }
                if (look == Look.TAKEN) {
                    break; // what is there still to do?
                }
            }
            if (!looked) {
                left.keySet().retainAll(passed);
                Optional<Duration> until = left.isEmpty() ? pause : sooner(pause, PATIENCE);
                awaited = begun.plus(sooner(until, LONGEST).orElseThrow());
                return until;
            }
        }
    }

    private static Optional<Duration> sooner(Optional<Duration> one, Duration other) {
        return one.filter(time -> time.compareTo(other) < 0).or(() -> Optional.of(other));
    }

    /**
     * What is due here and not had here is left to the nodes that have it, unless nobody looks at it for a while. Then it is over;
     * or it rests, if it is here and broken.
     */
    private void leave(ScheduleRow row, Instant now) {
        String job = row.job();
        InvalidScheduleException broken = deployed.broken().get(job);
        Left before = left.get(job);
        if (before == null || before.version() != row.version()) {
            left.put(job, new Left(row.version(), now));
        } else if (!now.isBefore(before.seen().plus(broken == null ? LEFT : PATIENCE))) {
            left.remove(job);
            if (broken != null && schedules.rest(row)) {
                LOG.log(Level.INFO, "The schedule of {0} rests until it is mended: {1}", job, broken.getMessage());
            } else if (broken == null && schedules.remove(row, now)) {
                LOG.log(
                        Level.INFO,
                        "The schedule of {0} is over, with what waits of its ticks: it is due since {1}, and for {2} minutes no"
                                + " node that has it has looked at it",
                        job,
                        row.lookAt(),
                        LEFT.toMinutes());
            }
        }
    }

    /** Says of what is due that this node has it, though it may not launch it now: others would take it for left. */
    void hold() {
        ScheduleRows.Next next = schedules.next(AT_ONCE);
        Instant now = clock.apply(next.now());
        for (ScheduleRow row : next.rows()) {
            Instant due = Objects.requireNonNull(row.lookAt(), row.job());
            if (due.plus(HELD).isAfter(now)) {
                break;
            }
            if (deployed.find(row.job()).isPresent() || deployed.broken().containsKey(row.job())) {
                schedules.lookAgain(row.job(), now);
            }
        }
    }

    /** Another version's are left to its nodes, as while versions are exchanged; unless nobody looks at them. */
    private boolean isHere(ScheduleRow row, Instant due, Instant now) {
        return deployed.find(row.job())
                .filter(schedule -> schedule.naming().equals(row.naming())
                        || due.plus(PATIENCE).isBefore(now))
                .isPresent();
    }

    private Look look(ScheduleRow row, Instant now, Set<String> passed) {
        Optional<ScheduleRow> claimed = schedules.claim(row, now.plus(PATIENCE));
        if (claimed.isEmpty()) {
            return Look.TAKEN;
        }
        try {
            return round.fire(deployed.find(row.job()).orElseThrow(), claimed.get(), now) ? Look.DONE : Look.ELSEWHERE;
        } catch (RuntimeException | LinkageError e) {
            LOG.log(
                    Level.WARNING,
                    "The schedule of " + row.job() + " could not be looked at to its end; it is tried again in "
                            + PATIENCE.toSeconds() + " s, on whichever node",
                    e);
            passed.add(row.job());
            return Look.DONE;
        }
    }
}
