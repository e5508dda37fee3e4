package dev.reprise.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The command line: what to measure, and {@code --name value} or {@code --name=value} for how. Immutable. */
final class Options {

    static final String HELP = """
            bench/run [WORKLOAD...] [OPTIONS]

            Workloads: launch, list, boot, purge, launch-h2, import, import-plain, import-h2, bulk, bulk-plain, restart,
            partitions, distributed, flights, counts, which fails if Reprise has more statements or commits than bench/limits.properties allows;
            all of them if none is named, and then docs/performance.md is written from what was measured.
            scale: heartbeats and take-overs of many simulated nodes; scale-partitions: the partitions of a step on many of them,
            and what the database does meanwhile. Only if they are named.
            report: writes it from what the newest runs of each have left.

            --peers stock,spring,reprise,raw  who is measured
            --library JAR                     Reprise's library; else the one that bench/run builds.
                                              What it needs is taken from ROOT/WEB-INF/lib beside it.
            --rounds N                        how often each is measured, in turn
            --seconds N                       how long one measurement of a rate takes
            --clients 1,8                     launch: how many launch at the same time
            --history 0,100000,1000000        launch: executions that are there already
            --jobs job-0,ten-items            launch: a step that does nothing, a chunk of ten items
            --rows N                          import: how many at a chunk of 1000
            --nodes 100,1000                  scale, scale-partitions: how many nodes there are
            --slots 2                         scale-partitions: how many partitions each of them runs at a time
            --partitions 10000                scale-partitions: how many there are
            --pause 2000,0                    scale-partitions: milliseconds that each of them waits in all
            --doorbell notify,none            scale-partitions: how nodes hear of work
            --full                            larger sizes, more rounds, 100,000 executions of history too
            """;

    private static final Set<String> FLAGS = Set.of("full");
    private static final Set<String> NAMES = Set.of(
            "peers",
            "library",
            "rounds",
            "seconds",
            "clients",
            "history",
            "jobs",
            "rows",
            "nodes",
            "partitions",
            "slots",
            "pause",
            "doorbell");

    private final String command;
    private final Set<String> workloads;
    private final Map<String, String> values;

    private Options(String command, Set<String> workloads, Map<String, String> values) {
        this.command = command;
        this.workloads = workloads;
        this.values = values;
    }

    static Options parse(String... arguments) {
        Set<String> workloads = new LinkedHashSet<>();
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (!argument.startsWith("--")) {
                workloads.add(argument);
                continue;
            }
            String name = argument.substring(2).replaceFirst("=.*", "");
            if (FLAGS.contains(name)) {
                values.put(name, "true");
            } else if (!NAMES.contains(name)) {
                throw new UsageException("There is no option " + argument + ".\n\n" + HELP);
            } else if (argument.contains("=")) {
                values.put(name, argument.replaceFirst("[^=]*=", ""));
            } else if (i + 1 < arguments.length) {
                values.put(name, arguments[++i]);
            } else {
                throw new UsageException("The option " + argument + " wants a value.\n\n" + HELP);
            }
        }
        return new Options(command(arguments), workloads, values);
    }

    /** Without the library, whose place concerns nobody else. */
    private static String command(String... arguments) {
        return ("bench/run " + String.join(" ", arguments))
                .replaceAll(" --library[= ]\\S+", "")
                .trim();
    }

    /** As it was typed. */
    String command() {
        return command;
    }

    Set<String> workloads() {
        return workloads;
    }

    boolean full() {
        return values.containsKey("full");
    }

    int number(String name, int otherwise) {
        return values.containsKey(name) ? whole(name, values.get(name)) : otherwise;
    }

    List<Integer> numbers(String name, Integer... otherwise) {
        return values.containsKey(name)
                ? texts(name).stream().map(text -> whole(name, text)).toList()
                : List.of(otherwise);
    }

    List<String> texts(String name, String... otherwise) {
        return values.containsKey(name)
                ? Arrays.stream(values.get(name).split(",")).map(String::trim).toList()
                : List.of(otherwise);
    }

    List<PeerKind> peers() {
        return texts("peers", "stock", "spring", "reprise", "raw").stream()
                .map(PeerKind::of)
                .distinct()
                .toList();
    }

    /** The library's JAR, as bench/run found or built it. */
    static Path library() {
        return Path.of(System.getProperty("bench.library", "")).toAbsolutePath();
    }

    private static int whole(String name, String text) {
        try {
            return Integer.parseInt(text.replace("_", ""));
        } catch (NumberFormatException e) {
            throw new UsageException("--" + name + " wants whole numbers, not '" + text + "'.");
        }
    }
}
