package dev.reprise.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Ticks of the past that are to be run.
 *
 * @param from the first nominal time
 * @param to the last one
 * @param what which of them
 * @param order which first
 * @param atOnce how many at most run at the same time, from 1 on
 */
public record Backfill(LocalDateTime from, LocalDateTime to, What what, Order order, int atOnce) {

    /** A list that nobody reads to its end was not wanted so. */
    public static final int MOST = 1_000;

    /** Days are looked at one by one. */
    private static final int MOST_YEARS = 100;

    /** Which ticks. */
    public enum What {
        /** Those of which nothing has run. */
        MISSING,
        /** Those that did not complete. */
        FAILED,
        /** All, those that are completed under a new revision. */
        ALL
    }

    /** Which first. */
    public enum Order {
        OLDEST_FIRST,
        NEWEST_FIRST
    }

    /** What would be done with a tick. */
    public enum Act {
        /** It is launched for the first time. */
        LAUNCH,
        /** Its instance goes on where it stopped. */
        RESTART,
        /** It is launched again, as another instance. */
        REPEAT,
        /** Nothing. */
        LEAVE
    }

    /**
     * One line of the list.
     *
     * @param why what it is left for, or what is known of it
     */
    public record Planned(Tick tick, Act act, String why) {}

    /** As they are kept: with four digits. */
    static boolean isOfOurYears(LocalDateTime nominal) {
        return nominal.getYear() >= 1970 && nominal.getYear() <= 9999;
    }

    public Backfill {
        if (!isOfOurYears(from)
                || !isOfOurYears(to)
                || from.plusYears(MOST_YEARS).isBefore(to)) {
            throw new IllegalArgumentException("A backfill from " + from + " to " + to + " is of no span of "
                    + MOST_YEARS + " years at most between 1970 and 9999. Give another one");
        }
        if (to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "A backfill to " + to + " ends before " + from + ", where it begins. Turn them round");
        }
        if (atOnce < 1) {
            throw new IllegalArgumentException(
                    "A backfill of " + atOnce + " ticks at once does nothing. Give 1 or more");
        }
    }

    /**
     * What would happen to each tick, in order.
     *
     * @param known what is known of a nominal time
     * @throws IllegalArgumentException if these are more than {@value #MOST}
     */
    public List<Planned> plan(JobSchedule schedule, Function<LocalDateTime, Optional<KnownTick>> known, Instant now) {
        List<Tick> ticks = schedule.ticks().named(from, to, MOST + 1);
        if (ticks.size() > MOST) {
            throw new IllegalArgumentException("From " + from + " to " + to + " there are more than " + MOST
                    + " ticks. Backfill a part of them; the first " + MOST + " end at "
                    + ticks.get(MOST - 1).nominal());
        }
        List<Planned> plan = new ArrayList<>();
        for (Tick tick : ticks) {
            plan.add(planned(tick, known.apply(tick.nominal()), now));
        }
        if (order == Order.NEWEST_FIRST) {
            Collections.reverse(plan);
        }
        return List.copyOf(plan);
    }

    private Planned planned(Tick tick, Optional<KnownTick> known, Instant now) {
        if (known.isEmpty()) {
            if (tick.offBecause().isPresent()) {
                return new Planned(tick, Act.LEAVE, tick.offBecause().get());
            }
            return tick.due().isAfter(now)
                    ? new Planned(tick, Act.LEAVE, "it has not come yet")
                    : first(tick, "nothing is known of it");
        }
        String execution = known.get().execution().isPresent()
                ? "execution " + known.get().execution().getAsLong()
                : "its execution";
        return switch (known.get().state()) {
            case RUNNING -> new Planned(tick, Act.LEAVE, execution + " runs");
            case DUE, WAITING -> new Planned(tick, Act.LEAVE, "it is launched by its schedule, and waits");
            case ABANDONED ->
                what == What.ALL
                        ? new Planned(tick, Act.REPEAT, execution + " was abandoned")
                        : new Planned(tick, Act.LEAVE, execution + " was abandoned");
            case COMPLETED ->
                what == What.ALL
                        ? new Planned(tick, Act.REPEAT, execution + " is completed")
                        : new Planned(tick, Act.LEAVE, execution + " is completed");
            case FAILED ->
                what == What.MISSING
                        ? new Planned(tick, Act.LEAVE, execution + " did not complete, and is not missing")
                        : new Planned(tick, Act.RESTART, execution + " did not complete");
            case SKIPPED -> first(tick, "it was skipped");
            case MISSED -> first(tick, "it was missed");
            case REFUSED -> first(tick, "its launch was refused");
        };
    }

    private Planned first(Tick tick, String why) {
        return what == What.FAILED
                ? new Planned(tick, Act.LEAVE, why + ", and has not failed")
                : new Planned(tick, Act.LAUNCH, why);
    }
}
