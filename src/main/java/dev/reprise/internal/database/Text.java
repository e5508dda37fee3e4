package dev.reprise.internal.database;

import dev.reprise.log.OneLine;
import dev.reprise.log.StackTrace;
import org.jspecify.annotations.Nullable;

/** Texts that fit their columns. */
public final class Text {

    public static final int NAME_COLUMN = 100;
    public static final int TEXT_COLUMN = 2500;
    public static final int SUBMITTER_COLUMN = 250;
    public static final int NODE_COLUMN = 250;

    private static final String CUT = "…";

    private Text() {}

    /** How many characters the databases count: Unicode code points on PostgreSQL, and never more on H2. */
    public static int length(String text) {
        return text.length();
    }

    /** The text, visibly cut at its end if the column is shorter, without what a database cannot store. */
    public static String fit(String text, int column) {
        String storable = text.replace('\u0000', '\uFFFD');
        if (length(storable) <= column) {
            return storable;
        }
        int end = column - CUT.length();
        if (Character.isHighSurrogate(storable.charAt(end - 1))) {
            end--;
        }
        return storable.substring(0, end) + CUT;
    }

    /** {@link #fit} for a text that may be missing. */
    public static @Nullable String fitOrNull(@Nullable String text, int column) {
        return text == null ? null : fit(text, column);
    }

    /** The text in one line of a log or message, as {@link OneLine} shows it. */
    public static String line(String text) {
        return OneLine.of(text);
    }

    /** A time span as people read it: {@code 0.4 s}, {@code 12 s}, {@code 3 min 20 s}. */
    public static String duration(long nanos) {
        long millis = nanos / 1_000_000;
        if (millis < 10_000) {
            long tenths = (millis + 50) / 100;
            return tenths / 10 + "." + tenths % 10 + " s";
        }
        long seconds = millis / 1000;
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    /** It begins with the name of the class, also where that tells of itself otherwise. */
    public static String stackTrace(Throwable thrown) {
        String name = thrown.getClass().getName();
        String begin = String.valueOf(thrown).startsWith(name) ? "" : name + ": ";
        return begin + StackTrace.of(thrown).replace('\u0000', '\uFFFD');
    }
}
