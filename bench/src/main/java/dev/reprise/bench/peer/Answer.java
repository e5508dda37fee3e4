package dev.reprise.bench.peer;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What a peer measured, by name; as text one {@code name=value} in each line. Not thread-safe. */
public final class Answer {

    private final Map<String, String> values = new TreeMap<>();

    /** Reads what {@link #toString} wrote. */
    public static Answer parse(String text) {
        Properties lines = new Properties();
        try {
            lines.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Answer answer = new Answer();
        lines.stringPropertyNames().forEach(name -> answer.put(name, lines.getProperty(name)));
        return answer;
    }

    /** Adds a value. */
    public Answer put(String name, Object value) {
        values.put(name, String.valueOf(value));
        return this;
    }

    /** A number that the peer measured. */
    public double number(String name) {
        return Double.parseDouble(text(name));
    }

    /** A text that the peer gave. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the peer did not say " + name + ", only " + values);
        }
        return value;
    }

    /** Whether there is such a value. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        values.forEach((name, value) -> text.append(name)
                .append('=')
                .append(value.replace("\\", "\\\\").replace("\r", "").replace("\n", "\\n"))
                .append('\n'));
        return text.toString();
    }
}
