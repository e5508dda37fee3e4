package dev.reprise.wildfly;

import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * What is purged every day.
 *
 * @param at in the zone of the JVM
 * @param olderThan as the job's parameter has it
 * @param keep how many of each job's newest executions stay
 */
record DailyPurge(LocalTime at, String olderThan, int keep) {

    /**
     * As the settings have it.
     *
     * @return null if there is no time of day for it
     * @throws IllegalArgumentException if one of them cannot be understood, with what to write
     */
    static @Nullable DailyPurge of(String at, String olderThan, int keep) {
        if (!olderThan.matches("\\d{1,6}[smhd]")) { // as the schema of the daily purge has it
            throw new IllegalArgumentException(
                    "reprise.purge-older-than is '" + olderThan + "'; write a time as 12h or 90d");
        }
        if (at.isEmpty()) {
            return null;
        }
        try {
            return new DailyPurge(LocalTime.parse(at), olderThan, keep);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "reprise.purge-at is '" + at + "'; write a time of day as 03:00, or nothing for no daily purge", e);
        }
    }
}
