package dev.reprise.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.schedule.Backfill.Order;
import dev.reprise.schedule.Backfill.Planned;
import dev.reprise.schedule.Backfill.What;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The list of what would happen. */
class BackfillTest {

    private static final Map<Integer, KnownTick> KNOWN = Map.of(
            1, KnownTick.of(TickState.COMPLETED, 11),
            2, KnownTick.of(TickState.FAILED, 12),
            3, KnownTick.of(TickState.MISSED),
            4, KnownTick.of(TickState.RUNNING, 14));

    @Test
    void saysWhatWouldBecomeOfEachTick() {
        assertThat(plan(What.MISSING, Order.OLDEST_FIRST))
                .containsExactly(
                        "1 LEAVE execution 11 is completed",
                        "2 LEAVE execution 12 did not complete, and is not missing",
                        "3 LAUNCH it was missed",
                        "4 LEAVE execution 14 runs",
                        "5 LAUNCH nothing is known of it",
                        "6 LEAVE it has not come yet");
        assertThat(plan(What.FAILED, Order.NEWEST_FIRST))
                .containsExactly(
                        "6 LEAVE it has not come yet",
                        "5 LEAVE nothing is known of it, and has not failed",
                        "4 LEAVE execution 14 runs",
                        "3 LEAVE it was missed, and has not failed",
                        "2 RESTART execution 12 did not complete",
                        "1 LEAVE execution 11 is completed");
        assertThat(plan(What.ALL, Order.OLDEST_FIRST))
                .contains("1 REPEAT execution 11 is completed", "2 RESTART execution 12 did not complete");
    }

    @Test
    void refusesWhatNobodyWouldRead() {
        JobSchedule hourly = ScheduleFiles.report("\"cron\": \"0 * * * *\"");
        Backfill year = new Backfill(
                LocalDateTime.parse("2026-01-01T00:00"),
                LocalDateTime.parse("2026-12-31T00:00"),
                What.ALL,
                Order.OLDEST_FIRST,
                1);

        assertThatThrownBy(() -> year.plan(hourly, nominal -> Optional.empty(), Instant.EPOCH))
                .hasMessage(
                        "From 2026-01-01T00:00 to 2026-12-31T00:00 there are more than 1000 ticks. Backfill a part of"
                                + " them; the first 1000 end at 2026-02-11T15:00");
    }

    @Test
    void refusesYearsThatNoTickHas() {
        for (String from : List.of("+10000-01-01T00:00", "1969-12-31T00:00", "-0001-01-01T00:00")) {
            LocalDateTime time = LocalDateTime.parse(from);
            assertThatThrownBy(() -> new Backfill(time, time.plusDays(1), What.ALL, Order.OLDEST_FIRST, 1))
                    .hasMessageStartingWith("A backfill from " + from + " to ")
                    .hasMessageEndingWith("is of no span of 100 years at most between 1970 and 9999. Give another one");
        }
        assertThat(ScheduleFiles.report("").ticks().has(LocalDateTime.parse("+10000-01-01T22:30")))
                .isFalse();
    }

    /** More than eight years, which is as far as the next tick is looked for. */
    @Test
    void plansAllOfManyYears() {
        Backfill years = new Backfill(
                LocalDateTime.parse("2015-01-01T00:00"),
                LocalDateTime.parse("2026-11-30T00:00"),
                What.ALL,
                Order.OLDEST_FIRST,
                1);

        assertThat(years.plan(
                        ScheduleFiles.report("\"cron\": \"30 22 1 * *\""),
                        nominal -> Optional.empty(),
                        Instant.parse("2026-11-30T00:00:00Z")))
                .hasSize(12 * 12 - 1);
    }

    private static List<String> plan(What what, Order order) {
        return planned(backfill(what, order)).stream()
                .map(planned -> planned.tick().nominal().getDayOfMonth() + " " + planned.act() + " " + planned.why())
                .toList();
    }

    private static List<Planned> planned(Backfill backfill) {
        return backfill.plan(
                ScheduleFiles.report(""),
                nominal -> Optional.ofNullable(KNOWN.get(nominal.getDayOfMonth())),
                Instant.parse("2026-11-05T12:00:00Z"));
    }

    private static Backfill backfill(What what, Order order) {
        return new Backfill(
                LocalDateTime.parse("2026-11-01T00:00"), LocalDateTime.parse("2026-11-06T23:59"), what, order, 2);
    }
}
