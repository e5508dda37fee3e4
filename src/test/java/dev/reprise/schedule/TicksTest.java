package dev.reprise.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nights and days that are unlike others. */
class TicksTest {

    private static final String BY_MINUTE = ", \"format\": \"uuuu-MM-dd'T'HH:mm\"";

    @Test
    void seoulHasNoNightWhenClocksChange() {
        assertThat(due("30 2 * * *", "Asia/Seoul", "2026-03-27T15:00:00Z", "2026-03-30T15:00:00Z"))
                .containsExactly(
                        "2026-03-28T02:30 at 2026-03-27T17:30:00Z",
                        "2026-03-29T02:30 at 2026-03-28T17:30:00Z",
                        "2026-03-30T02:30 at 2026-03-29T17:30:00Z");
    }

    @Test
    void aTimeThatBerlinLeavesOutIsDueAtTheFirstOneAfterIt() {
        assertThat(due("*/30 1-3 * * *", "Europe/Berlin", "2026-03-28T23:59:00Z", "2026-03-29T12:00:00Z"))
                .containsExactly(
                        "2026-03-29T01:00 at 2026-03-29T00:00:00Z",
                        "2026-03-29T01:30 at 2026-03-29T00:30:00Z",
                        "2026-03-29T02:00 at 2026-03-29T01:00:00Z",
                        "2026-03-29T02:30 at 2026-03-29T01:00:00Z",
                        "2026-03-29T03:00 at 2026-03-29T01:00:00Z",
                        "2026-03-29T03:30 at 2026-03-29T01:30:00Z");
    }

    @Test
    void aTimeThatBerlinHasTwiceIsDueTheFirstTime() {
        assertThat(due("30 1-3 * * *", "Europe/Berlin", "2026-10-24T22:59:00Z", "2026-10-25T12:00:00Z"))
                .containsExactly(
                        "2026-10-25T01:30 at 2026-10-24T23:30:00Z",
                        "2026-10-25T02:30 at 2026-10-25T00:30:00Z",
                        "2026-10-25T03:30 at 2026-10-25T02:30:00Z");
    }

    /** Whose clocks change by half an hour. */
    @Test
    void lordHoweLeavesOutHalfAnHourAndHasHalfAnHourTwice() {
        assertThat(due("15,45 1,2 * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z", "2026-10-04T12:00:00Z"))
                .containsExactly(
                        "2026-10-04T01:15 at 2026-10-03T14:45:00Z",
                        "2026-10-04T01:45 at 2026-10-03T15:15:00Z",
                        "2026-10-04T02:15 at 2026-10-03T15:30:00Z",
                        "2026-10-04T02:45 at 2026-10-03T15:45:00Z");
        assertThat(due("15,45 1,2 * * *", "Australia/Lord_Howe", "2026-04-04T13:59:00Z", "2026-04-05T12:00:00Z"))
                .containsExactly(
                        "2026-04-05T01:15 at 2026-04-04T14:15:00Z",
                        "2026-04-05T01:45 at 2026-04-04T14:45:00Z",
                        "2026-04-05T02:15 at 2026-04-04T15:45:00Z",
                        "2026-04-05T02:45 at 2026-04-04T16:15:00Z");
    }

    @Test
    void theDayThatApiaNeverHadIsDueWithTheNext() {
        assertThat(due("0 3 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2011-12-31T00:00:00Z"))
                .containsExactly(
                        "2011-12-29T03:00 at 2011-12-29T13:00:00Z",
                        "2011-12-30T03:00 at 2011-12-30T10:00:00Z",
                        "2011-12-31T03:00 at 2011-12-30T13:00:00Z");
    }

    @Test
    void aLeapDayComesEveryFourYearsAndNotIn2100() {
        Ticks ticks = ScheduleFiles.report("\"cron\": \"0 0 29 2 *\"").ticks();

        assertThat(ticks.next(Instant.parse("2026-01-01T00:00:00Z"))
                        .orElseThrow()
                        .nominal())
                .isEqualTo("2028-02-29T00:00");
        assertThat(ticks.next(Instant.parse("2096-02-29T00:00:00Z"))
                        .orElseThrow()
                        .nominal())
                .isEqualTo("2104-02-29T00:00");
        assertThat(ticks.last(Instant.parse("2104-02-28T23:59:59Z"))
                        .orElseThrow()
                        .nominal())
                .isEqualTo("2096-02-29T00:00");
    }

