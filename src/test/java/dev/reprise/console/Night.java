package dev.reprise.console;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What a night leaves behind, as the API answers it: ten thousand executions of 65 jobs, many of which failed. */
final class Night {

    static final int JOBS = 65;
    static final int EXECUTIONS = 10_000;
    static final int PARTITIONS = 200;

    static final Instant BEGIN = Instant.parse("2026-11-27T22:00:00Z");

    static final String CAUSE =
            "load: jakarta.batch.operations.BatchRuntimeException: the item writer of the chunk could"
                    + " not write its items to the table SETTLEMENT_POSITIONS of the warehouse:"
                    + " java.sql.BatchUpdateException: batch entry 17: org.postgresql.util.PSQLException: ERROR: value too long"
                    + " for type character varying(12)";

    private Night() {}

    static String job(int number) {
        String[] kinds = {"import", "settle", "report", "export", "archive"};
        return kinds[number % kinds.length] + "-%02d".formatted(number);
    }

    /** In an order that is not that of the names. */
    static String title(int number) {
        return (char) ('A' + number * 7 % 26) + " " + job(number).replace('-', ' ') + " of positions and their prices";
    }

    static Map<String, Object> execution(long id) {
        int number = (int) (id % JOBS);
        Map<String, Object> execution = new LinkedHashMap<>();
        boolean failed = id % 83 == 0;
        String status = failed ? "FAILED" : "COMPLETED";
        execution.put("id", id);
        execution.put("job", job(number));
        execution.put("instanceId", id);
        execution.put("status", status);
        execution.put("exitStatus", failed ? "FAILED" : id % 97 == 0 ? "ALERT" : "COMPLETED");
        execution.put("created", BEGIN.plusSeconds(id * 3).toString());
        execution.put("started", BEGIN.plusSeconds(id * 3 + 1).toString());
        execution.put("ended", BEGIN.plusSeconds(id * 3 + 9_000 + id % 7200).toString());
        execution.put("node", "batch-node-" + id % 4);
        execution.put("submitter", "scheduler");
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("day", "2026-11-27");
        parameters.put("region", "north-" + id % 9);
        execution.put("parameters", parameters);
        execution.put("live", false);
        if (failed) {
            execution.put("failure", CAUSE);
        }
        return execution;
    }

