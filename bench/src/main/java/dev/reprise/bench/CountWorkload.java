package dev.reprise.bench;

import dev.reprise.bench.StatementLog.Transaction;
import dev.reprise.bench.peer.ImportRun;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a launch and a chunk cost in statements and commits, counted in PostgreSQL's own log. A count does not depend on the
 * machine, so a limit can stand in a file.
 */
final class CountWorkload implements Workload {

    private static final int LAUNCHES = 50;
    private static final int CHUNKS = 100;
    private static final int CHUNK = 10;
    private static final int PARTITIONS = 20;

    private final Lab lab;
    private final Folders folders;
    private final Options options;
    private final Results results;
    private final List<String> exceeded = new ArrayList<>();

    CountWorkload(Lab lab, Folders folders, Options options, Results results) {
        this.lab = lab;
        this.folders = folders;
        this.options = options;
        this.results = results;
    }

    @Override
    public void run() {
        Properties limits = limits();
        for (PeerKind kind : options.peers()) {
            if (kind == PeerKind.RAW) {
                continue;
            }
            lab.start(kind, new Setup(lab.postgres().create("counts_" + kind.id()), true, true));
            Map<String, Double> counts = new TreeMap<>();
            count(kind, "launch", LAUNCHES, counts);
            count(kind, "chunk", CHUNKS, counts);
            count(kind, "partition", PARTITIONS, counts);
            if (kind == PeerKind.REPRISE) {
                countDistributed(kind, counts);
            }
            lab.stop(kind);
            results.add(new Measurement("counts", Map.of(), kind.title(), 1, counts));
            if (kind == PeerKind.REPRISE) {
                compare(counts, limits);
            }
        }
        if (!exceeded.isEmpty()) {
            throw new LimitExceededException(String.join("\n", exceeded));
        }
    }

    /** Runs a number of things and counts what each of them made the database do. */
    private void count(PeerKind kind, String thing, int number, Map<String, Double> counts) {
        Runnable run = switch (thing) {
            case "launch" -> () -> launch(kind);
            case "chunk" -> () -> load(kind, CHUNKS * CHUNK, 1, ImportRun.SHARED);
            default -> () -> load(kind, PARTITIONS * CHUNK, PARTITIONS, ImportRun.SHARED);
        };
        // What is only done the first time is no part of it.
        run.run();
        List<Transaction> transactions =
                lab.postgres().statementsOf(lab.setup(kind).database(), run);

        Map<String, Integer> calls = calls(transactions);
        // The rest is done once in a while: heartbeats, and what a job does before its first chunk.
        calls.values().removeIf(times -> times < number / 2);
        List<Transaction> counted = transactions.stream()
                .filter(transaction -> transaction.statements().stream().anyMatch(calls::containsKey))
                .toList();
        calls.keySet().removeIf(CountWorkload::isOfTheJob);
        put(kind, "of its own, in a " + thing, thing, calls, counted, number, counts);
    }

    /**
     * The same for partitions that any node may run, on the one node that there is: by phases, of which several partitions
     * share some when they fall together. Nothing that is Reprise's is in none of them.
     */
    private void countDistributed(PeerKind kind, Map<String, Double> counts) {
        Runnable run = () -> load(kind, PARTITIONS * CHUNK, PARTITIONS, ImportRun.DISTRIBUTED);
        run.run();
        Map<PartitionPhase, List<Transaction>> phases =
                lab.postgres().statementsOf(lab.setup(kind).database(), run).stream()
                        .filter(transaction ->
                                !transaction.statements().stream().allMatch(CountWorkload::isOfTheJob))
                        .collect(Collectors.groupingBy(PartitionPhase::of));
        for (PartitionPhase phase : PartitionPhase.values()) {
            List<Transaction> its = phases.getOrDefault(phase, List.of());
            Map<String, Integer> calls = calls(its);
            calls.keySet().removeIf(CountWorkload::isOfTheJob);
            String title = "distributed partition, " + phase.title();
            put(kind, title, phase.counted(), calls, its, phase.among(PARTITIONS), counts);
        }
    }

    /** How often each statement was executed. */
    private static Map<String, Integer> calls(List<Transaction> transactions) {
        Map<String, Integer> calls = new LinkedHashMap<>();
        transactions.forEach(transaction -> transaction.statements().forEach(sql -> calls.merge(sql, 1, Integer::sum)));
        return calls;
    }

    /** Notes what a number of things had, and prints each statement. */
    private static void put(
            PeerKind kind,
            String title,
            String name,
            Map<String, Integer> calls,
            List<Transaction> transactions,
            int number,
            Map<String, Double> counts) {
        double statements =
                round(calls.values().stream().mapToInt(Integer::intValue).sum(), number);
        double commits =
                round((int) transactions.stream().filter(Transaction::writes).count(), number);
        counts.put(name + ".statements", statements);
        counts.put(name + ".transactions", round(transactions.size(), number));
        counts.put(name + ".commits", commits);
        Terminal.note("%s: %s: %.2f statements; %.2f transactions, %.2f of them write"
                .formatted(kind.title(), title, statements, counts.get(name + ".transactions"), commits));
        calls.forEach((sql, times) -> System.out.printf(
                Locale.ROOT,
                "             %5.2f  %s%n",
                (double) times / number,
                sql.substring(0, Math.min(150, sql.length()))));
    }

    private void launch(PeerKind kind) {
        lab.peer(kind).ask("launch-unwatched", Map.of("job", "job-0", "launches", LAUNCHES));
    }

    /** Each partition has one chunk of rows. */
    private void load(PeerKind kind, int rows, int partitions, String how) {
        Path file = new Input(folders).file(rows, partitions);
        lab.peer(kind)
                .ask(
                        "import",
                        Map.of("file", file, "rows", rows, "chunk", CHUNK, "partitions", partitions, "how", how));
    }

    private static boolean isOfTheJob(String sql) {
        return sql.toLowerCase(Locale.ROOT).matches("(?s).*\\b(into|from|table) flight\\b.*");
    }

    private static double round(int count, int number) {
        return Math.round(100.0 * count / number) / 100.0;
    }

    private void compare(Map<String, Double> counts, Properties limits) {
        for (String name : limits.stringPropertyNames()) {
            Double counted = counts.get(name);
            if (counted == null) {
                throw new UsageException("bench/limits.properties limits " + name + ", which is not counted: "
                        + String.join(", ", counts.keySet()) + " are.");
            }
            double limit = Double.parseDouble(limits.getProperty(name));
            if (counted > limit + 0.1) {
                exceeded.add("Reprise has %s in a %s, at most %s are allowed by bench/limits.properties (%s)."
                        .formatted(
                                counted + " " + name.replaceFirst(".*\\.", ""),
                                name.replaceFirst("\\..*", ""),
                                limits.getProperty(name),
                                name));
            }
        }
    }

    private Properties limits() {
        Properties limits = new Properties();
        try (Reader in = Files.newBufferedReader(folders.project().resolve("bench/limits.properties"))) {
            limits.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return limits;
    }
}
