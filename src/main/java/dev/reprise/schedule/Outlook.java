package dev.reprise.schedule;

import java.util.List;
import java.util.Optional;

/**
 * What a schedule is about to do. Immutable.
 *
 * @param unfinished ticks that have come up and of which something may still come, each with what it waits for; by nominal time
 * @param coming the next ones, as the calendar is now; in order
 * @param paused who paused it and why; then what comes is skipped, and what waits stays. Empty if nobody did
 */
public record Outlook(List<TickRecord> unfinished, List<Tick> coming, Optional<String> paused) {

    public Outlook {
        unfinished = List.copyOf(unfinished);
        coming = List.copyOf(coming);
    }
}
