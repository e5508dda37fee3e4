package dev.reprise.log;

import java.util.Locale;

/** Text of unknown origin in one line of a log or message: nothing in it ends the line, turns it round or hides in it. */
public final class OneLine {

    private static final int LONGEST = 300;
    private static final String CUT = "…";

    private OneLine() {}

    /** The text, cut to 300 characters; control, format, line-separating and lone surrogate characters as {@code \}{@code uXXXX}. */
    public static String of(String text) {
        return of(text, LONGEST);
    }

    /** The same, cut to another number of characters. */
    public static String of(String text, int longest) {
        StringBuilder line = new StringBuilder();
        int count = 0;
        int at = 0;
        for (; at < text.length() && count < longest; count++) {
            int character = text.codePointAt(at);
            append(line, character, isVisible(character));
            at += Character.charCount(character);
        }
        return at < text.length() ? line.append(CUT).toString() : line.toString();
    }

    /** A whole text, whose lines and tabs stay as they are. */
    static String each(String text) {
        if (text.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\n' || c == '\r' || c == '\t')) {
            return text;
        }
        StringBuilder lines = new StringBuilder();
        text.codePoints().forEach(c -> append(lines, c, c == '\n' || c == '\r' || c == '\t' || isVisible(c)));
        return lines.toString();
    }

    private static void append(StringBuilder line, int character, boolean asItIs) {
        if (asItIs) {
            line.appendCodePoint(character);
        } else {
            line.append(String.format(Locale.ROOT, "\\u%04x", character));
        }
    }

    private static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