    @Test
    void aTickOfAnotherDayKeepsItsName() {
        Ticks next = new ScheduleFiles()
                .with("w.calendar.json", """
                        {"days": ["monday", "tuesday", "wednesday", "thursday", "friday"], "except": ["2026-12-25"], "also": ["2026-12-27"]}""")
                .schedule("report", "\"calendar\": \"w\", \"otherwise\": \"next\"")
                .ticks();

        assertThat(next.within(Instant.parse("2026-12-24T00:00:00Z"), Instant.parse("2026-12-28T12:00:00Z")).stream()
                        .map(tick -> tick.parameters() + " " + tick.due()))
                .containsExactly(
                        "{day=2026-12-24} 2026-12-24T03:00:00Z",
                        "{day=2026-12-25} 2026-12-27T03:00:00Z",
                        "{day=2026-12-26} 2026-12-27T03:00:00Z",
                        "{day=2026-12-27} 2026-12-27T03:00:00Z",
                        "{day=2026-12-28} 2026-12-28T03:00:00Z");
    }

    @Test
    void aCalendarWithoutDaysEndsNoSearch() {
        Ticks ticks = new ScheduleFiles()
                .with("once.calendar.json", "{\"days\": [], \"also\": [\"2026-12-25\"]}")
                .schedule("report", "\"calendar\": \"once\", \"otherwise\": \"previous\"")
                .ticks();

        assertThat(ticks.next(Instant.parse("2026-12-25T03:00:00Z"))).isEmpty();
        assertThat(ticks.of(LocalDateTime.parse("2028-01-01T03:00")).offBecause())
                .hasValue("2028-01-01 is not in calendar 'once', nor is any day within a year of it");
    }

    @Test
    void parametersTellOfTheTimeBefore() {
        assertThat(ScheduleFiles.report(
                                "\"cron\": \"0 3 1 * *\", \"format\": \"uuuu-MM\", \"offset\": \"-P1M\", \"parameters\": {\"region\": \"north\", \"top\": 10}")
                        .ticks()
                        .of(LocalDateTime.parse("2026-01-01T03:00"))
                        .parameters())
                .hasToString("{day=2025-12, region=north, top=10}");
        assertThat(ScheduleFiles.report("\"cron\": \"0 * * * *\", \"offset\": \"-P1DT1H\"")
                        .ticks()
                        .of(LocalDateTime.parse("2026-03-01T00:00"))
                        .parameters())
                .hasToString("{day=2026-02-27T23:00}");
    }

    @Test
    void deadlinesAreTimesOfDayOrSpans() {
        JobSchedule schedule = ScheduleFiles.report(
                "\"cron\": \"30 22 * * *\", \"zone\": \"Europe/Berlin\", \"startBy\": \"PT15M\", \"endBy\": \"06:00\", \"maxDuration\": \"PT5H\"");
        Instant due = Instant.parse("2026-10-24T20:30:00Z");

        assertThat(schedule.startBy().orElseThrow().of(due, schedule.zone())).isEqualTo("2026-10-24T20:45:00Z");
        assertThat(schedule.endBy().orElseThrow().of(due, schedule.zone())).isEqualTo("2026-10-25T05:00:00Z");
        assertThat(schedule.maxDuration()).hasToString("Optional[PT5H]");
    }

    private static List<String> due(String cron, String zone, String after, String until) {
        return ScheduleFiles.report("\"cron\": \"" + cron + "\", \"zone\": \"" + zone + "\"" + BY_MINUTE)
                .ticks()
                .within(Instant.parse(after), Instant.parse(until))
                .stream()
                .map(tick -> tick.nominal() + " at " + tick.due())
                .toList();
    }
}
