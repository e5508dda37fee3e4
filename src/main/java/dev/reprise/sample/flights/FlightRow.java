package dev.reprise.sample.flights;

import dev.reprise.item.CsvFormat;
import dev.reprise.item.CsvRecord;
import java.io.IOException;
import java.time.LocalDateTime;

/**
 * One row of the file, with the right number of fields and numbers where numbers must be, but not checked further.
 *
 * @param line the line in the file, from 1 (the header)
 * @param flightId the number of the flight in the file
 * @param departure scheduled departure, local time of the origin
 * @param delay delay on arrival in minutes; negative is early
 * @param distance in miles
 * @param origin IATA code
 * @param destination IATA code
 * @param text the whole line
 */
record FlightRow(
        long line,
        long flightId,
        LocalDateTime departure,
        int delay,
        int distance,
        String origin,
        String destination,
        String text) {

    /** A stray quote breaks its own row alone. */
    static final CsvFormat FORMAT = CsvFormat.of(
                    "flight_id", "departure", "delay_minutes", "distance_miles", "origin", "destination")
            .oneLineEach();

    static FlightRow of(CsvRecord row) throws IOException {
        return new FlightRow(
                row.line(),
                row.wholeNumber(0, 1, Long.MAX_VALUE),
                row.dateTime(1),
                (int) row.wholeNumber(2, Integer.MIN_VALUE, Integer.MAX_VALUE),
                (int) row.wholeNumber(3, Integer.MIN_VALUE, Integer.MAX_VALUE),
                row.field(4),
                row.field(5),
                row.text());
    }
}
