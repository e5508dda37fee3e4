package dev.reprise.internal.schedule;

import dev.reprise.schedule.KnownTick;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a schedule has come.
 *
 * @param naming {@link dev.reprise.schedule.JobSchedule#naming} of the schedule that came so far
 * @param since up to when all that had come up was decided
 * @param ticks by nominal time, what is known of those that have not ended, and of all from
 *     {@link dev.reprise.schedule.Ticks#earliestArising} of that moment on. One that waits for its turn in a backfill, or failed in
 *     it, is in nobody's way and decided elsewhere: it stands here as SKIPPED, of which nothing more is asked
 * @param paused who paused it and why, as people are told it; empty if nobody did
 */
public record Standing(
        String naming, Instant since, SortedMap<LocalDateTime, KnownTick> ticks, Optional<String> paused) {

    public Standing {
        ticks = Collections.unmodifiableSortedMap(new TreeMap<>(ticks));
    }

    /** That of a schedule that is new at this moment. */
    public static Standing startingAt(String naming, Instant now) {
        return new Standing(naming, now, new TreeMap<>(), Optional.empty());
    }
}
