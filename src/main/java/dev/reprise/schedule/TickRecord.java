package dev.reprise.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What became of a tick. Immutable.
 *
 * @param nominal the local time in the schedule's zone
 * @param due when it was or is to be launched
 * @param state what is known of it now
 * @param why in words, where there is more to say: what it waits for, or why it was skipped, missed or refused
 * @param execution the last one of it, if there is one
 * @param recorded when it was recorded first, by the clock of the database
 * @param changed when it was launched, or when what is recorded of it was changed last
 */
public record TickRecord(
        LocalDateTime nominal,
        Instant due,
        TickState state,
        @Nullable String why,
        @Nullable Long execution,
        Instant recorded,
        Instant changed) {}
