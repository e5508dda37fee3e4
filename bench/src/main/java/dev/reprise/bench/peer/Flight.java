package dev.reprise.bench.peer;

import java.time.LocalDateTime;

/** One row of the input: a flight, with its scheduled local departure, its delay in minutes and its distance in miles. */
public record Flight(long id, LocalDateTime departure, int delay, int distance, String origin, String destination) {

    /** Parses a line of the file. */
    public static Flight parse(String line) {
        int departure = line.indexOf(',');
        int delay = line.indexOf(',', departure + 1);
        int distance = line.indexOf(',', delay + 1);
        int origin = line.indexOf(',', distance + 1);
        int destination = line.indexOf(',', origin + 1);
        return new Flight(
                Long.parseLong(line, 0, departure, 10),
                LocalDateTime.parse(line.substring(departure + 1, delay)),
                Integer.parseInt(line, delay + 1, distance, 10),
                Integer.parseInt(line, distance + 1, origin, 10),
                line.substring(origin + 1, destination),
                line.substring(destination + 1));
    }
}
