package dev.reprise.wildfly;

import dev.reprise.operate.PurgeJobs;
import dev.reprise.schedule.JobSchedule;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
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
     * The schedule of the job {@code reprise-purge-daily}. A purge that fails keeps none of the next days waiting.
     *
     * @param application whose history it is
     */
    JobSchedule schedule(String application, ClassLoader loader) {
        ZoneId utc = ZoneId.of("UTC");
        ZoneId zone = ZoneId.systemDefault();
        boolean named = ZoneId.getAvailableZoneIds().contains(zone.getId());
        // A mere offset is the same on every day; of a day on which clocks change nothing may depend.
        LocalTime nominal = named
                ? at
                : ZonedDateTime.now(zone).with(at).withZoneSameInstant(utc).toLocalTime();
        return JobSchedule.of(
                PurgeJobs.DAILY,
                """
                {"cron": "%d %d * * *", "zone": "%s", "parameter": "day", "overlap": "skip",
                 "parameters": {"application": "%s", "olderThan": "%s", "keep": %d}}""".formatted(
                                nominal.getMinute(),
                                nominal.getHour(),
                                named ? zone.getId() : utc.getId(),
                                application.replace("\\", "\\\\").replace("\"", "\\\""),
                                olderThan,
                                keep),
                loader);
    }

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
