package dev.reprise.log;

/** Text of unknown origin as messages may show it. */
public final class Shown {

    private static final int LONGEST = 100;

    private Shown() {}

    /** The text with control, format and line-separating characters as {@code \}{@code uXXXX}, cut to 100 characters. */
    public static String text(String text) {
        return text(text, LONGEST);
    }

    /** The same, cut to another length. */
    public static String text(String text, int longest) {
        return OneLine.of(text, longest);
    }

    /** A value as messages quote it: {@code '2001-13'}. */
    public static String value(String value) {
        return "'" + text(value) + "'";
    }
}
