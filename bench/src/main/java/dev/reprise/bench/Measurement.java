package dev.reprise.bench;

import java.util.Map;
import java.util.TreeMap;

/**
 * What one peer took once for one piece of work.
 *
 * @param workload what kind of work: {@code launch}
 * @param work the piece of work, which is the same for all peers: {@code clients=8, history=0}
 * @param peer who did it, with its variant if there are several: {@code raw in 3 commits}
 * @param values numbers by name; the unit is part of the name: {@code p99.ms}
 */
record Measurement(String workload, Map<String, String> work, String peer, int round, Map<String, Double> values) {

    Measurement {
        work = new TreeMap<>(work);
        values = new TreeMap<>(values);
    }
}
