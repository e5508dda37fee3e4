package dev.reprise.internal.firing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.groups.Tuple.tuple;

import dev.reprise.access.Access;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.engine.TestDatabase.Kind;
import dev.reprise.operate.Schedules;
import dev.reprise.schedule.Backfill;
import dev.reprise.schedule.Backfill.Order;
import dev.reprise.schedule.Backfill.What;
import dev.reprise.schedule.ScheduleRefusedException;
import dev.reprise.schedule.ScheduleState;
import dev.reprise.schedule.TickRecord;
import dev.reprise.state.AuditEntry;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is known of ticks that people have done something about, in 2030 as in {@link SchedulesTest}. */
class TicksByPeopleTest {

    private static final Caller OPERATOR = new Caller("olga", null, Set.of(Role.VIEWER, Role.OPERATOR));

    /** Somebody skips a holiday in good time. */
    @ParameterizedTest
    @EnumSource
    void oneToComeIsNotTheLastOneAndIsSaidToBeOff(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Schedules schedules = night.schedules();
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();
            LocalDateTime holiday =
                    schedules.explain("report", 2).coming().get(1).nominal();
            Access.as(OPERATOR, () -> schedules.skip("report", holiday, "holiday"));
            Access.as(OPERATOR, () -> schedules.skip("report", Night.day(25), "another"));

            for (ScheduleState state : List.of(
                    schedules.find("report").orElseThrow(), schedules.list().get(0))) {
                assertThat(requireNonNull(state.last()).nominal()).isEqualTo(Night.day(2));
            }
            assertThat(schedules.explain("report", 3).coming())
                    .extracting(tick -> tick.offBecause())
                    .containsExactly(Optional.empty(), Optional.of("by olga: holiday"), Optional.empty());
            assertThat(schedules.ticks("report", null, 10))
                    .extracting(TickRecord::nominal)
                    .contains(Night.day(25));
        }
    }

    /** It was repeated under another revision, and that failed. */
    @ParameterizedTest
    @EnumSource
    void oneThatWasRepeatedGoesOnUnderItsRevision(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Schedules schedules = night.schedules();
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();
            night.fail("report", true);
            schedules.backfill("report", new Backfill(Night.day(2), Night.day(2), What.ALL, Order.OLDEST_FIRST, 1));
            night.look(rounds, "2030-01-02T04:00:00Z");
            night.awaitEnds();
            night.fail("report", false);

            schedules.runNow("report", Night.day(2));
            night.awaitEnds();

            assertThat(night.executions("report"))
                    .containsExactly("2030-01-02 COMPLETED", "2030-01-02 FAILED", "2030-01-02 COMPLETED");
            assertThat(night.rows("select count(*) from BATCH_JOB_INSTANCE")).containsExactly("2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneThatRunsIsOnlyAttachedTo(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");

            Access.as(OPERATOR, () -> night.schedules().runNow("report", Night.day(2)));

            assertThat(night.ticks("report")).containsExactly("2030-01-02T03:00 LAUNCHED");
            night.letGo("report");
            night.awaitEnds();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRecordSaysWhichAndWhy(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Schedules schedules = night.schedules();
            night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            LocalDateTime first = LocalDateTime.of(2020, 1, 1, 3, 0);
            Access.as(OPERATOR, () -> schedules.pause("report", "the disk is full"));
            Access.as(OPERATOR, () -> schedules.skip("report", Night.day(2), "holiday"));
            Access.as(
                    OPERATOR,
                    () -> schedules.backfill(
                            "report", new Backfill(first, first.plusDays(9), What.MISSING, Order.NEWEST_FIRST, 3)));

            assertThat(night.batch.repository().audit().page("olga", null, Long.MAX_VALUE, 10))
                    .extracting(AuditEntry::action, TicksByPeopleTest::detail)
                    .containsExactly(
                            tuple(
                                    "backfill",
                                    "ticks from 2020-01-01T03:00 to 2020-01-10T03:00, missing, newest first,"
                                            + " 3 at once: 10 of 10"),
                            tuple("skip", "tick 2030-01-02T03:00: holiday"),
                            tuple("pause", "the disk is full"));
        }
    }

    private static @Nullable String detail(AuditEntry entry) {
        return entry.detail();
    }

    /** No node would look at it. */
    @ParameterizedTest
    @EnumSource
    void aBackfillOfWhatHasNotBegunIsRefused(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.now("2030-01-01T12:00:00Z");
            night.rounds(Night.schedule("report", ""));
            LocalDateTime past = LocalDateTime.of(2020, 1, 1, 3, 0);

            assertThatExceptionOfType(ScheduleRefusedException.class)
                    .isThrownBy(() -> night.schedules()
                            .backfill("report", new Backfill(past, past, What.MISSING, Order.OLDEST_FIRST, 1)))
                    .withMessage("The schedule of 'report' has not begun on any node yet. Give it its backfill in a"
                            + " moment.");
            assertThat(night.ticks("report")).isEmpty();
        }
    }
}
