package dev.reprise.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reprise.identity.JobParameter;
import java.util.Locale;
import java.util.StringJoiner;

/** Text of unknown origin as messages may show it. */
final class Shown {

    private static final int LONGEST = 100;

    /** What a message quotes instead of a secret. */
    static final String SECRET = JobParameter.MASK;

    private Shown() {}

    /** The text with control, format and line-separating characters as {@code \}{@code uXXXX}, cut to 100 characters. */
    static String text(String text) {
        return text(text, LONGEST);
    }

    /** The same, cut to another length. */
    static String text(String text, int longest) {
        StringBuilder shown = new StringBuilder();
        int count = 0;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            if (count++ == longest) {
                return shown.append('…').toString();
            }
            int character = text.codePointAt(at);
            if (visible(character)) {
                shown.appendCodePoint(character);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", character));
            }
        }
        return shown.toString();
    }

    /** A value as messages quote it: {@code '2001-13'}. */
    static String value(String value) {
        return "'" + text(value) + "'";
    }

    /** A list of values from a schema: {@code daily, monthly}. */
    static String list(Iterable<JsonNode> values) {
        StringJoiner list = new StringJoiner(", ");
        values.forEach(value -> list.add(value.asText()));
        return text(list.toString());
    }

    private static boolean visible(int character) {
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
