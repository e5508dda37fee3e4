package dev.reprise.internal.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code REPRISE_SCHEDULE}.
 *
 * @param naming what its ticks are called by; empty if it was removed
 * @param since up to when all of its ticks are decided
 * @param lookAt when it is to be looked at next
 * @param next when its next tick is due, as it was known then
 * @param version raised with each change
 */
public record ScheduleRow(
        String job,
        String naming,
        Instant since,
        @Nullable Instant lookAt,
        @Nullable Instant next,
        long version,
        @Nullable Pause pause) {

    /**
     * Who paused it.
     *
     * @param why may be empty
     */
    public record Pause(Instant at, String by, String why) {

        /** As it follows "the schedule is paused". */
        @Override
        public String toString() {
            return "by " + by + (why.isEmpty() ? "" : ": " + why);
        }
    }
}
