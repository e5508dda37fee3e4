package dev.reprise.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.Optional;
import java.util.Set;

/**
 * The days on which a schedule runs.
 *
 * @param name of its file, without {@code .calendar.json}
 * @param days of the week
 * @param except dates on which it does not run all the same
 * @param also dates on which it runs all the same
 */
record WorkCalendar(String name, Set<DayOfWeek> days, Set<LocalDate> except, Set<LocalDate> also) {

    /** A calendar that is off for longer has come to its end. */
    private static final int LONGEST_BREAK = 366;

    WorkCalendar {
        days = Set.copyOf(days);
        except = Set.copyOf(except);
        also = Set.copyOf(also);
    }

    boolean has(LocalDate day) {
        return also.contains(day) || (days.contains(day.getDayOfWeek()) && !except.contains(day));
    }

    /** The nearest day on which it runs, the given one included; empty if that is more than a year away. */
    Optional<LocalDate> nearest(LocalDate day, int direction) {
        for (int far = 0; far <= LONGEST_BREAK; far++) {
            LocalDate other = day.plusDays((long) far * direction);
            if (has(other)) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }
}
