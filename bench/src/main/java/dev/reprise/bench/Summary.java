package dev.reprise.bench;

import java.util.Map;
import java.util.stream.Collectors;

/** The medians of a run, for the terminal. */
final class Summary {

    private final Results results;

    Summary(Results results) {
        this.results = results;
    }

    void print() {
        Terminal.title("Medians (least to most)");
        for (Map<String, String> work : results.works("launch")) {
            System.out.println("   "
                    + work.entrySet().stream()
                            .map(entry -> entry.getKey() + " " + entry.getValue())
                            .collect(Collectors.joining(", ")));
            for (String peer : results.peers("launch")) {
                results.spread("launch", work, peer, "rate")
                        .ifPresent(rate -> System.out.printf(
                                "      %-22s %8.1f/s (%.1f to %.1f)   p99 %6.2f ms   CPU %5.0f us + database %5.0f us   WAL %6.0f bytes%n",
                                peer,
                                rate.median(),
                                rate.least(),
                                rate.most(),
                                median(work, peer, "p99.ms"),
                                median(work, peer, "cpu.us"),
                                median(work, peer, "database.cpu.us"),
                                median(work, peer, "wal.bytes")));
            }
        }
    }

    private double median(Map<String, String> work, String peer, String value) {
        return results.spread("launch", work, peer, value)
                .map(Results.Spread::median)
                .orElse(Double.NaN);
    }
}
