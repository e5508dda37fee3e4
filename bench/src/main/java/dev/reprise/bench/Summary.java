package dev.reprise.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The medians of a run, for the terminal. */
final class Summary {

    private static final List<String> VALUES = List.of(
            "rate",
            "p50.ms",
            "p99.ms",
            "seconds",
            "first.chunk.ms",
            "list.p50.ms",
            "admin.ms",
            "cpu.us",
            "database.cpu.us",
            "wal.bytes");

    private final Results results;

    Summary(Results results) {
        this.results = results;
    }

    void print(List<String> workloads) {
        Terminal.title("Medians, and (least to most)");
        for (String workload : workloads) {
            for (Map<String, String> work : results.works(workload)) {
                System.out.println("   " + workload + ": "
                        + work.entrySet().stream()
                                .map(entry -> entry.getKey() + " " + entry.getValue())
                                .collect(Collectors.joining(", ")));
                for (String peer : results.peers(workload)) {
                    String values = VALUES.stream()
                            .flatMap(value -> results.spread(workload, work, peer, value).stream()
                                    .map(spread -> "%s %s%s"
                                            .formatted(
                                                    value,
                                                    Report.number(spread.median()),
                                                    VALUES.indexOf(value) > 0 || spread.count() == 1
                                                            ? ""
                                                            : " (%s to %s)"
                                                                    .formatted(
                                                                            Report.number(spread.least()),
                                                                            Report.number(spread.most())))))
                            .collect(Collectors.joining("   "));
                    if (!values.isEmpty()) {
                        System.out.printf("      %-21s %s%n", peer, values);
                    }
                }
            }
        }
    }
}
