package dev.reprise.sample.flights;

import java.util.Comparator;

/**
 * How late the flights were that left one airport in a month, or that flew one route.
 *
 * @param origin IATA code
 * @param destination IATA code; empty in an airport's summary, which is of all flights that left it
 * @param onTime the flights less than 15 minutes late, of all
 * @param totalDelay minutes, early ones counted as negative
 * @param p90Delay minutes: the smallest delay that at least 90 % of the flights did not exceed
 */
record DelaySummary(String origin, String destination, Share onTime, long totalDelay, int p90Delay) {

    /** Least punctual first; of two equally punctual ones the one with more flights, then by code. */
    static final Comparator<DelaySummary> WORST_FIRST = Comparator.comparing(DelaySummary::onTime, Share::compareTo)
            .thenComparing(DelaySummary::flights, Comparator.reverseOrder())
            .thenComparing(DelaySummary::origin)
            .thenComparing(DelaySummary::destination);

    long flights() {
        return onTime.whole();
    }

    /** Minutes. */
    double meanDelay() {
        return flights() == 0 ? 0 : (double) totalDelay / flights();
    }
}
