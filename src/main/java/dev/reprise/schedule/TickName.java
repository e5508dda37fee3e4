package dev.reprise.schedule;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.Period;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How a tick is called in the parameters of its launch. */
final class TickName {

    private final String parameter;
    private final DateTimeFormatter format;
    private final Period days;
    private final Duration time;

    /**
     * @param parameter the one that gets it
     * @param format how its time is written: a pattern of {@link DateTimeFormatter}
     * @param days how many days, months and years are added to its nominal time before
     * @param time and how many hours, minutes and seconds
     * @throws IllegalArgumentException if the format is none
     */
    TickName(String parameter, String format, Period days, Duration time) {
        this(parameter, DateTimeFormatter.ofPattern(format, Locale.ROOT), days, time);
    }

    private TickName(String parameter, DateTimeFormatter format, Period days, Duration time) {
        this.parameter = parameter;
        this.format = format;
        this.days = days;
        this.time = time;
    }

    String parameter() {
        return parameter;
    }

    TickName as(String other) {
        return new TickName(other, format, days, time);
    }

    /** @throws DateTimeException if the format asks for what a local time has not, such as an offset */
    String of(LocalDateTime nominal) {
        return format.format(nominal.plus(days).plus(time));
    }
}
