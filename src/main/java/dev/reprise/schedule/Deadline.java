package dev.reprise.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;

/**
 * Until when something of a tick has to be: the first time of day after it is due, or so long after.
 *
 * @param time of day, in the schedule's zone
 * @param span where there is no time
 */
public record Deadline(Optional<LocalTime> time, Duration span) {

    /** For a tick that is due then. */
    public Instant of(Instant due, ZoneId zone) {
        if (time.isEmpty()) {
            return due.plus(span);
        }
        ZonedDateTime local = due.atZone(zone);
        ZonedDateTime sameDay = local.with(time.get());
        return (sameDay.isBefore(local) ? local.plusDays(1).with(time.get()) : sameDay).toInstant();
    }
}
