package dev.reprise.sample.flights;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/**
 * What the job must find in a month, computed from the file alone, with nothing of the job's own code.
 *
 * @param loaded rows that keep all rules
 * @param rejected rows for each reason there is
 * @param airports by origin
 * @param routes by {@code "ATL-ORD"}
 * @param onTime loaded rows less than 15 minutes late
 */
public record ReferenceTotals(
        long loaded, Map<String, Long> rejected, Map<String, Group> airports, Map<String, Group> routes, long onTime) {

    /**
     * The loaded rows of one airport or route.
     *
     * @param meanDelay minutes
     * @param p90Delay minutes: with the delays ascending, the one at position 0.9 n, rounded up
     * @param onTimePercent of 100
     */
    public record Group(
            long flights, long onTime, long totalDelay, double meanDelay, int p90Delay, double onTimePercent) {

        static Group of(List<Integer> delays) {
            Collections.sort(delays);
            int n = delays.size();
            long total = 0;
            long onTime = 0;
            for (int delay : delays) {
                total += delay;
                if (delay < 15) {
                    onTime++;
                }
            }
            int position = n * 9 % 10 == 0 ? n * 9 / 10 : n * 9 / 10 + 1;
            return new Group(n, onTime, total, (double) total / n, delays.get(position - 1), 100.0 * onTime / n);
        }
    }

    /** The month that comes with the sources. */
    public static ReferenceTotals january() throws IOException {
        return of(data("flights-2001-01.csv.gz"), data("airports.csv"), "2001-01");
    }

    /** In a server as in the project's folder. */
    private static Path data(String file) {
        return Path.of(System.getProperty("reprise.samples", ""), "data", file);
    }

    public static ReferenceTotals of(Path flights, Path airports, String month) throws IOException {
        Set<String> known = new HashSet<>();
        for (String line : Files.readAllLines(airports)) {
            known.add(line.substring(0, line.indexOf(',')));
        }
        Map<String, Long> rejected = new TreeMap<>();
        Map<String, List<Integer>> byAirport = new TreeMap<>();
        Map<String, List<Integer>> byRoute = new TreeMap<>();
        long loaded = 0;
        long onTime = 0;
        try (BufferedReader in = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(flights), 1 << 16), StandardCharsets.UTF_8))) {
            in.readLine();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] field = line.split(",", -1);
                int delay = Integer.parseInt(field[2]);
                String fault = "";
                if (!known.contains(field[4]) || !known.contains(field[5])) {
                    fault = "UNKNOWN_AIRPORT";
                } else if (Integer.parseInt(field[3]) < 1) {
                    fault = "DISTANCE";
                } else if (delay < -120 || delay > 2880) {
                    fault = "DELAY";
                } else if (!field[1].startsWith(month)) {
                    fault = "MONTH";
                }
                if (!fault.isEmpty()) {
                    rejected.merge(fault, 1L, Long::sum);
                    continue;
                }
                loaded++;
                onTime += delay < 15 ? 1 : 0;
                byAirport.computeIfAbsent(field[4], code -> new ArrayList<>()).add(delay);
                byRoute.computeIfAbsent(field[4] + "-" + field[5], codes -> new ArrayList<>())
                        .add(delay);
            }
        }
        return new ReferenceTotals(loaded, rejected, groups(byAirport), groups(byRoute), onTime);
    }

    private static Map<String, Group> groups(Map<String, List<Integer>> delays) {
        Map<String, Group> groups = new TreeMap<>();
        delays.forEach((name, all) -> groups.put(name, Group.of(all)));
        return groups;
    }
}