    /** The last of a job, which takes hours. */
    static Map<String, Object> grid() {
        List<Map<String, Object>> executions = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Map<String, Object> execution = execution(19_900 - (long) JOBS * i);
            execution.put(
                    "ended",
                    Instant.parse(String.valueOf(execution.get("started")))
                            .plusSeconds(400_000 + 9_990L * i)
                            .toString());
            execution.put("steps", Map.of("load", Map.of("status", "COMPLETED")));
            executions.add(execution);
        }
        return Map.of("steps", List.of("load"), "executions", executions);
    }

    /** Restarted again and again, with many days between. */
    static Map<String, Object> instance() {
        List<Map<String, Object>> executions = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            Map<String, Object> execution = execution(119_900 - i);
            Instant begin = BEGIN.minusSeconds(100_000L * i * i);
            execution.put("created", begin.toString());
            execution.put("started", begin.plusSeconds(1).toString());
            execution.put("ended", begin.plusSeconds(9_000).toString());
            execution.put("steps", List.of());
            executions.add(execution);
        }
        return Map.of("id", 7, "job", "settle-01", "parameters", Map.of("day", "2026-11-27"), "executions", executions);
    }

    /** As {@code /executions} pages them. */
    static Map<String, Object> page(Map<String, String> query) {
        int limit = Integer.parseInt(query.getOrDefault("limit", "50"));
        long before = Long.parseLong(query.getOrDefault("after", String.valueOf(EXECUTIONS + 10_001)));
        List<Map<String, Object>> items = new ArrayList<>();
        for (long id = before - 1; id > 10_000 && items.size() < limit; id--) {
            items.add(execution(id));
        }
        return Map.of(
                "items",
                items,
                "next",
                String.valueOf(items.get(items.size() - 1).get("id")));
    }

    static Map<String, Object> jobs(Map<String, String> query) {
        int limit = Integer.parseInt(query.getOrDefault("limit", "50"));
        List<Map<String, Object>> all = IntStream.range(0, JOBS)
                .boxed()
                .sorted((one, other) -> job(one).compareTo(job(other)))
                .map(Night::summary)
                .toList();
        List<Map<String, Object>> items = all.stream()
                .filter(job -> !query.containsKey("after")
                        || String.valueOf(job.get("name")).compareTo(query.get("after")) > 0)
                .limit(limit)
                .toList();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("items", items);
        if (items.get(items.size() - 1) != all.get(JOBS - 1)) {
            page.put("next", items.get(items.size() - 1).get("name"));
        }
        return page;
    }

    private static Map<String, Object> summary(int number) {
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("name", job(number));
        job.put("title", title(number));
        job.put(
                "description",
                "Reads what the day has brought, checks it and writes it to where the next job looks for it.");
        job.put("deployed", true);
        job.put("errors", number == 3 ? 2 : 0);
        job.put("warnings", number % 10 == 0 ? 1 : 0);
        job.put(
                "recent",
                IntStream.range(0, 10)
                        .mapToObj(i -> execution(19_500 - 19_500 % JOBS + number - (long) i * JOBS))
                        .toList());
        return job;
    }

    /** A failed one with many partitions, of which a few late ones failed. */
    static Map<String, Object> detail(long id) {
        Map<String, Object> detail = new LinkedHashMap<>(execution(id));
        detail.put("status", "FAILED");
        detail.put("exitStatus", "TOO_MANY_REJECTS");
        detail.put("failure", CAUSE);
        detail.put("attempt", 1);
        detail.put(
                "allParameters",
                List.of(Map.of("name", "day", "value", "2026-11-27", "identifying", true, "secret", false)));
        List<Map<String, Object>> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(i ->
                        step(id * 1000 + i, "load:partition" + i, i == 120 || i == 187 ? "FAILED" : "COMPLETED", i))
                .toList();
        Map<String, Object> load = step(id * 1000 + 999, "load", "FAILED", 300);
        load.put("partitions", partitions);
        detail.put("steps", List.of(step(id * 1000 + 998, "prepare", "COMPLETED", 1), load));
        detail.put("graph", List.of(node("prepare", "load"), node("load", "")));
        detail.put("passages", Map.of("prepare", "COMPLETED", "load", "FAILED"));
        detail.put("transitions", List.of());
        detail.put("actions", Map.of("stop", false, "restart", true, "abandon", true));
        detail.put("logHere", false);
        return detail;
    }

    private static Map<String, Object> node(String id, String next) {
        return Map.of(
                "id",
                id,
                "kind",
                "STEP",
                "chunk",
                true,
                "partitioned",
                id.equals("load"),
                "transitions",
                next.isEmpty() ? List.of() : List.of(Map.of("kind", "NEXT_ATTRIBUTE", "on", "*", "to", next)));
    }

    static Map<String, Object> step(long id, String name, String status, int seconds) {
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("id", id);
        step.put("name", name);
        step.put("status", status);
        step.put("exitStatus", status);
        step.put("started", BEGIN.plusSeconds(30_000).toString());
        step.put("ended", BEGIN.plusSeconds(30_060 + 20L * seconds).toString());
        step.put(
                "counts",
                Map.of(
                        "read",
                        100_000,
                        "written",
                        99_990,
                        "filtered",
                        10,
                        "commits",
                        1000,
                        "rollbacks",
                        1,
                        "readSkips",
                        0,
                        "processSkips",
                        0,
                        "writeSkips",
                        0));
        if (status.equals("FAILED")) {
            step.put("failure", CAUSE);
        }
        step.put("partitions", List.of());
        return step;
    }

    /** 121 failures of few causes, and jobs that are broken. */
    static Map<String, Object> now(boolean acknowledged) {
        List<Map<String, Object>> matters = new ArrayList<>();
        matters.add(matter(
                "broken",
                "settle-01",
                "settle-01.xml:7: step load leads to 'nowhere', which the job does not have.",
                1));
        matters.add(matter("failed", "sftp-upload", "upload: java.net.ConnectException: …: refused", 84));
        for (int i = 0; i < 30; i++) {
            matters.add(matter("failed", job(i), "load: item … is poisoned", i % 3 + 1));
        }
        Map<String, Object> stopped = matter("stopped", "import-00", "It is STOPPED.", 2);
        stopped.put("exitStatus", "TOO_MANY_REJECTS");
        matters.add(stopped);
        Map<String, Object> alert = matter("completed", "report-02", "It completed with an exit status of its own.", 3);
        alert.put("exitStatus", "ALERT");
        matters.add(alert);
        if (acknowledged) {
            matters.get(1)
                    .put(
                            "acknowledged",
                            Map.of(
                                    "user",
                                    "kim",
                                    "note",
                                    "ticket 4711",
                                    "at",
                                    BEGIN.toString(),
                                    "until",
                                    "2026-12-24T08:00:00Z"));
        }
        Map<String, Object> now = new LinkedHashMap<>();
        now.put("running", List.of());
        now.put("attention", matters);
        now.put("attentionInAll", 122);
        now.put("attentionNew", acknowledged ? 121 : 122);
        now.put("attentionWhole", false);
        now.put("nodes", List.of());
        return now;
    }

    private static Map<String, Object> matter(String kind, String job, String message, int count) {
        Map<String, Object> matter = new LinkedHashMap<>();
        matter.put("key", "key-" + kind + "-" + job);
        matter.put("kind", kind);
        matter.put("message", message);
        matter.put("job", job);
        matter.put("count", count);
        boolean ran = !kind.equals("broken");
        matter.put(
                "executions",
                ran
                        ? IntStream.range(0, Math.min(10, count))
                                .mapToObj(i -> 19_999 - i)
                                .toList()
                        : List.of());
        if (ran) {
            matter.put("execution", execution(19_920));
        }
        return matter;
    }
}
