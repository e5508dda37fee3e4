package dev.reprise.sample.flights;

import org.jspecify.annotations.Nullable;

/**
 * A row and the verdict on it.
 *
 * @param row the row
 * @param fault the first rule that it breaks; null if it keeps them all
 */
record CheckedFlight(FlightRow row, @Nullable Fault fault) {

    /** What a row can be rejected for, in the order in which it is checked: the first one counts. */
    enum Fault {
        UNKNOWN_AIRPORT,
        DISTANCE,
        DELAY,
        MONTH
    }
}
