package dev.reprise.bench;

import dev.reprise.bench.BarChart.Bar;
import dev.reprise.bench.BarChart.Group;
import dev.reprise.bench.Results.Spread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/** {@code docs/performance.md} and its pictures, from what was measured; what was not measured is not mentioned. */
final class Report {

    private static final String REPRISE = PeerKind.REPRISE.title();
    private static final String STOCK = PeerKind.STOCK.title();
    private static final String SPRING = PeerKind.SPRING.title();
    private static final String RAW = PeerKind.RAW.title();

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    Report(Results results) {
        this.results = results;
    }

    /** Writes {@code performance.md} into the folder, and the pictures into {@code images} in it. */
    void write(Path folder) {
        head();
        launches();
        counts();
        imports();
        bulk();
        restart();
        partitions();
        distributed();
        history();
        circumstances();
        try {
            Path images = Files.createDirectories(folder.resolve("images"));
            Files.writeString(folder.resolve("performance.md"), text);
            picture(images.resolve("performance-launch.svg"), launchPicture());
            picture(images.resolve("performance-import.svg"), importPicture());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void picture(Path file, Optional<String> svg) throws IOException {
        if (svg.isPresent()) {
            Files.writeString(file, svg.get());
        }
    }

    private void head() {
        text.append("""
                # Performance

                <!-- Written by bench/run: change bench/src/main/java/dev/reprise/bench/Report.java instead. -->

                Reprise beside stock WildFly with the engine's own JDBC repository, Spring Batch 6, and plain JDBC without any
                engine, which is the floor: what the rows themselves cost. All of them measured in turn on one machine, with one
                PostgreSQL that waits for its disk (`fsync`). [How, and how fair that is](../bench/README.md).

                Medians, and the least and the most of all rounds in brackets. Ratios are of medians; less than %.0f %% either way is
                noise, and says "none".

                """.formatted(100 * Ratio.NOISE));
    }

    // ---- Launches ---------------------------------------------------------------------------------------------------

    private void launches() {
        for (String workload : List.of("launch", "launch-h2")) {
            if (results.works(workload).isEmpty()) {
                continue;
            }
            boolean h2 = workload.equals("launch-h2");
            section(h2 ? "Launches with an H2 file" : "Launches");
            text.append(
                    "Jobs with one step, launched and COMPLETED, in a second. Each client waits for the end of one before the next.\n\n");
            if (!h2) {
                image("performance-launch.svg", "Launches in a second");
            }
            MarkdownTable table = new MarkdownTable(
                    "clients, job, executions before",
                    STOCK,
                    SPRING,
                    REPRISE,
                    "to stock",
                    "to Spring",
                    "Reprise, job operator",
                    "floor (3 commits)");
            MarkdownTable latencies =
                    new MarkdownTable("p99 in ms; failed launches", STOCK, SPRING, REPRISE, "floor (3 commits)");
            MarkdownTable processors = new MarkdownTable(
                    "processor time of a launch, ms: peer + database", STOCK, SPRING, REPRISE, "floor (3 commits)");
            String floor = h2 ? RAW : RAW + ", 3 commits";
            for (Map<String, String> work : results.works(workload)) {
                table.row(List.of(
                        launch(work),
                        rate(workload, work, STOCK),
                        rate(workload, work, SPRING),
                        rate(workload, work, REPRISE),
                        ratio(workload, work, "rate", REPRISE, STOCK),
                        ratio(workload, work, "rate", REPRISE, SPRING),
                        rate(workload, work, REPRISE + ", job operator"),
                        rate(workload, work, floor)));
                latencies.row(List.of(
                        launch(work),
                        latency(workload, work, STOCK),
                        latency(workload, work, SPRING),
                        latency(workload, work, REPRISE),
                        latency(workload, work, floor)));
                processors.row(List.of(
                        launch(work),
                        processors(workload, work, STOCK),
                        processors(workload, work, SPRING),
                        processors(workload, work, REPRISE),
                        processors(workload, work, floor)));
            }
            text.append(table).append('\n').append(latencies).append('\n').append(processors);
            text.append("\nTheir sum times the rate is how many processors are busy.\n\n");
        }
    }

    private String processors(String workload, Map<String, String> work, String peer) {
        Optional<Spread> own = results.spread(workload, work, peer, "cpu.us");
        Optional<Spread> database = results.spread(workload, work, peer, "database.cpu.us");
        return own.isEmpty() || database.isEmpty()
                ? "–"
                : number(own.get().median() / 1000) + " + "
                        + number(database.get().median() / 1000);
    }

    private static String launch(Map<String, String> work) {
        return "%s, %s, %,d"
                .formatted(
                        work.get("clients"),
                        "job-0".equals(work.get("job")) ? "nothing" : "a chunk of ten",
                        Long.parseLong(work.getOrDefault("history", "0")));
    }

    private String rate(String workload, Map<String, String> work, String peer) {
        return spread(workload, work, peer, "rate", value -> number(value) + "/s");
    }

    private String seconds(String workload, Map<String, String> work, String peer) {
        return spread(workload, work, peer, "seconds", Report::number);
    }

    private String latency(String workload, Map<String, String> work, String peer) {
        double failed = results.spread(workload, work, peer, "failed.share")
                .map(Spread::median)
                .orElse(0.0);
        return spread(workload, work, peer, "p99.ms", Report::number)
                + (failed > 0 ? String.format(Locale.ROOT, "; **%.0f %% failed**", Math.max(1, 100 * failed)) : "");
    }

    private Optional<String> launchPicture() {
        List<Group> groups = new ArrayList<>();
        for (Map<String, String> work : results.works("launch")) {
            if (!"job-0".equals(work.get("job"))) {
                continue;
            }
            List<Bar> bars = new ArrayList<>();
            for (String peer : List.of(REPRISE, STOCK, SPRING, RAW + ", 3 commits")) {
                results.spread("launch", work, peer, "rate")
                        .ifPresent(rate -> bars.add(new Bar(peer, rate.median(), number(rate.median()))));
            }
            long history = Long.parseLong(work.get("history"));
            groups.add(new Group(
                    (work.get("clients").equals("1") ? "1 client" : work.get("clients") + " clients")
                            + (history == 0 ? "" : ", %,d executions of history".formatted(history)),
                    bars));
        }
        return groups.isEmpty()
                ? Optional.empty()
                : Optional.of(BarChart.svg(
                        "Launches in a second",
                        "One step that does nothing, from the launch until it is COMPLETED. More is better.",
                        groups));
    }

    // ---- Counts -----------------------------------------------------------------------------------------------------

    private void counts() {
        if (results.works("counts").isEmpty()) {
            return;
        }
        section("Statements and commits");
        text.append("""
                Counted in PostgreSQL's log, without `begin` and `commit` and without the job's own statements. A commit is a transaction
                that writes: it waits for the disk. `bench/run counts` fails when Reprise has more than
                [bench/limits.properties](../bench/limits.properties) allows.

                """);
        MarkdownTable table = new MarkdownTable("", STOCK, SPRING, REPRISE);
        for (String thing : List.of("launch", "chunk")) {
            for (String what : List.of("statements", "transactions", "commits")) {
                List<String> row = new ArrayList<>(List.of("%s of a %s".formatted(what, thing)));
                for (String peer : List.of(STOCK, SPRING, REPRISE)) {
                    row.add(spread("counts", Map.of(), peer, thing + "." + what, Report::number));
                }
                table.row(row);
            }
        }
        text.append(table).append('\n');
        phases();
    }

    private void phases() {
        MarkdownTable table =
                new MarkdownTable("of Reprise, for each partition", "statements", "transactions", "commits");
        table.row(phase("one chunk, on the node of the step", "partition"));
        for (PartitionPhase phase : PartitionPhase.values()) {
            if (results.spread("counts", Map.of(), REPRISE, phase.counted() + ".statements")
                    .isEmpty()) {
                return;
            }
            table.row(phase("on any node: " + phase.title(), phase.counted()));
        }
        text.append("""
                A partition that any node may run, counted on one node with 20 of them. All are planned at once. What varies is shared by those
                that fall together, or done every few seconds: this is one run.

                """);
        text.append(table).append('\n');
    }

    private List<String> phase(String title, String name) {
        return List.of(
                title,
                spread("counts", Map.of(), REPRISE, name + ".statements", Report::number),
                spread("counts", Map.of(), REPRISE, name + ".transactions", Report::number),
                spread("counts", Map.of(), REPRISE, name + ".commits", Report::number));
    }

    // ---- Imports ----------------------------------------------------------------------------------------------------

    private void imports() {
        MarkdownTable table = new MarkdownTable(
                "rows, chunk", "floor", STOCK, SPRING, REPRISE, "to the floor", "to stock", "to Spring");
        for (String workload : List.of("import", "import-plain", "import-h2", "flights")) {
            for (Map<String, String> work : results.works(workload)) {
                table.row(List.of(
                        imported(work),
                        seconds(workload, work, RAW),
                        seconds(workload, work, STOCK),
                        seconds(workload, work, SPRING),
                        seconds(workload, work, REPRISE),
                        ratio(workload, work, "seconds", REPRISE, RAW),
                        ratio(workload, work, "seconds", REPRISE, STOCK),
                        ratio(workload, work, "seconds", REPRISE, SPRING)));
            }
        }
        if (table.isEmpty()) {
            return;
        }
        section("Imports");
        text.append("""
                Seconds from the launch until the last of the flights of a CSV file is in its table and the job is COMPLETED: the same reader,
                the same batch of inserts. The floor is a loop with one update of a checkpoint in each chunk. Ratios of seconds: less is faster.

                """);
        image("performance-import.svg", "Rows imported in a second");
        text.append(table).append('\n');
    }

    private static String imported(Map<String, String> work) {
        return "%,d, %s%s"
                .formatted(
                        Long.parseLong(work.get("rows")),
                        work.get("chunk"),
                        "h2".equals(work.get("database"))
                                ? ", H2"
                                : "true".equals(work.get("rewrite")) ? "" : ", batches not rewritten");
    }

    private Optional<String> importPicture() {
        List<Group> groups = new ArrayList<>();
        for (Map<String, String> work : results.works("import")) {
            List<Bar> bars = new ArrayList<>();
            for (String peer : List.of(REPRISE, STOCK, SPRING, RAW)) {
                results.spread("import", work, peer, "rows.rate")
                        .ifPresent(rate -> bars.add(
                                new Bar(peer, rate.median(), String.format(Locale.ROOT, "%,.0f", rate.median()))));
            }
            groups.add(new Group("chunk " + work.get("chunk"), bars));
        }
        return groups.isEmpty()
                ? Optional.empty()
                : Optional.of(BarChart.svg(
                        "Rows imported in a second",
                        "Flights from a CSV file into PostgreSQL, the same reader and statement for all. More is better.",
                        groups));
    }

    private void bulk() {
        List<String> workloads = List.of("bulk-plain", "bulk");
        List<String> peers = workloads.stream()
                .flatMap(workload -> results.peers(workload).stream())
                .distinct()
                .toList();
        if (peers.isEmpty()) {
            return;
        }
        section("Imports with what each brings");
        text.append("""
                The same file and table. Spring Batch with its own writer alone (`JdbcBatchItemWriter`) and with its own reader too
                (`FlatFileItemReader`), Reprise with `CsvRecords` and `BulkWriter`. With `reWriteBatchedInserts`, an option of PostgreSQL's
                driver that is off unless somebody sets it, and without it. Seconds.

                """);
        List<String> header = new ArrayList<>(List.of("rows, chunk"));
        header.addAll(peers);
        header.add("Reprise to Spring's writer");
        MarkdownTable table = new MarkdownTable(header);
        for (String workload : workloads) {
            for (Map<String, String> work : results.works(workload)) {
                List<String> row = new ArrayList<>(List.of(imported(work)));
                peers.forEach(peer -> row.add(seconds(workload, work, peer)));
                row.add(ratio(workload, work, "seconds", REPRISE + ", own items", SPRING + ", own writer"));
                table.row(row);
            }
        }
        text.append(table).append('\n');
    }

    private void restart() {
        if (results.works("restart").isEmpty()) {
            return;
        }
        section("Restart after a failure");
        text.append("""
                An import whose file cannot be read at 90 % is restarted. Where the checkpoint is a number of lines, those before it are read
                again; Reprise's own reader goes to a byte.

                """);
        List<String> peers = List.copyOf(results.peers("restart"));
        List<String> header = new ArrayList<>(List.of("at 90 %"));
        header.addAll(peers);
        MarkdownTable table = new MarkdownTable(header);
        for (Map<String, String> work : results.works("restart")) {
            String rows = "%,d rows: ".formatted(Long.parseLong(work.get("rows")));
            table.row(across(rows + "first new chunk committed, ms", "restart", work, "first.chunk.ms", peers));
            table.row(across("lines read and left out", "restart", work, "skipped.lines", peers));
            table.row(across("until COMPLETED, s", "restart", work, "seconds", peers));
        }
        text.append(table).append('\n');
    }

    private void partitions() {
        MarkdownTable table = new MarkdownTable("seconds", RAW, STOCK, SPRING, REPRISE);
        for (Map<String, String> work : results.works("partitions")) {
            table.row(across(
                    "%s of %,d rows"
                            .formatted(
                                    work.get("partitions").equals("1")
                                            ? "no partitions"
                                            : work.get("partitions") + " partitions, each in a thread",
                                    Long.parseLong(work.get("rows"))),
                    "partitions",
                    work,
                    "seconds",
                    List.of(RAW, STOCK, SPRING, REPRISE)));
        }
        if (!table.isEmpty()) {
            section("Partitions");
            text.append(table).append('\n');
        }
    }

    private void distributed() {
        List<String> peers = List.copyOf(results.peers("distributed"));
        if (peers.isEmpty()) {
            return;
        }
        section("Partitions on many nodes");
        text.append("""
                Eight partitions at a time in all, on one, two and four nodes: WildFlys with Reprise, each in a process of its own. Spring Batch
                partitions remotely over Artemis, with a process that manages and one that works in eight threads. The nodes share the
                machine, so what computes cannot be faster on more of them. First how long a partition has waited until another process
                than that of the step began it, by the rows that both have; then seconds until the step is COMPLETED.

                """);
        List<String> header = new ArrayList<>(List.of(""));
        header.addAll(peers);
        header.add("2 nodes to Spring");
        MarkdownTable table = new MarkdownTable(header);
        for (Map<String, String> work : results.works("distributed")) {
            boolean dispatch = !work.containsKey("partitions");
            String title = dispatch ? "until begun" : work.get("partitions") + " partitions that " + work.get("work");
            for (String value :
                    dispatch ? List.of("p50.ms", "max.ms") : List.of("seconds", "cpu.us", "database.cpu.us")) {
                List<String> row = across(title + ", " + unit(value), "distributed", work, value, peers);
                row.add(ratio("distributed", work, value, "2 nodes", SPRING));
                table.row(row);
            }
        }
        text.append(table).append('\n');
    }

    private static String unit(String value) {
        return switch (value) {
            case "p50.ms" -> "median of a round, ms";
            case "max.ms" -> "the last of a round, ms";
            case "seconds" -> "s";
            case "cpu.us" -> "µs of the processes for each";
            default -> "µs of the database for each";
        };
    }

    private List<String> across(
            String title, String workload, Map<String, String> work, String value, List<String> peers) {
        List<String> row = new ArrayList<>(List.of(title));
        for (String peer : peers) {
            row.add(spread(workload, work, peer, value, Report::number));
        }
        return row;
    }

    // ---- History ----------------------------------------------------------------------------------------------------

    private void history() {
        MarkdownTable table = new MarkdownTable("", STOCK, SPRING, REPRISE);
        for (Map<String, String> work : results.works("list")) {
            String many = "%,d executions".formatted(Long.parseLong(work.get("history")));
            table.row(ofHistory(
                    "20 newest instances with their executions, " + many + ", ms", "list", work, "list.p50.ms"));
            table.row(ofHistory("live heap before that, MB", "list", work, "heap.before.mb"));
            table.row(ofHistory("live heap after that, MB", "list", work, "heap.after.mb"));
            table.row(ofHistory("storage of an execution, bytes", "list", work, "bytes"));
        }
        for (Map<String, String> work : results.works("launch")) {
            if (!"0".equals(work.get("history"))) {
                table.row(withHistoryToEmpty(work));
            }
        }
        for (Map<String, String> work : results.works("admin")) {
            table.row(ofAdmin(work));
        }
        for (Map<String, String> work : results.works("boot")) {
            table.row(ofHistory(
                    "start to first answer, %,d executions, s".formatted(Long.parseLong(work.get("history"))),
                    "boot",
                    work,
                    "seconds"));
        }
        if (!table.isEmpty()) {
            section("With a long history");
            text.append(table).append('\n');
        }
        for (Map<String, String> work : results.works("purge")) {
            text.append(purge(work));
        }
    }

    private String purge(Map<String, String> work) {
        double removed = median("purge", work, "removed");
        double seconds = median("purge", work, "seconds");
        double alone = median("purge", work, "rate.alone");
        double meanwhile = median("purge", work, "rate.meanwhile");
        return """
                The job `reprise-purge` removed %,.0f executions of a history of %,d in %.0f s: a million takes %.0f minutes at that rate.
                Meanwhile 8 clients launched %.0f jobs a second: %.0f %% of the %.0f before and after.

                """.formatted(
                        removed,
                        Long.parseLong(work.get("history")),
                        seconds,
                        seconds / removed * 1_000_000 / 60,
                        meanwhile,
                        100 * meanwhile / alone,
                        alone);
    }

    private double median(String workload, Map<String, String> work, String value) {
        return results.spread(workload, work, REPRISE, value)
                .map(Spread::median)
                .orElse(Double.NaN);
    }

    private List<String> ofHistory(String title, String workload, Map<String, String> work, String value) {
        List<String> row = new ArrayList<>(List.of(title));
        for (String peer : List.of(STOCK, SPRING, REPRISE)) {
            row.add(spread(workload, work, peer, value, Report::number));
        }
        return row;
    }

    private List<String> withHistoryToEmpty(Map<String, String> work) {
        Map<String, String> empty = new TreeMap<>(work);
        empty.put("history", "0");
        List<String> row = new ArrayList<>(List.of("launch rate with %,d executions to that with none, %s client%s"
                .formatted(
                        Long.parseLong(work.get("history")),
                        work.get("clients"),
                        work.get("clients").equals("1") ? "" : "s")));
        for (String peer : List.of(STOCK, SPRING, REPRISE)) {
            Optional<Spread> with = results.spread("launch", work, peer, "rate");
            Optional<Spread> without = results.spread("launch", empty, peer, "rate");
            row.add(
                    with.isEmpty() || without.isEmpty()
                            ? "–"
                            : String.format(
                                    Locale.ROOT,
                                    "%.0f %%",
                                    100 * with.get().median() / without.get().median()));
        }
        return row;
    }

    private List<String> ofAdmin(Map<String, String> work) {
        List<String> row = new ArrayList<>(
                List.of("admin CLI reads the job, %,d executions, ms".formatted(Long.parseLong(work.get("history")))));
        for (String peer : List.of(STOCK, SPRING, REPRISE)) {
            boolean failed = results.spread("admin", work, peer, "admin.succeeded")
                            .map(Spread::median)
                            .orElse(1.0)
                    < 1;
            row.add(failed ? "**no answer**" : spread("admin", work, peer, "admin.ms", Report::number));
        }
        return row;
    }

    // ---- Where
    // --------------------------------------------------------------------------------------------------------

    private void circumstances() {
        section("Measured");
        MarkdownTable table = new MarkdownTable("", "");
        results.circumstances().forEach((name, value) -> table.row(List.of(name, "`" + value + "`")));
        text.append(table);
    }

    private void section(String title) {
        text.append("## ").append(title).append("\n\n");
    }

    private void image(String file, String title) {
        text.append(
                "<p align=\"center\"><img src=\"images/%s\" width=\"760\" alt=\"%s\"></p>%n%n".formatted(file, title));
    }

    private String ratio(String workload, Map<String, String> work, String value, String one, String other) {
        Optional<Spread> of = results.spread(workload, work, one, value);
        Optional<Spread> to = results.spread(workload, work, other, value);
        return of.isEmpty() || to.isEmpty()
                ? "–"
                : new Ratio(of.get().median() / to.get().median()).toString();
    }

    private String spread(
            String workload, Map<String, String> work, String peer, String value, DoubleFunction<String> format) {
        return results.spread(workload, work, peer, value)
                .map(spread -> spread.count() == 1
                        ? format.apply(spread.median())
                        : "%s (%s–%s)"
                                .formatted(
                                        format.apply(spread.median()), number(spread.least()), number(spread.most())))
                .orElse("–");
    }

    /** Three digits that count. */
    static String number(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) || size >= 100) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
    }
}
