package dev.reprise.schedule;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Ticks compared with a plain enumeration of instants, minute by minute, on a clock of the zone. */
class TicksPropertyTest {

    private static final List<String> ZONES = List.of(
            "Asia/Seoul",
            "Europe/Berlin",
            "Australia/Lord_Howe",
            "America/New_York",
            "America/Santiago",
            "America/St_Johns",
            "Asia/Kathmandu",
            "Pacific/Apia",
            "UTC");

    /** What is tried. */
    record Case(String cron, String zone, Instant from, Instant to, Set<DayOfWeek> days, String otherwise) {

        JobSchedule schedule() {
            return new ScheduleFiles()
                    .with(
                            "c.calendar.json",
                            "{\"days\": ["
                                    + days.stream()
                                            .map(day -> "\"" + day + "\"")
                                            .collect(joining(",")) + "]}")
                    .schedule(
                            "report",
                            "\"cron\": \"%s\", \"zone\": \"%s\", \"format\": \"uuuu-MM-dd'T'HH:mm\", \"catchUpWindow\": \"P1D\""
                                            .formatted(cron, zone)
                                    + (otherwise.isEmpty()
                                            ? ""
                                            : ", \"calendar\": \"c\", \"otherwise\": \"" + otherwise + "\""));
        }
    }

    @Property(tries = 120)
    void areThoseOfAClockThatIsLookedAtEachMinute(@ForAll("cases") Case tried) {
        Ticks ticks = tried.schedule().ticks();
        List<String> expected = enumerated(tried);

        assertThat(ticks.within(tried.from(), tried.to()).stream().map(TicksPropertyTest::shown))
                .as("%s", tried)
                .containsExactlyElementsOf(expected);
    }

    @Property(tries = 120)
    void nextAndLastAreTheFirstAndTheLastOfTheWindow(@ForAll("cases") Case tried) {
        Ticks ticks = tried.schedule().ticks();
        List<String> expected =
                enumerated(tried).stream().filter(tick -> !tick.endsWith("off")).toList();
        Instant middle =
                tried.from().plus(Duration.between(tried.from(), tried.to()).dividedBy(2));

        if (expected.isEmpty()) {
            ticks.next(tried.from()).ifPresent(tick -> assertThat(tick.due()).isAfter(tried.to()));
            ticks.last(tried.to()).ifPresent(tick -> assertThat(tick.due()).isBeforeOrEqualTo(tried.from()));
        } else {
            assertThat(ticks.next(tried.from()).map(TicksPropertyTest::shown)).hasValue(expected.get(0));
            assertThat(ticks.last(tried.to()).map(TicksPropertyTest::shown))
                    .hasValue(expected.get(expected.size() - 1));
        }
        ticks.next(middle)
                .flatMap(tick -> ticks.last(tick.due().minusNanos(1)))
                .ifPresent(before -> assertThat(before.due()).isBeforeOrEqualTo(middle));
    }

    /** What is refused because it never comes does not come in nine years, and what is taken does. */
    @Property(tries = 120)
    void refusesWhatNeverComes(@ForAll("days") String days) {
        PlainCron cron = new PlainCron("0 0 " + days);
        LocalDateTime first = LocalDateTime.of(2024, 1, 1, 0, 0);
        boolean comes = IntStream.range(0, 9 * 366).anyMatch(day -> cron.matches(first.plusDays(day)));

        if (comes) {
            assertThat(ScheduleFiles.report("\"cron\": \"0 0 " + days + "\"")
                            .ticks()
                            .next(Instant.EPOCH))
                    .isPresent();
        } else {
            assertThatThrownBy(() -> ScheduleFiles.report("\"cron\": \"0 0 " + days + "\""))
                    .hasMessageContaining("and there is no such day");
        }
    }

    /** Two looks at parts of a window see the ticks of the whole, each once. */
    @Property(tries = 60)
    void aWindowIsItsParts(@ForAll("cases") Case tried, @ForAll("share") int percent) {
        Ticks ticks = tried.schedule().ticks();
        Instant middle = tried.from()
                .plus(Duration.between(tried.from(), tried.to())
                        .multipliedBy(percent)
                        .dividedBy(100));
        List<Tick> parts = new ArrayList<>(ticks.within(tried.from(), middle));
        parts.addAll(ticks.within(middle, tried.to()));

        assertThat(parts).isEqualTo(ticks.within(tried.from(), tried.to()));
        assertThat(parts.stream().map(tick -> tick.parameters().get("day"))).doesNotHaveDuplicates();
    }

    private static String shown(Tick tick) {
        return tick.nominal() + " at " + tick.due() + (tick.offBecause().isPresent() ? " off" : "");
    }

