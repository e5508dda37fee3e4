package dev.reprise.internal.firing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reprise.access.Access;
import dev.reprise.access.AccessDeniedException;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.engine.TestDatabase.Kind;
import dev.reprise.operate.Operations;
import dev.reprise.operate.Schedules;
import dev.reprise.schedule.Backfill;
import dev.reprise.schedule.Backfill.Order;
import dev.reprise.schedule.Backfill.What;
import dev.reprise.schedule.Outlook;
import dev.reprise.schedule.ScheduleRefusedException;
import dev.reprise.schedule.ScheduleState;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickRecord;
import dev.reprise.schedule.TickState;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.PurgeRequest;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.operations.JobSecurityException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jberet.operations.AbstractJobOperator;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobOperatorContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What people do about schedules. The time is that of 2030, so that what they say at present is past. */
class SchedulesTest {

    private static final Caller VIEWER = new Caller("victor", "192.0.2.1", Set.of(Role.VIEWER));
    private static final Caller OPERATOR = new Caller("olga", null, Set.of(Role.VIEWER, Role.OPERATOR));

    private static List<String> record(Night night, Caller caller) {
        return night.batch.repository().audit().page(caller.user(), null, Long.MAX_VALUE, 10).stream()
                .map(entry -> entry.action() + " " + entry.job() + " " + entry.outcome())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void areListedWithWhatTheyDidAndAreAboutToDo(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds =
                    night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""), Night.schedule("mail", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();
            List<ScheduleState> all = night.schedules().list();

            assertThat(all).extracting(ScheduleState::job).containsExactly("mail", "report");
            ScheduleState report = all.get(1);
            assertThat(report.next()).isEqualTo("2030-01-03T03:00:00Z");
            TickRecord last = requireNonNull(report.last());
            assertThat(last.nominal()).isEqualTo(Night.day(2));
            assertThat(last.state()).isEqualTo(TickState.COMPLETED);
            assertThat(night.schedules().find("report")).contains(report);
            assertThat(night.schedules().find("ghost")).isEmpty();
            assertThat(night.schedules().ticks("report", null, 10)).containsExactly(last);
            assertThat(night.schedules().ticks("report", Night.day(2), 10)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void explainTellsWhatWaitsAndWhatComes(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.look(rounds, "2030-01-03T03:00:00Z");
            Outlook outlook = night.schedules().explain("report", 3);

            assertThat(outlook.unfinished())
                    .extracting(TickRecord::state)
                    .containsExactly(TickState.RUNNING, TickState.WAITING);
            assertThat(outlook.unfinished().get(1).why())
                    .isEqualTo("for tick 2030-01-02T03:00 of 'report' (execution 1), which runs");
            assertThat(outlook.coming()).hasSize(3).isSorted();
            assertThat(outlook.coming())
                    .extracting(Tick::parameters)
                    .allMatch(parameters -> parameters.containsKey("day"));
            assertThatThrownBy(() -> night.schedules().explain("report", 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPausedScheduleSkipsWhatComesAndKeepsWhatWaits(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            Schedules schedules = night.schedules();
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.look(rounds, "2030-01-03T03:00:00Z");
            ScheduleState paused = Access.as(OPERATOR, () -> schedules.pause("report", "the disk is full"));
            night.letGo("report");
            night.awaitEnds();
            night.look(rounds, "2030-01-04T03:00:00Z");

            assertThat(requireNonNull(paused.pause()).by()).isEqualTo("olga");
            assertThat(night.ticks("report"))
                    .containsExactly(
                            "2030-01-02T03:00 LAUNCHED",
                            "2030-01-03T03:00 WAITING the schedule is paused by olga: the disk is full",
                            "2030-01-04T03:00 SKIPPED the schedule is paused by olga: the disk is full");
            assertThatExceptionOfType(ScheduleRefusedException.class)
                    .isThrownBy(() -> schedules.pause("report", ""))
                    .withMessage("The schedule of 'report' is paused already, by olga: the disk is full. Resume it, or"
                            + " leave it.");

            Access.as(OPERATOR, () -> schedules.resume("report"));
            night.look(rounds, "2030-01-04T03:00:01Z");
            night.awaitEnds();

            assertThat(night.executions("report")).containsExactly("2030-01-02 COMPLETED", "2030-01-03 COMPLETED");
            assertThatThrownBy(() -> schedules.resume("report"))
                    .hasMessage("The schedule of 'report' is not paused, so it goes on anyway.");
            assertThat(record(night, OPERATOR)).containsExactly("resume report done", "pause report done");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTickThatIsRunNowIsNotLaunchedAgain(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            Access.as(OPERATOR, () -> night.schedules().runNow("report", Night.day(2)));
            night.awaitEnds();
            night.look(rounds, "2030-01-02T03:00:00Z");

            assertThat(night.ticks("report")).containsExactly("2030-01-02T03:00 LAUNCHED run now by olga");
            assertThat(night.executions("report")).containsExactly("2030-01-02 COMPLETED");
            assertThat(record(night, OPERATOR)).containsExactly("launch report done");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTickThatFailedGoesOnWhenItIsRunNow(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.fail("report", true);
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();
            night.fail("report", false);
            night.schedules().runNow("report", Night.day(2));
            night.awaitEnds();

            assertThat(night.rows("select count(*) from BATCH_JOB_INSTANCE")).containsExactly("1");
            assertThat(night.executions("report")).containsExactly("2030-01-02 FAILED", "2030-01-02 COMPLETED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTickThatIsSkippedIsNotLaunchedAndWhatWasLaunchedIsNotSkipped(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Schedules schedules = night.schedules();
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            Access.as(OPERATOR, () -> schedules.skip("report", Night.day(2), "holiday"));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.look(rounds, "2030-01-03T03:00:00Z");
            night.awaitEnds();

            assertThat(night.ticks("report"))
                    .containsExactly("2030-01-02T03:00 SKIPPED by olga: holiday", "2030-01-03T03:00 LAUNCHED");
            assertThatExceptionOfType(ScheduleRefusedException.class)
                    .isThrownBy(() -> schedules.skip("report", Night.day(3), ""))
                    .withMessage(
                            "The tick 2030-01-03T03:00 of 'report' cannot be skipped: it is COMPLETED, execution 1.");
            assertThatThrownBy(() -> schedules.skip("report", Night.day(3).plusHours(1), ""))
                    .hasMessageContaining("has no tick 2030-01-03T04:00. Its next ones are ");
            assertThatThrownBy(() -> schedules.skip("ghost", Night.day(3), ""))
                    .hasMessage("The job 'ghost' has no schedule here. There are schedules of report.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBackfillRunsWhatIsMissingSoManyAtOnceAndOnce(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Schedules schedules = night.schedules();
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.batch.run("report", Map.of("day", "2020-01-02"));
            night.hold("report");
            Backfill four = new Backfill(
                    LocalDateTime.of(2020, 1, 1, 0, 0),
                    LocalDateTime.of(2020, 1, 4, 23, 0),
                    What.MISSING,
                    Order.NEWEST_FIRST,
                    2);

            assertThat(schedules.explain("report", four))
                    .extracting(planned -> planned.tick().nominal().getDayOfMonth() + " " + planned.act())
                    .containsExactly("4 LAUNCH", "3 LAUNCH", "2 LAUNCH", "1 LAUNCH");
            assertThat(night.ticks("report")).isEmpty();
            Access.as(OPERATOR, () -> schedules.backfill("report", four));
            night.look(rounds, "2030-01-01T12:00:01Z");
            night.look(rounds, "2030-01-01T12:00:02Z");

            assertThat(night.ticks("report"))
                    .containsExactly(
                            "2020-01-01T03:00 WAITING for its turn in the backfill of olga",
                            "2020-01-02T03:00 WAITING for its turn in the backfill of olga",
                            "2020-01-03T03:00 LAUNCHED",
                            "2020-01-04T03:00 LAUNCHED");
            night.letGo("report");
            night.awaitEnds();
            rounds.ended(List.of("report"));
            rounds.look();
            night.awaitEnds();
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();

            assertThat(night.executions("report"))
                    .containsExactlyInAnyOrder(
                            "2020-01-01 COMPLETED",
                            "2020-01-02 COMPLETED",
                            "2020-01-03 COMPLETED",
                            "2020-01-04 COMPLETED",
                            "2030-01-02 COMPLETED");
            assertThat(schedules.explain("report", four)).allMatch(planned -> planned.act() == Backfill.Act.LEAVE);
            assertThat(record(night, OPERATOR)).containsExactly("backfill report done");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBackfillLetsWhatFailedGoOnAndRepeatsWhatIsCompleteUnderAnotherRevision(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Schedules schedules = night.schedules();
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();
            night.fail("report", true);
            night.look(rounds, "2030-01-03T03:00:00Z");
            night.awaitEnds();
            night.fail("report", false);
            schedules.backfill("report", new Backfill(Night.day(2), Night.day(3), What.ALL, Order.OLDEST_FIRST, 5));
            night.look(rounds, "2030-01-03T04:00:00Z");
            night.awaitEnds();

            assertThat(night.executions("report"))
                    .containsExactly(
                            "2030-01-02 COMPLETED",
                            "2030-01-03 FAILED",
                            "2030-01-02 COMPLETED",
                            "2030-01-03 COMPLETED");
            assertThat(night.rows("select count(*) from BATCH_JOB_INSTANCE")).containsExactly("3");
            assertThat(night.rows(
                            "select PARAMETER_VALUE from BATCH_JOB_EXECUTION_PARAMS where PARAMETER_NAME = 'run.id'"))
                    .containsExactly("1");
        }
    }

    /** As on a server where nobody may start or restart anything: what nobody asks for is nobody's permission. */
    private static void permitNothing() {
        AbstractJobOperator engine =
                (AbstractJobOperator) JobOperatorContext.getJobOperatorContext().getJobOperator();
        AbstractJobOperator denying = new AbstractJobOperator() {
            @Override
            public BatchEnvironment getBatchEnvironment() {
                return engine.getBatchEnvironment();
            }

            @Override
            public long start(String job, Properties parameters) {
                throw new JobSecurityException("Permission denied.");
            }

            @Override
            public long restart(long execution, Properties parameters) {
                throw new JobSecurityException("Permission denied.");
            }
        };
        JobOperatorContext context = JobOperatorContext.create((JobOperator) denying);
        JobOperatorContext.setJobOperatorContextSelector(() -> context);
    }

    @ParameterizedTest
    @EnumSource
    void aBackfillLetsWhatFailedGoOnWhereNobodyHasThePermission(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.fail("report", true);
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();
            night.fail("report", false);
            permitNothing();
            night.schedules()
                    .backfill("report", new Backfill(Night.day(2), Night.day(2), What.FAILED, Order.OLDEST_FIRST, 1));
            night.look(rounds, "2030-01-02T04:00:00Z");
            night.awaitEnds();

            assertThat(night.executions("report")).containsExactly("2030-01-02 FAILED", "2030-01-02 COMPLETED");
            night.look(rounds, "2030-01-03T03:00:00Z");
            night.awaitEnds();
            assertThat(night.executions("report")).last().isEqualTo("2030-01-03 COMPLETED");
        }
    }

    /** And the next one has its turn at once. */
    @ParameterizedTest
    @EnumSource
    void aBackfillSaysWhyWhatFailedCannotGoOn(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed(
                    "2030-01-01T12:00:00Z",
                    Night.schedule("report", "\"overlap\": \"allow\""),
                    Night.schedule("mail", "\"overlap\": \"allow\""));
            night.batch.define(new JobBuilder("mail")
                    .restartable(false)
                    .step(new StepBuilder("work").batchlet("mail").build())
                    .build());
            night.fail("report", true);
            night.fail("mail", true);
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.look(rounds, "2030-01-03T03:00:00Z");
            night.awaitEnds();
            night.fail("report", false);
            night.batch.define(new JobBuilder("report")
                    .step(new StepBuilder("other").batchlet("report").build())
                    .build());
            for (String job : List.of("report", "mail")) {
                night.schedules()
                        .backfill(job, new Backfill(Night.day(2), Night.day(3), What.FAILED, Order.OLDEST_FIRST, 1));
            }
            night.look(rounds, "2030-01-03T04:00:00Z");
            night.awaitEnds();

            String refused = " LAUNCHED its backfill could not let it go on: ";
            assertThat(night.ticks("mail"))
                    .hasSize(2)
                    .allMatch(tick -> tick.contains(refused) && tick.contains("restartable"));
            assertThat(night.ticks("report")).hasSize(2).allMatch(tick -> tick.contains(refused));
            assertThat(night.schedules().ticks("report", null, 2))
                    .extracting(TickRecord::state)
                    .containsExactly(TickState.FAILED, TickState.FAILED);
            assertThat(night.executions("report")).hasSize(2);
        }
    }

    /** A tick of the past that fails is in nobody's way. */
    @ParameterizedTest
    @EnumSource
    void whatFailsInABackfillKeepsTonightsTickNotWaiting(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            night.fail("report", true);
            LocalDateTime past = LocalDateTime.of(2020, 1, 1, 3, 0);
            night.schedules().backfill("report", new Backfill(past, past, What.MISSING, Order.OLDEST_FIRST, 1));
            night.look(rounds, "2030-01-01T12:00:01Z");
            night.awaitEnds();
            night.fail("report", false);
            night.look(rounds, "2030-01-02T03:00:00Z");
            night.awaitEnds();

            assertThat(night.executions("report")).containsExactly("2020-01-01 FAILED", "2030-01-02 COMPLETED");
        }
    }

    /** What is purged is what it was; and nothing begins after something of which that is not known. */
    @ParameterizedTest
    @EnumSource
    void aTickThatIsPurgedIsCompleteOnlyIfItWas(Kind kind) throws Exception {
        for (String end : List.of("COMPLETED", "ABANDONED", "FAILED", "FORGOTTEN")) {
            try (Night night = Night.on(kind)) {
                Rounds rounds = night.deployed(
                        "2030-01-01T12:00:00Z",
                        Night.schedule("report", ""),
                        Night.schedule("mail", "\"after\": [\"report\"]"));
                night.hold("report");
                night.fail("report", end.equals("FAILED") || end.equals("ABANDONED"));
                night.look(rounds, "2030-01-02T03:00:00Z");
                night.letGo("report");
                night.awaitEnds();
                Operations operations = new Operations(night.batch::repository);
                if (end.equals("ABANDONED")) {
                    operations.abandon(1);
                }
                night.fail("report", false);
                night.batch.run("report", Map.of("day", "2020-01-01")); // the newest stays
                PurgeRequest purge = PurgeRequest.olderThan(Duration.ZERO).ofJob("report");
                operations.purge(
                        end.equals("FAILED")
                                ? purge.includingRestartable()
                                : end.equals("FORGOTTEN") ? purge.forgettingIdentity() : purge);
                assertThat(night.executions("report")).as(end).hasSize(1);
                night.look(rounds, "2030-01-02T03:02:00Z");
                night.awaitEnds();

                boolean complete = end.equals("COMPLETED");
                TickRecord told = night.schedules().ticks("report", null, 1).get(0);
                assertThat(told.state()).as(end).isEqualTo(complete ? TickState.COMPLETED : TickState.ABANDONED);
                assertThat(told.why())
                        .as(end)
                        .isEqualTo(
                                complete || end.equals("ABANDONED")
                                        ? null
                                        : "how it ended is not known, since it is purged");
                assertThat(night.executions("mail")).as(end).hasSize(complete ? 1 : 0);
                night.look(rounds, "2030-01-03T03:00:00Z");
                night.awaitEnds();
                assertThat(night.executions("report")).as("is in nobody's way").hasSize(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoMayNotLaunchMayNotChangeASchedule(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Schedules schedules = night.schedules();
            night.deployed("2030-01-01T12:00:00Z", Night.schedule("report", ""));
            Backfill past = new Backfill(Night.day(1), Night.day(1), What.MISSING, Order.OLDEST_FIRST, 1);

            assertThatExceptionOfType(AccessDeniedException.class)
                    .isThrownBy(() -> Access.as(VIEWER, () -> schedules.pause("report", "")))
                    .withMessage(
                            "victor may not pause the schedule of job report: that needs the role batch-operator.");
            for (Runnable act : List.<Runnable>of(
                    () -> schedules.resume("report"),
                    () -> schedules.runNow("report", Night.day(2)),
                    () -> schedules.skip("report", Night.day(2), ""),
                    () -> schedules.backfill("report", past))) {
                assertThatThrownBy(() -> Access.as(VIEWER, () -> {
                            act.run();
                            return true;
                        }))
                        .isInstanceOf(AccessDeniedException.class);
            }
            assertThat(night.ticks("report")).isEmpty();
            assertThat(night.batch.repository().audit().page("victor", null, Long.MAX_VALUE, 10))
                    .hasSize(5)
                    .extracting(AuditEntry::outcome)
                    .containsOnly("denied");
        }
    }
}
