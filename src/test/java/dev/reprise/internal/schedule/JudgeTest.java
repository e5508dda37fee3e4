package dev.reprise.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.internal.schedule.Verdict.Later;
import dev.reprise.internal.schedule.Verdict.Launch;
import dev.reprise.internal.schedule.Verdict.Miss;
import dev.reprise.internal.schedule.Verdict.Skip;
import dev.reprise.internal.schedule.Verdict.Wait;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.KnownTick;
import dev.reprise.schedule.ScheduleFiles;
import dev.reprise.schedule.TickState;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What becomes of ticks of a job that runs daily at 03:00. */
class JudgeTest {

    private static final Duration PUNCTUAL = Duration.ofMinutes(1);

    private final SortedMap<LocalDateTime, KnownTick> known = new TreeMap<>();
    private final Map<String, KnownTick> others = new TreeMap<>();
    private Optional<String> paused = Optional.empty();
    private String naming = "";

    @Test
    void aTickIsLaunchedWhenItIsDueAndNotBefore() {
        JobSchedule daily = ScheduleFiles.report("");

        assertThat(judge(daily, "2026-11-29T03:00:00Z", "2026-11-30T02:59:59Z").ticks())
                .isEmpty();
        assertThat(told(daily, "2026-11-29T03:00:00Z", "2026-11-30T03:00:00Z")).containsExactly("launch 30");
        assertThat(told(daily, "2026-11-30T03:00:00Z", "2026-11-30T03:00:01Z")).isEmpty();
        assertThat(judge(daily, "2026-11-30T03:00:00Z", "2026-11-30T03:00:01Z")
                        .next()
                        .orElseThrow()
                        .nominal())
                .isEqualTo("2026-12-01T03:00");
    }

    @Test
    void whoDiedBetweenLaunchAndRecordLeavesATickThatIsTriedAgain() {
        known.put(day(30), KnownTick.of(TickState.RUNNING, 17));

        assertThat(told(ScheduleFiles.report(""), "2026-11-30T02:00:00Z", "2026-11-30T03:00:01Z"))
                .isEmpty();
    }

    @Test
    void allTenMissedTicksAreCaughtUpInOrder() {
        JobSchedule all =
                ScheduleFiles.report("\"catchUp\": \"all\", \"catchUpWindow\": \"P30D\", \"overlap\": \"allow\"");

        assertThat(told(all, "2026-11-10T12:00:00Z", "2026-11-20T12:00:00Z"))
                .containsExactly(
                        "launch 11",
                        "launch 12",
                        "launch 13",
                        "launch 14",
                        "launch 15",
                        "launch 16",
                        "launch 17",
                        "launch 18",
                        "launch 19",
                        "launch 20");
    }

    @Test
    void ofTenMissedTicksTheLastIsCaughtUp() {
        JobSchedule last = ScheduleFiles.report("\"catchUpWindow\": \"P30D\"");

        assertThat(told(last, "2026-11-10T12:00:00Z", "2026-11-20T12:00:00Z"))
                .containsExactly(
                        "miss 11",
                        "miss 12",
                        "miss 13",
                        "miss 14",
                        "miss 15",
                        "miss 16",
                        "miss 17",
                        "miss 18",
                        "miss 19",
                        "launch 20");
        assertThat(told(last, "2026-11-18T12:00:00Z", "2026-11-21T03:00:30Z"))
                .as("one that is in time is there already")
                .containsExactly("miss 19", "miss 20", "launch 21");
    }

    @Test
    void ofTenMissedTicksNoneIsCaughtUp() {
        JobSchedule none = ScheduleFiles.report("\"catchUp\": \"none\", \"catchUpWindow\": \"P30D\"");

        assertThat(told(none, "2026-11-10T12:00:00Z", "2026-11-20T12:00:00Z"))
                .hasSize(10)
                .allMatch(verdict -> verdict.startsWith("miss"));
        assertThat(told(none, "2026-11-19T12:00:00Z", "2026-11-20T03:01:00Z"))
                .as("in time")
                .containsExactly("launch 20");
    }

    @Test
    void whatWasBeforeTheWindowIsToldAtOnce() {
        Verdicts verdicts = judge(
                ScheduleFiles.report("\"catchUpWindow\": \"P2D\""), "2016-11-10T12:00:00Z", "2026-11-20T12:00:00Z");

        assertThat(verdicts.notLookedAt().orElseThrow().nominal()).isEqualTo("2026-11-18T03:00");
        assertThat(verdicts.ticks()).hasSize(2);
        assertThat(judge(ScheduleFiles.report(""), "2026-11-19T12:00:00Z", "2026-11-20T12:00:00Z")
                        .notLookedAt())
                .isEmpty();
    }

