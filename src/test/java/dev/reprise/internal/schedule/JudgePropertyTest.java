package dev.reprise.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reprise.internal.schedule.Verdict.Launch;
import dev.reprise.internal.schedule.Verdict.Miss;
import dev.reprise.internal.schedule.Verdict.Wait;
import dev.reprise.schedule.JobSchedule;
import dev.reprise.schedule.KnownTick;
import dev.reprise.schedule.ScheduleFiles;
import dev.reprise.schedule.Tick;
import dev.reprise.schedule.TickState;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Looked at now and then, with outages between, and each execution taking its time. */
class JudgePropertyTest {

    private static final Instant BEGIN = Instant.parse("2026-03-28T00:00:00Z");

    @Property(tries = 150)
    void eachTickIsDecidedOnceAndAllAreWhereThatIsWanted(
            @ForAll @From("looks") List<Integer> looks,
            @ForAll @From("modes") String catchUp,
            @ForAll @From("crons") String cron) {
        JobSchedule schedule = ScheduleFiles.report("\"cron\": \"" + cron
                + "\", \"zone\": \"Europe/Berlin\", \"format\": \"uuuu-MM-dd'T'HH:mm\", \"catchUp\": \"" + catchUp
                + "\"");
        SortedMap<LocalDateTime, KnownTick> known = new TreeMap<>();
        List<LocalDateTime> launched = new ArrayList<>();
        List<LocalDateTime> missed = new ArrayList<>();
        Instant since = BEGIN;
        Instant now = BEGIN;
        for (int minutes : looks) {
            now = now.plus(Duration.ofMinutes(minutes));
            known.replaceAll(
                    (nominal, tick) -> tick.state() == TickState.RUNNING ? KnownTick.of(TickState.COMPLETED) : tick);
            Verdicts verdicts = Judge.judge(
                    schedule,
                    new Standing(schedule.naming(), since, known, Optional.empty()),
                    (job, nominal) -> Optional.empty(),
                    now,
                    Duration.ofMinutes(1));
            for (Verdict verdict : verdicts.ticks()) {
                LocalDateTime nominal = verdict.tick().nominal();
                if (verdict instanceof Launch) {
                    launched.add(nominal);
                    known.put(nominal, KnownTick.of(TickState.RUNNING));
                } else if (verdict instanceof Wait) {
                    known.put(nominal, KnownTick.of(TickState.WAITING));
                } else if (verdict instanceof Miss) {
                    missed.add(nominal);
                    known.put(nominal, KnownTick.of(TickState.MISSED));
                }
            }
            since = verdicts.through();
        }

        List<LocalDateTime> decided = new ArrayList<>(launched);
        decided.addAll(missed);
        known.forEach((nominal, tick) -> {
            if (tick.state() == TickState.WAITING) {
                decided.add(nominal);
            }
        });
        assertThat(decided)
                .containsExactlyInAnyOrderElementsOf(schedule.ticks().within(BEGIN, now).stream()
                        .map(Tick::nominal)
                        .toList());
        assertThat(launched).isSorted();
        if (catchUp.equals("all")) {
            assertThat(missed).isEmpty();
        }
    }

    @Provide
    Arbitrary<List<Integer>> looks() {
        return Arbitraries.frequencyOf(
                        net.jqwik.api.Tuple.of(4, Arbitraries.integers().between(1, 10)),
                        net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(60, 1_500)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<String> modes() {
        return Arbitraries.of("all", "last", "none");
    }

    @Provide
    Arbitrary<String> crons() {
        return Arbitraries.of("*/20 * * * *", "0 * * * *", "30 2 * * *", "15,45 1-3 * * 7");
    }
}
