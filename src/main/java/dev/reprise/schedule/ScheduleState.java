package dev.reprise.schedule;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of a job and how far it has come. Immutable.
 *
 * @param cron as it is written; null if the schedule cannot be used
 * @param zone the IANA zone; null if it cannot be used
 * @param next when its next tick is due; null if there is none, or it cannot be used
 * @param pause who paused it; null if nobody did
 * @param last the newest of its ticks that have come up; null if none has
 * @param faults why it cannot be used, each as one line; empty if it can. The job can be launched all the same
 */
public record ScheduleState(
        String job,
        @Nullable String cron,
        @Nullable String zone,
        @Nullable Instant next,
        @Nullable Pause pause,
        @Nullable TickRecord last,
        List<String> faults) {

    public ScheduleState {
        faults = List.copyOf(faults);
    }

    /**
     * Who paused a schedule.
     *
     * @param at by the clock of the database
     * @param why may be empty
     */
    public record Pause(Instant at, String by, String why) {}
}
