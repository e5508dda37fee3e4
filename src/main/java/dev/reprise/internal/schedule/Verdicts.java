package dev.reprise.internal.schedule;

import dev.reprise.schedule.Tick;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is to become of the ticks of a schedule.
 *
 * @param ticks in order; each is acted on before the next one
 * @param notLookedAt the last of those that were due before the window of catching up, if there are any: all since the
 *     standing's moment are missed, and not told one by one
 * @param through the standing's next moment
 * @param next the tick that is launched next by the calendar and the clock, if there is one
 */
public record Verdicts(List<Verdict> ticks, Optional<Tick> notLookedAt, Instant through, Optional<Tick> next) {

    public Verdicts {
        ticks = List.copyOf(ticks);
    }
}
