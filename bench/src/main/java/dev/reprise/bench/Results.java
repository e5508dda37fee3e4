package dev.reprise.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Everything that a run measured. Not thread-safe. */
final class Results {

    private final List<Measurement> measurements = new ArrayList<>();
    private final Map<String, String> circumstances = new LinkedHashMap<>();

    /** The middle of some measurements, and how far they lie apart. */
    record Spread(double median, double least, double most, int count) {

        static Spread of(double... values) {
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
        }
    }

    void circumstance(String name, String value) {
        circumstances.put(name, value);
    }

    Map<String, String> circumstances() {
        return circumstances;
    }

    void add(Measurement measurement) {
        measurements.add(measurement);
    }

    /** The pieces of work of a workload, in the order in which they were first done. */
    Set<Map<String, String>> works(String workload) {
        Set<Map<String, String>> works = new LinkedHashSet<>();
        measurements.stream()
                .filter(measurement -> measurement.workload().equals(workload))
                .forEach(measurement -> works.add(measurement.work()));
        return works;
    }

    /** Who took part in a workload. */
    Set<String> peers(String workload) {
        Set<String> peers = new LinkedHashSet<>();
        measurements.stream()
                .filter(measurement -> measurement.workload().equals(workload))
                .forEach(measurement -> peers.add(measurement.peer()));
        return peers;
    }

    /** A peer's values of one name over all rounds; empty if there is none. */
    Optional<Spread> spread(String workload, Map<String, String> work, String peer, String value) {
        double[] values = measurements.stream()
                .filter(measurement -> measurement.workload().equals(workload)
                        && measurement.work().equals(work)
                        && measurement.peer().equals(peer)
                        && measurement.values().containsKey(value))
                .mapToDouble(measurement -> measurement.values().get(value))
                .toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(Spread.of(values));
    }

    /** What an earlier run wrote; nothing if there was none. */
    static Results read(Path file) {
        Results results = new Results();
        if (Files.exists(file)) {
            try {
                Stored stored = new ObjectMapper().readValue(file.toFile(), Stored.class);
                results.circumstances.putAll(stored.circumstances());
                results.measurements.addAll(stored.measurements());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return results;
    }

    /** What is measured anew replaces what was measured before. */
    void forget(String workload) {
        measurements.removeIf(measurement -> measurement.workload().equals(workload));
    }

    private record Stored(Map<String, String> circumstances, List<Measurement> measurements) {}

    void write(Path file) {
        try {
            new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValue(file.toFile(), new Stored(circumstances, measurements));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
