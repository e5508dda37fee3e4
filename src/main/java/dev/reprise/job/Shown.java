package dev.reprise.job;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reprise.identity.JobParameter;
import dev.reprise.log.OneLine;
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
        return OneLine.of(text, longest);
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
}