    @Test
    void aTickWaitsForTheOneBefore() {
        JobSchedule waits = ScheduleFiles.report("");
        known.put(day(29), KnownTick.of(TickState.RUNNING, 17));

        Wait running = wait(waits);
        assertThat(running.why()).isEqualTo("for tick 2026-11-29T03:00 of 'report' (execution 17), which runs");
        assertThat(running.needsAPerson()).isFalse();

        known.put(day(29), KnownTick.of(TickState.FAILED, 17));
        Wait failed = wait(waits);
        assertThat(failed.why())
                .isEqualTo(
                        "for tick 2026-11-29T03:00 of 'report' (execution 17), which did not complete: restart or abandon it");
        assertThat(failed.needsAPerson()).isTrue();

        known.put(day(30), KnownTick.of(TickState.WAITING));
        assertThat(wait(waits).needsAPerson()).isTrue();
        known.put(day(29), KnownTick.of(TickState.ABANDONED, 17));
        assertThat(now(waits)).containsExactly("launch 30");
        known.put(day(29), KnownTick.of(TickState.COMPLETED, 17));
        assertThat(now(waits)).containsExactly("launch 30");
    }

    @Test
    void oneThatWaitedIsNotMissedHoweverLong() {
        known.put(day(20), KnownTick.of(TickState.WAITING));

        assertThat(told(ScheduleFiles.report("\"catchUp\": \"none\""), "2026-11-30T02:00:00Z", "2026-11-30T02:30:00Z"))
                .containsExactly("launch 20");
    }

    @Test
    void inOrderTheSecondWaitsForTheFirst() {
        assertThat(told(ScheduleFiles.report("\"catchUp\": \"all\""), "2026-11-27T12:00:00Z", "2026-11-30T12:00:00Z"))
                .containsExactly("launch 28", "wait 29", "wait 30");
    }

    @Test
    void aTickIsLeftOutWhileTheOneBeforeRuns() {
        JobSchedule skips = ScheduleFiles.report("\"overlap\": \"skip\"");
        known.put(day(29), KnownTick.of(TickState.RUNNING, 17));

        assertThat(judge(skips, "2026-11-29T12:00:00Z", "2026-11-30T03:00:00Z").ticks())
                .singleElement()
                .isInstanceOfSatisfying(
                        Skip.class,
                        skip -> assertThat(skip.why())
                                .isEqualTo(
                                        "it would have overlapped with tick 2026-11-29T03:00 of 'report' (execution 17), which runs"));
        known.put(day(29), KnownTick.of(TickState.FAILED, 17));
        assertThat(now(skips)).containsExactly("launch 30");
    }

    @Test
    void aTickMayRunBesideTheOneBefore() {
        known.put(day(29), KnownTick.of(TickState.RUNNING, 17));

        assertThat(now(ScheduleFiles.report("\"overlap\": \"allow\""))).containsExactly("launch 30");
    }

    @Test
    void aTickComesAfterThoseOfOtherJobs() {
        JobSchedule after = ScheduleFiles.report("\"after\": [\"import\", \"rates\"]");

        assertThat(wait(after).why())
                .isEqualTo("for tick 2026-11-30T03:00 of 'import', which has not come, and others");
        others.put("import", KnownTick.of(TickState.COMPLETED, 3));
        others.put("rates", KnownTick.of(TickState.RUNNING, 4));
        assertThat(wait(after).on())
                .singleElement()
                .hasToString("tick 2026-11-30T03:00 of 'rates' (execution 4), which runs");
        others.put("rates", KnownTick.of(TickState.FAILED, 4));
        assertThat(wait(after).needsAPerson()).isTrue();
        others.put("rates", KnownTick.of(TickState.ABANDONED, 4));
        assertThat(wait(after).needsAPerson()).isTrue();
        others.put("rates", KnownTick.of(TickState.COMPLETED, 5));
        assertThat(now(after)).containsExactly("launch 30");
    }

    @Test
    void whatComesAfterSomethingThatWasLeftOutIsLeftOut() {
        JobSchedule after = ScheduleFiles.report("\"after\": [\"import\"]");

        others.put("import", KnownTick.of(TickState.SKIPPED));
        assertThat(now(after)).containsExactly("skip 30");
        others.put("import", KnownTick.of(TickState.MISSED));
        assertThat(now(after)).containsExactly("skip 30");
    }

    @Test
    void whatIsDueWhileItIsPausedIsLeftOutAndWhatWaitsStays() {
        JobSchedule daily = ScheduleFiles.report("");
        paused = Optional.of("by kim: the source is being moved");
        known.put(day(29), KnownTick.of(TickState.WAITING));

        assertThat(now(daily)).containsExactly("wait 29", "skip 30");
        assertThat(judge(daily, "2026-11-29T12:00:00Z", "2026-11-30T03:00:00Z")
                        .ticks()
                        .get(1))
                .isInstanceOfSatisfying(
                        Skip.class,
                        skip -> assertThat(skip.why())
                                .isEqualTo("the schedule is paused by kim: the source is being moved"));
    }

    @Test
    void whatSomebodySkippedIsNotLaunched() {
        known.put(day(30), KnownTick.of(TickState.SKIPPED));

        assertThat(now(ScheduleFiles.report(""))).isEmpty();
    }

