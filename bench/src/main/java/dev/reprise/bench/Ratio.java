package dev.reprise.bench;

import java.util.Locale;

/** How many times one median is another, and what may be said of it. */
record Ratio(double value) {

    /** Less than that is what two runs of the same thing differ by. */
    static final double NOISE = 0.20;

    boolean isNoise() {
        return value < 1 + NOISE && value > 1 / (1 + NOISE);
    }

    /** The number alone, or that there is no difference. */
    @Override
    public String toString() {
        String number = String.format(Locale.ROOT, value < 10 ? "%.2f×" : value < 100 ? "%.1f×" : "%,.0f×", value);
        return isNoise() ? number + " (none)" : "**" + number + "**";
    }
}
