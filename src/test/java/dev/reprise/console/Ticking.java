package dev.reprise.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Schedules as the API answers them: a usable one, a paused one, a late one and one that nobody can use. */
final class Ticking {

    static final String ZONE = "Asia/Seoul";

    /** Three o'clock in {@link #ZONE}. */
    private static final Instant NEXT = Instant.parse("2099-11-30T18:00:00Z");

    private Ticking() {}

    static Map<String, Object> page(boolean paused) {
        Map<String, Object> usable = paused ? paused("nightly-report") : usable();
        return Map.of("items", List.of(broken(), late(), usable, paused("warehouse-export")));
    }

    static Map<String, Object> usable() {
        Map<String, Object> schedule = schedule("nightly-report", "0 3 * * 1-5");
        schedule.put("last", tick(1, "COMPLETED", null, 4711L, Duration.ofMinutes(12)));
        return schedule;
    }

    static Map<String, Object> paused(String job) {
        Map<String, Object> schedule = schedule(job, "0 3 1,15 * *");
        schedule.put(
                "pause",
                Map.of(
                        "at",
                        Instant.now().minus(Duration.ofHours(2)).toString(),
                        "by",
                        "kim",
                        "why",
                        "the warehouse moves"));
        schedule.put(
                "last", tick(1, "SKIPPED", "the schedule was paused by kim: the warehouse moves", null, Duration.ZERO));
        return schedule;
    }

    private static Map<String, Object> late() {
        Map<String, Object> schedule = schedule("settle-positions", "*/30 * * * *");
        Map<String, Object> waiting = tick(
                1, "WAITING", "for the tick before it, 2026-11-28T03:00 (execution 4699 failed)", null, Duration.ZERO);
        waiting.put("due", Instant.now().minus(Duration.ofMinutes(42)).toString());
        schedule.put("last", waiting);
        return schedule;
    }

    private static Map<String, Object> broken() {
        return Map.of(
                "job",
                "yearly-archive",
                "faults",
                List.of(
                        "META-INF/batch-jobs/yearly-archive.schedule.json:1: cron: '61' is no minute (0-59). Write *, numbers,"
                                + " ranges like 1-5 or steps like */15, with commas between them",
                        "META-INF/batch-jobs/yearly-archive.schedule.json:1: there is no key 'paramter'. Did you mean"
                                + " 'parameter'?"));
    }

    private static Map<String, Object> schedule(String job, String cron) {
        Map<String, Object> schedule = new LinkedHashMap<>();
        schedule.put("job", job);
        schedule.put("cron", cron);
        schedule.put("zone", ZONE);
        schedule.put("next", NEXT.toString());
        schedule.put("faults", List.of());
        return schedule;
    }

    static Map<String, Object> tick(
            int days, String state, @Nullable String why, @Nullable Long execution, Duration late) {
        Map<String, Object> tick = new LinkedHashMap<>();
        Instant due = NEXT.minus(Duration.ofDays(days));
        tick.put("nominal", nominal(days));
        tick.put("due", due.toString());
        tick.put("state", state);
        if (why != null) {
            tick.put("why", why);
        }
        if (execution != null) {
            tick.put("execution", execution);
        }
        tick.put("recorded", due.toString());
        tick.put("changed", due.plus(late).toString());
        return tick;
    }

    /** Of the tick so many days before the next one. */
    static String nominal(int days) {
        return NEXT.atZone(ZoneId.of(ZONE)).minusDays(days).toLocalDateTime().toString();
    }

    /** Somebody has skipped the next one. */
    static Map<String, Object> ticks() {
        return Map.of(
                "items",
                List.of(
                        tick(0, "SKIPPED", "by kim: holiday", null, Duration.ZERO),
                        tick(1, "COMPLETED", null, 4711L, Duration.ZERO),
                        tick(2, "FAILED", null, 4699L, Duration.ZERO),
                        tick(3, "MISSED", "nobody looked at it when it was due", null, Duration.ZERO)));
    }

    static Map<String, Object> outlook() {
        return Map.of(
                "unfinished",
                List.of(
                        tick(2, "FAILED", null, 4699L, Duration.ZERO),
                        tick(1, "WAITING", "for it", null, Duration.ZERO)),
                "coming",
                IntStream.range(0, 3)
                        .mapToObj(i -> Map.of(
                                "nominal",
                                nominal(-i),
                                "due",
                                NEXT.plus(Duration.ofDays(i)).toString(),
                                "parameters",
                                Map.of()))
                        .toList());
    }

    /** Of {@code days} days, of which one is missing. */
    static Map<String, Object> plan(int days) {
        return Map.of(
                "items",
                IntStream.range(0, days)
                        .mapToObj(i -> Map.of(
                                "nominal",
                                nominal(days - i),
                                "act",
                                i == 2 ? "launch" : "leave",
                                "why",
                                i == 2 ? "it was missed" : "execution " + (4600 + i) + " is completed"))
                        .toList());
    }

    static Map<String, Object> jobs() {
        return Map.of(
                "items",
                List.of(
                        Map.of("name", "nightly-report", "title", "Nightly report"),
                        Map.of("name", "settle-positions")));
    }

    static Map<String, Object> job() {
        return Map.of(
                "name",
                "nightly-report",
                "title",
                "Nightly report",
                "deployed",
                true,
                "restartable",
                true,
                "findings",
                List.of());
    }
}