    /** Where a nominal time is due as soon as the clock shows it or a later one. */
    private static List<String> enumerated(Case tried) {
        PlainCron cron = new PlainCron(tried.cron());
        ZoneId zone = ZoneId.of(tried.zone());
        Duration margin = Duration.ofDays(tried.otherwise().isEmpty() ? 2 : 9);
        Instant start = tried.from().minus(margin).truncatedTo(ChronoUnit.MINUTES);
        NavigableMap<LocalDateTime, Instant> clock = new TreeMap<>();
        List<LocalDateTime> nominals = new ArrayList<>();
        LocalDateTime seen = LocalDateTime.ofInstant(start, zone);
        for (Instant at = start; at.isBefore(tried.to().plus(margin)); at = at.plusSeconds(60)) {
            LocalDateTime shown = LocalDateTime.ofInstant(at, zone);
            while (seen.isBefore(shown)) {
                seen = seen.plusMinutes(1);
                clock.put(seen, at);
                if (cron.matches(seen)) {
                    nominals.add(seen);
                }
            }
        }
        SortedMap<String, String> expected = new TreeMap<>();
        for (LocalDateTime nominal : nominals) {
            LocalDate day = nominal.toLocalDate();
            LocalDate on = tried.otherwise().equals("skip") && !tried.days().contains(day.getDayOfWeek()) ? null : day;
            while (on != null && !tried.days().contains(on.getDayOfWeek())) {
                on = on.plusDays(tried.otherwise().equals("next") ? 1 : -1);
            }
            Instant due = clock.get((on == null ? day : on).atTime(nominal.toLocalTime()));
            if (due != null && due.isAfter(tried.from()) && !due.isAfter(tried.to())) {
                expected.put(due + " " + nominal, nominal + " at " + due + (on == null ? " off" : ""));
            }
        }
        return List.copyOf(expected.values());
    }

    @Provide
    Arbitrary<Integer> share() {
        return Arbitraries.integers().between(0, 100);
    }

    /** Two days, more often than not around a night when clocks change. */
    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Long> moments = Arbitraries.longs()
                .between(
                        Instant.parse("2010-01-01T00:00:00Z").getEpochSecond(),
                        Instant.parse("2035-01-01T00:00:00Z").getEpochSecond());
        Arbitrary<Set<DayOfWeek>> days = Arbitraries.of(DayOfWeek.class).set().ofMinSize(1);
        return Combinators.combine(
                        crons(),
                        Arbitraries.of(ZONES),
                        moments,
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.longs().between(0, 86_400),
                        days,
                        Arbitraries.of("", "", "skip", "next", "previous"))
                .as((cron, zone, moment, change, shift, on, otherwise) -> {
                    Instant at = Instant.ofEpochSecond(moment);
                    ZoneOffsetTransition next = ZoneId.of(zone).getRules().nextTransition(at);
                    Instant from = (change > 0 && next != null ? next.getInstant() : at).minusSeconds(shift);
                    return new Case(
                            cron,
                            zone,
                            from,
                            from.plus(Duration.ofHours(40)),
                            otherwise.isEmpty() ? Set.of(DayOfWeek.values()) : on,
                            otherwise);
                });
    }

    @Provide
    Arbitrary<String> days() {
        return Combinators.combine(
                        Arbitraries.oneOf(field(28, 31), field(1, 31)),
                        Arbitraries.oneOf(Arbitraries.of("2", "feb", "2,4", "4,6,9,11"), field(1, 12)),
                        Arbitraries.of("*", "*", "*/2", "1"))
                .as((day, month, weekday) -> String.join(" ", day, month, weekday));
    }

    private static Arbitrary<String> crons() {
        return Combinators.combine(field(0, 59), hours(), days(1, 31), field(1, 12, 5), weekdays())
                .as((minute, hour, day, month, weekday) -> String.join(" ", minute, hour, day, month, weekday))
                .filter(cron -> {
                    try {
                        ScheduleFiles.report("\"cron\": \"" + cron
                                + "\", \"format\": \"uuuu-MM-dd'T'HH:mm\", \"catchUpWindow\": \"P1D\"");
                        return true;
                    } catch (InvalidScheduleException e) {
                        return e.faults().stream()
                                .noneMatch(fault -> fault.message().contains("no such day"));
                    }
                });
    }

    private static Arbitrary<String> hours() {
        return Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.of("*", "0-4", "1-3", "2", "2,3")), Tuple.of(1, field(0, 23)));
    }

    private static Arbitrary<String> days(int least, int most) {
        return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just("*")), Tuple.of(2, field(least, most)));
    }

    private static Arbitrary<String> weekdays() {
        return Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.just("*")),
                Tuple.of(1, Arbitraries.of("Mon-FRI", "sat,sun", "7", "0-7", "5-7", "fri-7/2")),
                Tuple.of(1, field(0, 6)));
    }

    private static Arbitrary<String> field(int least, int most, int starred) {
        return Arbitraries.frequencyOf(Tuple.of(starred, Arbitraries.just("*")), Tuple.of(1, field(least, most)));
    }

    private static Arbitrary<String> field(int least, int most) {
        Arbitrary<Integer> numbers = Arbitraries.integers().between(least, most);
        Arbitrary<Integer> steps = Arbitraries.integers().between(1, most - least + 1);
        Arbitrary<String> one = numbers.map(number -> Integer.toString(number));
        Arbitrary<String> range =
                Combinators.combine(numbers, numbers).as((a, b) -> Math.min(a, b) + "-" + Math.max(a, b));
        Arbitrary<String> part = Arbitraries.oneOf(
                one,
                range,
                Combinators.combine(range, steps).as((of, step) -> of + "/" + step),
                steps.map(step -> "*/" + step));
        return Arbitraries.oneOf(
                Arbitraries.just("*"),
                part,
                part.filter(text -> !text.startsWith("*"))
                        .list()
                        .ofMinSize(2)
                        .ofMaxSize(3)
                        .map(parts -> String.join(",", parts)));
    }
}
