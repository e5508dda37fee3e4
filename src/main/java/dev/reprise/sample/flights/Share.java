package dev.reprise.sample.flights;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

/**
 * A part of a whole. Compared with a percentage by multiplying the counts, never by dividing: 5 of 100 is exactly 5 %.
 * Nothing of nothing is neither more nor less than any percentage.
 */
record Share(long part, long whole) {

    Share {
        if (part < 0 || part > whole) {
            throw new IllegalArgumentException(part + " is no part of " + whole);
        }
    }

    boolean isMoreThan(BigDecimal percent) {
        return compareTo(percent) > 0;
    }

    boolean isLessThan(BigDecimal percent) {
        return compareTo(percent) < 0;
    }

    /** Whether this share is less (negative), equal or more (positive) than another one, without rounding. */
    int compareTo(Share other) {
        return BigInteger.valueOf(part)
                .multiply(BigInteger.valueOf(other.whole))
                .compareTo(BigInteger.valueOf(other.part).multiply(BigInteger.valueOf(whole)));
    }

    /** In percent, rounded: only to be shown. */
    double percent() {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }

    private int compareTo(BigDecimal percent) {
        return BigDecimal.valueOf(part)
                .multiply(BigDecimal.valueOf(100))
                .compareTo(percent.multiply(BigDecimal.valueOf(whole)));
    }

    /** {@code "78.51 % (399,039 of 508,239)"}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f %% (%,d of %,d)", percent(), part, whole);
    }
}
