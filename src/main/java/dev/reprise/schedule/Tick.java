package dev.reprise.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.Comparator;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A moment that a schedule names. What it is called, and so what run it is, comes of its nominal time alone: neither a
 * corrected calendar nor a change of clocks makes another of it. In order of when they are due, then of their nominal time.
 *
 * @param nominal the local time in the schedule's zone, to the minute, as its cron expression gives it
 * @param due when it is to be launched
 * @param offBecause why it is not to be launched, where the calendar says so and nothing stands in for its day
 * @param parameters those of its launch, by name
 */
public record Tick(
        LocalDateTime nominal, Instant due, Optional<String> offBecause, SortedMap<String, String> parameters)
        implements Comparable<Tick> {

    private static final Comparator<Tick> ORDER =
            Comparator.comparing(Tick::due).thenComparing(Tick::nominal);

    public Tick {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    @Override
    public int compareTo(Tick other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Tick tick && compareTo(tick) == 0 && parameters.equals(tick.parameters);
    }

    @Override
    public int hashCode() {
        return nominal.hashCode();
    }
}
