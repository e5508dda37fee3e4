package dev.reprise.internal.firing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.internal.engine.TestDatabase.Kind;
import dev.reprise.internal.firing.TickLauncher.Elsewhere;
import dev.reprise.internal.firing.TickLauncher.Launched;
import dev.reprise.internal.firing.TickLauncher.Outcome;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.internal.store.ScheduleRow;
import dev.reprise.internal.store.TickRows;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.ScheduleFiles;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a node does about ticks, on each database. */
class RoundsTest {

    @ParameterizedTest
    @EnumSource
    void aTickIsLaunchedWhenItIsDueAndNotAgain(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2026-11-29T12:00:00Z", Night.schedule("report", ""));

            assertThat(night.look(rounds, "2026-11-30T02:59:00Z")).contains(Duration.ofMinutes(1));
            assertThat(night.ticks("report")).isEmpty();

            assertThat(night.look(rounds, "2026-11-30T03:00:00Z")).contains(Duration.ofDays(1));
            night.awaitEnds();
            night.look(rounds, "2026-11-30T03:00:01Z");

            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED");
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED");
        }
    }

    // ---- Moments of a death

    /** Where a node dies in a round. */
    enum Moment {
        TAKEN,
        LAUNCHED
    }

    /** How far the execution has come when another node looks. */
    enum Then {
        RUNNING,
        COMPLETED,
        FAILED
    }

    static Stream<Arguments> deaths() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Moment.values())
                        .flatMap(moment -> Stream.of(Then.values()).map(then -> Arguments.of(kind, moment, then))));
    }

    @ParameterizedTest
    @MethodSource("deaths")
    void anotherNodeGoesOnAndNothingRunsTwice(Kind kind, Moment moment, Then then) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "");
            night.deployed("2026-11-29T12:00:00Z", daily);
            night.fail("report", then == Then.FAILED);
            night.hold("report");
            Rounds dying = dying(night, moment, daily);
            night.look(dying, "2026-11-30T03:00:00Z");
            if (then != Then.RUNNING) {
                night.letGo("report");
                night.awaitEnds();
            }
            Rounds other = night.rounds(daily);

            assertThat(night.look(other, "2026-11-30T03:00:30Z")).contains(Duration.ofSeconds(30));
            assertThat(night.ticks("report")).isEmpty();
            assertThat(night.look(other, "2026-11-30T03:01:00Z"))
                    .contains(Duration.ofDays(1).minusMinutes(1));
            night.letGo("report");
            night.awaitEnds();

            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED");
            assertThat(night.executions("report"))
                    .containsExactly("2026-11-30 " + (then == Then.FAILED ? "FAILED" : "COMPLETED"));
        }
    }

    private static Rounds dying(Night night, Moment moment, JobSchedule... schedules) {
        return night.rounds(
                new TickLauncher(job -> Night.LOADER, () -> true) {
                    @Override
                    Outcome launch(String job, Map<String, String> parameters, @Nullable Long failed) {
                        if (moment == Moment.LAUNCHED) {
                            super.launch(job, parameters, failed);
                        }
                        throw new IllegalStateException("killed");
                    }
                },
                schedules);
    }

    static Stream<Arguments> overlaps() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(Moment.values())
                        .flatMap(moment -> Stream.of("all", "last", "none")
                                .flatMap(catchUp -> Stream.of("wait", "allow", "skip")
                                        .map(overlap -> Arguments.of(kind, moment, catchUp, overlap)))));
    }

    private static JobSchedule minutely(String job, String lines) {
        return Night.schedule(
                job,
                "\"cron\": \"* * * * *\", \"format\": \"uuuu-MM-dd'T'HH:mm\"" + (lines.isEmpty() ? "" : ", ") + lines);
    }

    /** The next one is due when another node looks at the one over which the first died. */
    @ParameterizedTest
    @MethodSource("overlaps")
    void aDeathMakesNoMissedTick(Kind kind, Moment moment, String catchUp, String overlap) throws Exception {
        String lines = "\"catchUp\": \"" + catchUp + "\", \"overlap\": \"" + overlap + "\"";
        for (JobSchedule schedule : List.of(Night.schedule("report", lines), minutely("report", lines))) {
            try (Night night = Night.on(kind)) {
                night.deployed("2026-11-30T02:59:30Z", schedule);
                night.hold("report");
                night.look(dying(night, moment, schedule), "2026-11-30T03:00:00.2Z");
                night.look(dying(night, moment, schedule), "2026-11-30T03:01:00.4Z");
                Rounds third = night.rounds(schedule);
                night.look(third, "2026-11-30T03:02:00.6Z");
                assertThat(night.ticks("report")).first().isEqualTo("2026-11-30T03:00 LAUNCHED");
                assertThat(night.rows("select 1 from REPRISE_TICK where STATE = 'LAUNCHED'"))
                        .as("beside it")
                        .hasSize(overlap.equals("allow") ? night.ticks("report").size() : 1);
                night.letGo("report");
                night.awaitEnds();

                assertThat(night.ticks("report")).noneMatch(tick -> tick.contains(" MISSED"));
                assertThat(night.executions("report"))
                        .doesNotHaveDuplicates()
                        .allMatch(each -> each.endsWith("COMPLETED"));
            }
        }
    }

    /** Of what was launched nobody says that it was left out, however late its record comes. */
    @ParameterizedTest
    @EnumSource
    void whatWasLaunchedIsNeitherMissedNorSkipped(Kind kind) throws Exception {
        for (String catchUp : List.of("none", "last")) {
            for (boolean pause : new boolean[] {false, true}) {
                try (Night night = Night.on(kind)) {
                    String lines = "\"catchUp\": \"" + catchUp + "\"";
                    JobSchedule first = minutely("report", lines);
                    JobSchedule second = minutely("mail", lines + ", \"after\": [\"report\"]");
                    night.deployed("2026-11-30T02:59:30Z", first, second);
                    night.hold("report");
                    night.look(dying(night, Moment.LAUNCHED, first), "2026-11-30T03:00:00.2Z");
                    if (pause) {
                        night.scheduled().schedules().pause("report", "ann", "", night.present());
                    }
                    Rounds rounds = night.rounds(first, second);
                    night.look(rounds, "2026-11-30T03:10:00Z");

                    assertThat(night.ticks("report")).as(catchUp).first().isEqualTo("2026-11-30T03:00 LAUNCHED");
                    assertThat(night.executions("report")).hasSize(1);
                    assertThat(night.ticks("report"))
                            .filteredOn(tick -> tick.contains(pause ? " SKIPPED " : " MISSED "))
                            .hasSize(pause ? 10 : 6);
                    night.letGo("report");
                    night.awaitEnds();
                }
            }
        }
    }

    /** Nor of what was before the window of catching up. */
    @ParameterizedTest
    @EnumSource
    void whatWasLaunchedBeforeTheWindowWasNotMissed(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "\"catchUpWindow\": \"P1D\", \"catchUp\": \"none\"");
            night.deployed("2026-11-29T12:00:00Z", daily);
            night.look(dying(night, Moment.LAUNCHED, daily), "2026-11-30T03:00:00Z");
            night.awaitEnds();
            night.look(night.rounds(daily), "2026-12-01T12:00:00Z");

            assertThat(night.ticks("report"))
                    .containsExactly(
                            "2026-11-30T03:00 LAUNCHED those before it since 2026-11-29T12:00:00Z were missed: nobody"
                                    + " launched them",
                            "2026-12-01T03:00 MISSED nobody launched it when it was due, and nothing is caught up");
        }
    }

    /** Its row is there; up to when all is decided was not said. */
    @ParameterizedTest
    @EnumSource
    void whoDiesAfterTheRecordLeavesNothingToDo(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "");
            night.deployed("2026-11-29T12:00:00Z", daily);
            Instant before = night.row("report").since();
            AtomicInteger launches = new AtomicInteger();
            Rounds overtaken = night.rounds(
                    new TickLauncher(job -> Night.LOADER, () -> true) {
                        @Override
                        Outcome launch(String job, Map<String, String> parameters, @Nullable Long failed) {
                            Outcome outcome = super.launch(job, parameters, failed);
                            if (launches.getAndIncrement() == 0) {
                                // Somebody changes the schedule: what this round says of it does not count.
                                night.scheduled().schedules().pause(job, "ann", "", night.present());
                            }
                            return outcome;
                        }
                    },
                    daily);
            night.look(overtaken, "2026-11-30T03:00:00Z");

            assertThat(night.row("report").since()).isEqualTo(before);
            night.scheduled().schedules().resume("report", night.present());
            night.look(night.rounds(daily), "2026-11-30T03:02:00Z");
            night.awaitEnds();
            assertThat(night.row("report").since()).isEqualTo("2026-11-30T03:02:00Z");
            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED");
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED");
        }
    }

    // ---- Races

    @ParameterizedTest
    @EnumSource
    void ofSixteenThatLaunchOneTickOneBeginsItAndTheOthersFindIt(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            CountDownLatch together = new CountDownLatch(1);
            ExecutorService nodes = Executors.newFixedThreadPool(16);
            try {
                List<Future<Outcome>> outcomes = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    outcomes.add(nodes.submit(() -> {
                        together.await();
                        return new TickLauncher(job -> Night.LOADER, () -> true)
                                .launch("report", Map.of("day", "2026-11-30"));
                    }));
                }
                together.countDown();
                TreeSet<Long> executions = new TreeSet<>();
                for (Future<Outcome> outcome : outcomes) {
                    assertThat(outcome.get()).isInstanceOf(Launched.class);
                    executions.add(((Launched) outcome.get()).execution());
                }
                assertThat(executions).hasSize(1);
            } finally {
                nodes.shutdown();
            }
            night.letGo("report");
            night.awaitEnds();
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofSixteenThatLookAtOnceEachTickIsLaunchedOnce(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule minutely = Night.schedule(
                    "report",
                    "\"cron\": \"* * * * *\", \"format\": \"uuuu-MM-dd'T'HH:mm\", \"overlap\": \"allow\", \"catchUp\": \"all\"");
            night.deployed("2026-11-30T03:00:00Z", minutely);
            ExecutorService nodes = Executors.newFixedThreadPool(16);
            try {
                for (int minute = 1; minute <= 5; minute++) {
                    night.now("2026-11-30T03:0" + minute + ":00Z");
                    CountDownLatch together = new CountDownLatch(1);
                    List<Future<?>> looks = new ArrayList<>();
                    for (int i = 0; i < 16; i++) {
                        Rounds rounds = night.rounds(minutely);
                        looks.add(nodes.submit(() -> {
                            together.await();
                            return rounds.look();
                        }));
                    }
                    together.countDown();
                    for (Future<?> look : looks) {
                        look.get();
                    }
                }
            } finally {
                nodes.shutdown();
            }
            night.awaitEnds();
            assertThat(night.ticks("report"))
                    .isEqualTo(IntStream.rangeClosed(1, 5)
                            .mapToObj(minute -> "2026-11-30T03:0" + minute + " LAUNCHED")
                            .toList());
            assertThat(night.executions("report")).hasSize(5).allMatch(each -> each.endsWith("COMPLETED"));
        }
    }

    // ---- Order

    @ParameterizedTest
    @EnumSource
    void aTickWaitsAndGoesOnAtTheEndOfTheOneBeforeIt(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            Rounds rounds = night.deployed("2026-11-29T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2026-11-30T03:00:00Z");
            assertThat(night.look(rounds, "2026-12-01T03:00:00Z")).contains(Rounds.PATIENCE);
            assertThat(night.ticks("report"))
                    .containsExactly(
                            "2026-11-30T03:00 LAUNCHED",
                            "2026-12-01T03:00 WAITING for tick 2026-11-30T03:00 of 'report' (execution 1), which runs");

            night.letGo("report");
            night.awaitEnds();
            rounds.ended(List.of("report"));
            night.look(rounds, "2026-12-01T03:00:01Z");
            night.awaitEnds();

            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED", "2026-12-01T03:00 LAUNCHED");
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED", "2026-12-01 COMPLETED");
        }
    }

    /** Who ended could not know that anything waits. */
    @ParameterizedTest
    @EnumSource
    void whatEndsWhileItIsRecordedThatATickWaitsIsNotMissed(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            JobSchedule daily = Night.schedule("report", "");
            night.look(night.deployed("2026-11-29T12:00:00Z", daily), "2026-11-30T03:00:00Z");
            Rounds rounds = new Rounds(
                    night.scheduled(),
                    new DeployedSchedules(List.of(), job -> Night.LOADER, List.of(daily)),
                    new TickLauncher(job -> Night.LOADER, () -> true),
                    database -> {
                        if (!night.rows("select 1 from REPRISE_TICK where STATE = 'WAITING'")
                                .isEmpty()) {
                            night.letGo("report");
                            night.awaitEnds();
                        }
                        return Instant.parse("2026-12-01T03:00:00Z");
                    });
            rounds.look();
            night.awaitEnds();

            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED", "2026-12-01 COMPLETED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTickThatFailedKeepsTheNextOneWaitingUntilItIsRestarted(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.fail("report", true);
            Rounds rounds = night.deployed("2026-11-29T12:00:00Z", Night.schedule("report", ""));
            night.look(rounds, "2026-11-30T03:00:00Z");
            night.awaitEnds();
            night.look(rounds, "2026-12-01T03:00:00Z");
            assertThat(night.ticks("report"))
                    .last()
                    .asString()
                    .endsWith("(execution 1), which did not complete: restart or abandon it");
            night.look(rounds, "2026-12-01T03:01:00Z");
            assertThat(night.executions("report")).containsExactly("2026-11-30 FAILED");

            night.fail("report", false);
            night.batch.launcher().restart(1, Map.of());
            night.awaitEnds();
            night.look(rounds, "2026-12-01T03:02:00Z");
            night.awaitEnds();

            assertThat(night.executions("report"))
                    .containsExactly("2026-11-30 FAILED", "2026-11-30 COMPLETED", "2026-12-01 COMPLETED");
        }
    }

    /** Else each look would take longer than the one before it, and none of them would ever be forgotten. */
    @ParameterizedTest
    @EnumSource
    void whatFailsInNobodysWayIsNotReadForEver(Kind kind) throws Exception {
        for (String overlap : List.of("allow", "skip", "wait")) {
            try (Night night = Night.on(kind)) {
                JobSchedule schedule = minutely("report", "\"overlap\": \"" + overlap + "\", \"catchUp\": \"all\"");
                Rounds rounds = night.deployed("2026-11-30T00:00:00Z", schedule);
                night.fail("report", true);
                int ticks = KnownTicks.WATCHED + 20;
                for (int tick = 1; tick <= ticks; tick++) {
                    night.set(Instant.parse("2026-11-30T00:00:00Z").plus(Duration.ofMinutes(tick)));
                    rounds.look();
                    night.awaitEnds();
                }
                night.set(night.present().plus(Duration.ofSeconds(30)));
                night.scheduled().schedules().lookAgain("report", night.present());
                rounds.look();

                assertThat(night.rows(
                                "select NOMINAL from REPRISE_TICK where UNFINISHED is not null and STATE = 'LAUNCHED'"))
                        .as(overlap)
                        .hasSize(overlap.equals("allow") ? 0 : overlap.equals("skip") ? KnownTicks.WATCHED : 1);
                assertThat(night.executions("report")).as(overlap).hasSize(overlap.equals("wait") ? 1 : ticks);
            }
        }
    }

    /** However long it has become, while nobody did anything about the first one. */
    @ParameterizedTest
    @EnumSource
    void ofALongQueueTheFirstAreLookedAtAndItsOrderIsKept(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2026-11-30T00:00:00Z", minutely("report", ""));
            night.fail("report", true);
            night.look(rounds, "2026-11-30T00:01:00Z");
            night.awaitEnds();
            LocalDateTime begin = LocalDateTime.parse("2026-11-30T00:01");
            int queued = 2 * Round.QUEUED;
            TickRows ticks = night.scheduled().ticks();
            ticks.decided(
                    "report",
                    IntStream.rangeClosed(1, queued)
                            .mapToObj(begin::plusMinutes)
                            .map(nominal -> new TickRows.Decided(
                                    KnownTicks.nominal(nominal),
                                    nominal.toInstant(ZoneOffset.UTC),
                                    "WAITING",
                                    "in order"))
                            .toList(),
                    night.present());
            ScheduleRow row = night.row("report");
            Instant now = begin.plusMinutes(queued).toInstant(ZoneOffset.UTC);
            night.scheduled().schedules().looked(row, row.naming(), now, now, now);
            night.set(now.plus(Duration.ofMinutes(1)));
            rounds.look();

            assertThat(ticks.standing("report", "9999", Round.QUEUED)).hasSize(Round.QUEUED);
            assertThat(night.executions("report")).hasSize(1);
            assertThat(night.ticks("report"))
                    .hasSize(queued + 2)
                    .last()
                    .asString()
                    .contains(" WAITING for tick");

            night.fail("report", false);
            night.batch.launcher().restart(1, Map.of());
            night.awaitEnds();
            rounds.ended(List.of("report"));
            rounds.look();
            night.awaitEnds();
            assertThat(night.executions("report"))
                    .hasSize(3)
                    .last()
                    .isEqualTo(KnownTicks.nominal(begin.plusMinutes(1)) + " COMPLETED");
        }
    }

    /** One that failed and is restarted runs: the next one is left out, or waits. */
    @ParameterizedTest
    @EnumSource
    void whatFailedAndIsRestartedOverlaps(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2026-11-30T00:00:00Z", minutely("report", "\"overlap\": \"skip\""));
            night.fail("report", true);
            for (int minute = 1; minute <= 5; minute++) {
                night.look(rounds, "2026-11-30T00:0" + minute + ":00Z");
                night.awaitEnds();
            }
            night.fail("report", false);
            night.hold("report");
            night.batch.launcher().restart(1, Map.of());
            night.look(rounds, "2026-11-30T00:06:00Z");

            assertThat(night.ticks("report")).last().asString().contains("00:06 SKIPPED it would have overlapped with");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTickComesAfterThatOfAnotherJob(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            Rounds rounds = night.deployed(
                    "2026-11-29T12:00:00Z",
                    Night.schedule("report", ""),
                    Night.schedule("mail", "\"after\": [\"report\"]"));
            night.look(rounds, "2026-11-30T03:00:00Z");
            assertThat(night.ticks("mail"))
                    .containsExactly(
                            "2026-11-30T03:00 WAITING for tick 2026-11-30T03:00 of 'report' (execution 1), which runs");

            night.letGo("report");
            night.awaitEnds();
            rounds.ended(List.of("report"));
            rounds.look();
            night.awaitEnds();

            assertThat(night.executions("mail")).containsExactly("2026-11-30 COMPLETED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAPersonHasLaunchedIsTheTick(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2026-11-29T12:00:00Z", Night.schedule("report", ""));
            night.batch.run("report", Map.of("day", "2026-11-30"));
            night.look(rounds, "2026-11-30T03:00:00Z");

            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED");
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED");
        }
    }

    // ---- What is refused

    @ParameterizedTest
    @EnumSource
    void aTickThatIsRefusedSaysWhyAndTheNextOneIsTried(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.batch.define(new JobBuilder("twin")
                    .property("reprise.identity", "none")
                    .step(new StepBuilder("work").batchlet("report").build())
                    .build());
            Rounds rounds =
                    night.deployed("2026-11-29T12:00:00Z", Night.schedule("ghost", ""), Night.schedule("twin", ""));
            night.look(rounds, "2026-11-30T03:00:00Z");
            night.look(rounds, "2026-12-01T03:00:00Z");

            assertThat(night.ticks("ghost"))
                    .hasSize(2)
                    .allMatch(tick -> tick.contains(" REFUSED This deployment has no job 'ghost'"));
            assertThat(night.ticks("twin"))
                    .hasSize(2)
                    .allMatch(tick -> tick.contains(
                            " REFUSED twin has a schedule and reprise.identity=none, so that nothing would keep a tick"
                                    + " from running twice. Take one of the two away."));
        }
    }

    private static Stream<Throwable> failures() {
        return Stream.of(
                new IllegalStateException("the service is\nremoved"), new NoClassDefFoundError("bank/Account"));
    }

    /** It is in nobody's way: neither of the ticks after it nor of other schedules. */
    @ParameterizedTest
    @EnumSource
    void aTickWhoseLaunchFailsSaysWhyAndTheNextOneIsTried(Kind kind) throws Exception {
        for (Throwable failure : failures().toList()) {
            try (Night night = Night.on(kind)) {
                JobSchedule daily = Night.schedule("import", "");
                JobSchedule other = Night.schedule("report", "");
                night.deployed("2026-11-29T12:00:00Z", daily, other);
                Rounds rounds = night.rounds(
                        new TickLauncher(
                                job -> job.equals("import")
                                        ? RoundsTest.<RuntimeException>thrown(failure)
                                        : Night.LOADER,
                                () -> true),
                        daily,
                        other);
                night.look(rounds, "2026-11-30T03:00:00Z");
                night.awaitEnds();
                night.look(rounds, "2026-12-01T03:00:00Z");
                night.awaitEnds();

                assertThat(night.ticks("import"))
                        .hasSize(2)
                        .allMatch(tick -> tick.contains(" REFUSED its launch failed: "
                                + failure.toString().replace("\n", "\\u000a") + ". The log has where."));
                assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED", "2026-12-01 COMPLETED");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> ClassLoader thrown(Throwable failure) throws E {
        throw (E) failure;
    }

    /** What the database or the end of a node is to blame for is no fault of the tick. */
    @ParameterizedTest
    @EnumSource
    void aTickIsNotRefusedForAnOutageNorForANodeThatStops(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "");
            night.deployed("2026-11-29T12:00:00Z", daily);
            TickLauncher away = new TickLauncher(
                    job -> RoundsTest.<RuntimeException>thrown(
                            new IllegalStateException(new SQLException("the connection is gone", "08006"))),
                    () -> true);
            night.look(night.rounds(away, daily), "2026-11-30T03:00:00Z");
            TickLauncher stopping = new TickLauncher(
                    job -> RoundsTest.<RuntimeException>thrown(new IllegalStateException("stopped")), () -> false);
            night.look(night.rounds(stopping, daily), "2026-11-30T03:01:00Z");
            assertThat(night.ticks("report")).isEmpty();
            night.look(night.rounds(daily), "2026-11-30T03:01:00Z");
            night.awaitEnds();

            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED");
        }
    }

    /** It does not take up again and again what it cannot launch, and leaves the rest to others. */
    @ParameterizedTest
    @EnumSource
    void aNodeThatMayLaunchNothingMoreEndsItsLook(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule[] both = {Night.schedule("report", ""), Night.schedule("mail", "")};
            night.deployed("2026-11-29T12:00:00Z", both);
            AtomicInteger tries = new AtomicInteger();
            Rounds suspended = night.rounds(
                    new TickLauncher(job -> Night.LOADER, () -> true) {
                        @Override
                        Outcome launch(String job, Map<String, String> parameters, @Nullable Long failed) {
                            if (tries.incrementAndGet() == 100) {
                                throw new AssertionError("tried again and again");
                            }
                            return new Elsewhere();
                        }
                    },
                    both);
            assertThat(night.look(suspended, "2026-11-30T03:00:00Z")).contains(Rounds.PATIENCE);
            assertThat(tries).hasValue(1);

            AtomicInteger asked = new AtomicInteger();
            Rounds stopping =
                    night.rounds(new TickLauncher(job -> Night.LOADER, () -> asked.incrementAndGet() <= 1), both);
            night.look(stopping, "2026-11-30T03:00:00Z");
            assertThat(night.rows("select JOB_NAME from REPRISE_TICK")).containsExactly("mail");

            night.look(night.rounds(both), "2026-11-30T03:00:00Z");
            night.awaitEnds();
            assertThat(night.executions("mail")).containsExactly("2026-11-30 COMPLETED");
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED");
        }
    }

    // ---- Redeployments

    @ParameterizedTest
    @EnumSource
    void aScheduleThatIsNewOrChangedCatchesUpOnNoPastThatItDidNotHave(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.look(night.deployed("2026-11-29T12:00:00Z", Night.schedule("report", "")), "2026-11-30T03:00:00Z");
            night.awaitEnds();
            JobSchedule hourly = Night.schedule(
                    "report", "\"cron\": \"0 * * * *\", \"format\": \"uuuu-MM-dd'T'HH\", \"catchUp\": \"all\"");
            Rounds rounds = night.deployed("2026-11-30T09:30:00Z", hourly);
            night.look(rounds, "2026-11-30T10:00:00Z");
            night.awaitEnds();

            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED", "2026-11-30T10:00 LAUNCHED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWaitsOfAScheduleThatIsRemovedIsSkippedAndItsReturnIsABeginning(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            JobSchedule daily = Night.schedule("report", "\"catchUp\": \"all\"");
            Rounds rounds = night.deployed("2026-11-29T12:00:00Z", daily);
            night.look(rounds, "2026-11-30T03:00:00Z");
            night.look(rounds, "2026-12-01T03:00:00Z");
            night.letGo("report");
            night.awaitEnds();

            Rounds without = night.deployed("2026-12-01T12:00:00Z", Night.schedule("mail", ""));
            night.look(without, "2026-12-03T12:00:00Z");
            night.look(night.deployed("2026-12-03T13:00:00Z", daily), "2026-12-04T03:00:00Z");
            night.awaitEnds();

            assertThat(night.ticks("report"))
                    .containsExactly(
                            "2026-11-30T03:00 LAUNCHED",
                            "2026-12-01T03:00 SKIPPED the schedule was removed",
                            "2026-12-04T03:00 LAUNCHED");
        }
    }

    /** As what one node alone has by its settings, or the one whose version was exchanged first. */
    @ParameterizedTest
    @EnumSource
    void theStartOfANodeEndsNoScheduleThatAnotherOneHas(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            night.hold("report");
            JobSchedule daily = Night.schedule("report", "");
            JobSchedule mail = Night.schedule("mail", "");
            Rounds one = night.deployed("2026-11-29T12:00:00Z", daily, mail);
            night.look(one, "2026-11-30T03:00:00Z");
            night.look(one, "2026-12-01T03:00:00Z");
            for (int day = 1; day < 9; day++) {
                night.look(one, "2026-12-0" + day + "T12:00:00Z");
                Rounds other = night.deployed("2026-12-0" + day + "T12:00:00Z", mail);
                night.look(other, "2026-12-0" + (day + 1) + "T03:00:00Z");
                night.look(one, "2026-12-0" + (day + 1) + "T03:00:01Z");
            }
            night.letGo("report");
            night.awaitEnds();
            for (int second = 2; second < 12; second++) {
                one.ended(List.of("report"));
                night.look(one, "2026-12-09T03:00:" + (second < 10 ? "0" : "") + second + "Z");
                night.awaitEnds();
            }

            assertThat(night.ticks("report")).hasSize(10).allMatch(tick -> tick.endsWith(" LAUNCHED"));
            assertThat(night.executions("report")).hasSize(10).doesNotHaveDuplicates();
        }
    }

    /** Unless it looks at it: not at once, and not for those who have it. */
    @ParameterizedTest
    @EnumSource
    void aScheduleIsOverWhenNoNodeThatIsUpHasIt(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "");
            night.deployed("2026-11-29T12:00:00Z", daily);
            Rounds without = night.deployed("2026-11-29T13:00:00Z", Night.schedule("mail", ""));
            night.look(without, "2026-11-30T03:00:00Z");
            night.awaitEnds();
            assertThat(night.look(without, "2026-11-30T03:04:59Z")).contains(Rounds.PATIENCE);
            assertThat(night.scheduled().schedules().find("report")).isPresent();

            assertThat(night.look(without, "2026-11-30T03:05:00Z"))
                    .contains(Duration.ofDays(1).minusMinutes(5));
            assertThat(night.scheduled().schedules().find("report")).isEmpty();
        }
    }

    /** It is there, though it may launch nothing. */
    @ParameterizedTest
    @EnumSource
    void aScheduleOfANodeThatIsSuspendedIsNotOver(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds suspended = night.deployed("2026-11-29T12:00:00Z", Night.schedule("report", ""));
            Rounds without = night.deployed("2026-11-29T13:00:00Z", Night.schedule("mail", ""));
            for (int minute = 0; minute < 60; minute++) {
                night.look(without, "2026-11-30T03:" + (minute < 10 ? "0" : "") + minute + ":00Z");
                suspended.hold();
            }
            night.look(suspended, "2026-11-30T04:00:00Z");
            night.awaitEnds();

            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED");
        }
    }

    /** Whoever has ended it, or deleted its row: it is there again within the hour, and with the next look of who was away. */
    @ParameterizedTest
    @EnumSource
    void aScheduleThatIsGoneThoughANodeHasItBeginsAgain(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "");
            Rounds rounds = night.deployed("2026-11-29T12:00:00Z", daily);
            night.execute("delete from REPRISE_SCHEDULE");
            night.look(rounds, "2026-11-29T13:00:00Z");
            night.look(rounds, "2026-11-30T03:00:00Z");
            night.awaitEnds();
            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED");

            night.now("2026-11-30T03:10:00Z");
            night.scheduled().schedules().remove(night.row("report"), night.present());
            night.look(rounds, "2026-11-30T04:02:00Z");
            night.look(rounds, "2026-12-01T03:00:00Z");
            night.awaitEnds();
            assertThat(night.ticks("report")).containsExactly("2026-11-30T03:00 LAUNCHED", "2026-12-01T03:00 LAUNCHED");

            Rounds resting = night.deployed("2026-12-01T12:00:00Z", daily);
            night.scheduled().schedules().rest(night.row("report"));
            night.look(resting, "2026-12-02T03:00:00Z");
            night.awaitEnds();
            assertThat(night.ticks("report")).hasSize(3).last().isEqualTo("2026-12-02T03:00 LAUNCHED");
        }
    }

    /** A file that is broken ends nothing; and there is nothing to be done about it all the time. */
    @ParameterizedTest
    @EnumSource
    void aScheduleThatIsBrokenRestsUntilItIsMended(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "\"catchUp\": \"all\"");
            night.deployed("2026-11-29T12:00:00Z", daily);
            ClassLoader files = new ScheduleFiles().with("report.schedule.json", "{");
            DeployedSchedules broken = new DeployedSchedules(List.of("report"), job -> files, List.of());
            assertThat(broken.broken()).containsOnlyKeys("report");
            Rounds rounds = new Rounds(
                    night.scheduled(),
                    broken,
                    new TickLauncher(job -> Night.LOADER, () -> true),
                    database -> night.present());
            night.now("2026-11-29T13:00:00Z");
            rounds.begin();
            night.look(rounds, "2026-11-30T03:00:00Z");
            assertThat(night.look(rounds, "2026-11-30T03:01:00Z")).isEmpty();
            assertThat(night.row("report").lookAt()).isNull();
            night.look(rounds, "2026-11-30T04:00:00Z");

            night.look(night.deployed("2026-12-01T12:00:00Z", daily), "2026-12-01T12:00:01Z");
            night.awaitEnds();
            night.look(night.deployed("2026-12-01T12:00:02Z", daily), "2026-12-01T12:01:01Z");
            night.awaitEnds();
            assertThat(night.executions("report")).containsExactly("2026-11-30 COMPLETED", "2026-12-01 COMPLETED");
        }
    }

    /** While versions are exchanged node by node; and when the newer one is taken back without that the older one is deployed again. */
    @ParameterizedTest
    @EnumSource
    void anOlderVersionLeavesTheScheduleToTheNewerOneUnlessNobodyLooksAtIt(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule at3 = Night.schedule("report", "");
            Rounds older = night.deployed("2026-11-29T12:00:00Z", at3);
            Rounds newer = night.deployed("2026-11-29T13:00:00Z", Night.schedule("report", "\"cron\": \"0 4 * * *\""));

            night.look(older, "2026-11-30T04:00:00Z");
            assertThat(night.ticks("report")).isEmpty();
            night.look(newer, "2026-11-30T04:00:30Z");
            assertThat(night.ticks("report")).containsExactly("2026-11-30T04:00 LAUNCHED");
            night.awaitEnds();
            night.look(older, "2026-12-01T04:02:00Z");
            night.look(older, "2026-12-02T03:00:00Z");

            assertThat(night.ticks("report")).containsExactly("2026-11-30T04:00 LAUNCHED", "2026-12-02T03:00 LAUNCHED");
        }
    }

    // ---- Outages

    @ParameterizedTest
    @EnumSource
    void anOutageOverTenTicksIsCaughtUpAsTheScheduleSays(Kind kind) throws Exception {
        for (String catchUp : List.of("all", "last", "none")) {
            try (Night night = Night.on(kind)) {
                Rounds rounds = night.deployed(
                        "2026-11-10T12:00:00Z",
                        Night.schedule(
                                "report",
                                "\"catchUp\": \"" + catchUp
                                        + "\", \"catchUpWindow\": \"P30D\", \"overlap\": \"allow\""));
                night.look(rounds, "2026-11-20T12:00:00Z");
                night.awaitEnds();
                night.look(rounds, "2026-11-20T12:00:01Z");

                List<String> launched = night.ticks("report").stream()
                        .filter(tick -> tick.contains("LAUNCHED"))
                        .toList();
                assertThat(night.ticks("report")).as(catchUp).hasSize(10);
                assertThat(launched).as(catchUp).hasSize(catchUp.equals("all") ? 10 : catchUp.equals("last") ? 1 : 0);
                assertThat(night.executions("report")).as(catchUp).hasSize(launched.size());
            }
        }
    }

    /** It dies when it has launched the only one that is caught up, and has recorded nothing after. */
    @ParameterizedTest
    @EnumSource
    void theLastOneIsCaughtUpOnceThoughANodeDiesOverIt(Kind kind) throws Exception {
        try (Night night = Night.on(kind)) {
            JobSchedule daily = Night.schedule("report", "\"catchUpWindow\": \"P30D\"");
            night.deployed("2026-11-10T12:00:00Z", daily);
            Rounds dying = night.rounds(
                    new TickLauncher(job -> Night.LOADER, () -> true) {
                        @Override
                        Outcome launch(String job, Map<String, String> parameters, @Nullable Long failed) {
                            Outcome outcome = super.launch(job, parameters, failed);
                            night.scheduled()
                                    .ticks()
                                    .launched(
                                            job,
                                            new TickRows.Decided("2026-11-20T03:00", night.present(), "LAUNCHED", null),
                                            null,
                                            ((Launched) outcome).execution(),
                                            night.present());
                            throw new IllegalStateException("killed");
                        }
                    },
                    daily);
            night.look(dying, "2026-11-20T12:00:00Z");
            night.awaitEnds();
            night.look(night.rounds(daily), "2026-11-20T12:02:00Z");
            night.awaitEnds();

            assertThat(night.executions("report")).containsExactly("2026-11-20 COMPLETED");
            assertThat(night.ticks("report"))
                    .filteredOn(tick -> tick.contains("MISSED"))
                    .hasSize(9);
        }
    }

    // ---- Clocks that change, and calendars

    static Stream<Arguments> clockNights() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(
                        Arguments.of(kind, "Europe/Berlin", "2026-03-28T22:50:00Z", 300, 29),
                        Arguments.of(kind, "Europe/Berlin", "2026-10-24T21:50:00Z", 420, 25),
                        Arguments.of(kind, "Australia/Lord_Howe", "2026-04-04T12:50:00Z", 300, 5),
                        Arguments.of(kind, "Australia/Lord_Howe", "2026-10-03T13:20:00Z", 300, 4),
                        Arguments.of(kind, "Asia/Seoul", "2026-03-28T14:50:00Z", 300, 29)));
    }

    /** The local times 00:00, 00:30 to 03:30 are each a run, once, whatever clocks do between. */
    @ParameterizedTest
    @MethodSource("clockNights")
    void eachLocalTimeOfTheNightRunsOnce(Kind kind, String zone, String from, int minutes, int day) throws Exception {
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed(
                    from,
                    Night.schedule(
                            "report",
                            "\"cron\": \"*/30 0-3 " + day + " * *\", \"zone\": \"" + zone
                                    + "\", \"format\": \"HH:mm\", \"overlap\": \"allow\", \"catchUp\": \"none\""
                                            .replace("\"HH:mm\"", "\"uuuu-MM-dd HH:mm\"")));
            Instant begin = night.present();
            for (int minute = 0; minute <= minutes; minute++) {
                night.set(begin.plus(Duration.ofMinutes(minute)));
                rounds.look();
            }
            night.awaitEnds();

            assertThat(night.ticks("report"))
                    .hasSize(8)
                    .allMatch(tick -> tick.endsWith(" LAUNCHED"))
                    .extracting(tick -> tick.substring(11, 16))
                    .containsExactly("00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30");
            assertThat(night.executions("report")).hasSize(8).doesNotHaveDuplicates();
        }
    }

    /** Saturday's tick is due on Monday; before that the calendar is corrected, and Saturday was a working day after all. */
    @ParameterizedTest
    @EnumSource
    void aCorrectedCalendarMakesNoSecondRunAndLosesNone(Kind kind) throws Exception {
        String lines = "\"calendar\": \"work\", \"otherwise\": \"next\", \"overlap\": \"allow\"";
        String weekdays = "\"days\": [\"MONDAY\", \"TUESDAY\", \"WEDNESDAY\", \"THURSDAY\", \"FRIDAY\"]";
        JobSchedule before =
                Night.schedule(new ScheduleFiles().with("work.calendar.json", "{" + weekdays + "}"), "report", lines);
        JobSchedule after = Night.schedule(
                new ScheduleFiles().with("work.calendar.json", "{" + weekdays + ", \"also\": [\"2026-11-28\"]}"),
                "report",
                lines);
        try (Night night = Night.on(kind)) {
            Rounds rounds = night.deployed("2026-11-27T12:00:00Z", before);
            night.scheduled().schedules().lookAgain("report", night.present());
            night.look(rounds, "2026-11-28T12:00:00Z");
            assertThat(night.ticks("report")).containsExactly("2026-11-28T03:00 DUE");

            rounds = night.deployed("2026-11-28T13:00:00Z", after);
            night.look(rounds, "2026-11-30T03:00:00Z");
            night.look(rounds, "2026-11-30T03:00:01Z");
            night.awaitEnds();

            assertThat(night.ticks("report"))
                    .containsExactly(
                            "2026-11-28T03:00 LAUNCHED", "2026-11-29T03:00 LAUNCHED", "2026-11-30T03:00 LAUNCHED");
            assertThat(night.executions("report"))
                    .containsExactlyInAnyOrder("2026-11-28 COMPLETED", "2026-11-29 COMPLETED", "2026-11-30 COMPLETED");
        }
    }
}