    @Test
    void aScheduleThatIsNewOrChangedHasNoPast() {
        JobSchedule daily = ScheduleFiles.report("\"catchUp\": \"all\"");

        assertThat(Judge.judge(
                                daily,
                                Standing.startingAt(daily.naming(), Instant.parse("2026-11-30T12:00:00Z")),
                                this::other,
                                Instant.parse("2026-11-30T12:00:01Z"),
                                PUNCTUAL)
                        .ticks())
                .isEmpty();
        naming = "what it was called before";
        known.put(LocalDateTime.parse("2026-11-29T04:00"), KnownTick.of(TickState.WAITING));
        assertThat(judge(daily, "2026-11-20T12:00:00Z", "2026-11-30T12:00:00Z").ticks())
                .singleElement()
                .isInstanceOfSatisfying(
                        Skip.class,
                        skip -> assertThat(skip.why())
                                .isEqualTo("the schedule was changed, and does not have it any more"));
    }

    @Test
    void aTickWaitsForItsDayAndACorrectedCalendarMakesNoSecond() {
        JobSchedule holiday = onDays("\"SUNDAY\", \"TUESDAY\"", "next");
        assertThat(judge(holiday, "2026-11-30T02:00:00Z", "2026-11-30T03:00:00Z")
                        .ticks())
                .singleElement()
                .isInstanceOfSatisfying(
                        Later.class, later -> assertThat(later.tick().due()).isEqualTo("2026-12-01T03:00:00Z"));
        known.put(day(30), KnownTick.of(TickState.DUE));

        assertThat(told(holiday, "2026-11-30T03:00:00Z", "2026-12-01T03:00:00Z"))
                .containsExactly("launch 30", "wait 1");
        JobSchedule corrected = onDays("\"SUNDAY\", \"MONDAY\", \"TUESDAY\"", "next");
        assertThat(told(corrected, "2026-11-30T15:00:00Z", "2026-11-30T15:00:00Z"))
                .as("what waited for its day is not lost")
                .containsExactly("launch 30");
        known.put(day(30), KnownTick.of(TickState.COMPLETED, 17));
        assertThat(told(holiday, "2026-11-30T15:00:00Z", "2026-12-01T03:00:00Z"))
                .as("what has run is not run on another day")
                .containsExactly("launch 1");
    }

    @Test
    void aDayThatBecomesAHolidayInTheMorningIsNotLost() {
        JobSchedule before = onDays("\"SATURDAY\"", "previous");

        assertThat(told(before, "2026-11-29T15:00:00Z", "2026-11-29T15:00:01Z"))
                .as("all until Saturday were due on the last one")
                .containsExactly("miss 30", "miss 1", "miss 2", "miss 3", "launch 4");
    }

    @Test
    void aDayThatIsOffIsSkippedWithItsReason() {
        assertThat(judge(onDays("\"TUESDAY\"", "skip"), "2026-11-29T12:00:00Z", "2026-11-30T12:00:00Z")
                        .ticks())
                .singleElement()
                .isInstanceOfSatisfying(
                        Skip.class, skip -> assertThat(skip.why()).isEqualTo("2026-11-30 is not in calendar 'w'"));
    }

    private static JobSchedule onDays(String days, String otherwise) {
        return new ScheduleFiles()
                .with("w.calendar.json", "{\"days\": [" + days + "]}")
                .schedule("report", "\"calendar\": \"w\", \"otherwise\": \"" + otherwise + "\"");
    }

    private Wait wait(JobSchedule schedule) {
        Verdict verdict = judge(schedule, "2026-11-29T12:00:00Z", "2026-11-30T03:00:00Z")
                .ticks()
                .get(0);
        assertThat(verdict).isInstanceOf(Wait.class);
        return (Wait) verdict;
    }

    /** Of what is due on the 30th. */
    private List<String> now(JobSchedule schedule) {
        return told(schedule, "2026-11-29T12:00:00Z", "2026-11-30T03:00:00Z");
    }

    private List<String> told(JobSchedule schedule, String since, String now) {
        return judge(schedule, since, now).ticks().stream()
                .map(verdict -> word(verdict) + " " + verdict.tick().nominal().getDayOfMonth())
                .toList();
    }

    private static String word(Verdict verdict) {
        if (verdict instanceof Launch) {
            return "launch";
        }
        return verdict instanceof Wait
                ? "wait"
                : verdict instanceof Miss ? "miss" : verdict instanceof Skip ? "skip" : "later";
    }

    private Verdicts judge(JobSchedule schedule, String since, String now) {
        Standing standing =
                new Standing(naming.isEmpty() ? schedule.naming() : naming, Instant.parse(since), known, paused);
        return Judge.judge(schedule, standing, this::other, Instant.parse(now), PUNCTUAL);
    }

    private Optional<KnownTick> other(String job, LocalDateTime nominal) {
        return Optional.ofNullable(others.get(job));
    }

    private static LocalDateTime day(int day) {
        return LocalDateTime.of(2026, 11, day, 3, 0);
    }
}
