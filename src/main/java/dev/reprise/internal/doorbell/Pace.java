package dev.reprise.internal.doorbell;

import java.time.Duration;

/**
 * How long a doorbell waits.
 *
 * @param slice for what it waits in one go, and so how late it may notice that it is closed
 * @param patience for an answer, and between two questions whether there still is one
 * @param longestPause between two attempts to connect
 */
record Pace(Duration slice, Duration patience, Duration longestPause) {

    static final Pace USUAL = new Pace(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofSeconds(10));
}
