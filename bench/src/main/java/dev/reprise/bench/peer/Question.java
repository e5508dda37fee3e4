package dev.reprise.bench.peer;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What a peer is asked to do: the workload and its settings. Immutable. */
public record Question(Map<String, String> settings) {

    public Question {
        settings = Map.copyOf(settings);
    }

    /** Reads the query string of a URL. */
    public static Question parse(String query) {
        Map<String, String> settings = new HashMap<>();
        for (String setting : query.split("&")) {
            int equals = setting.indexOf('=');
            if (equals > 0) {
                settings.put(
                        setting.substring(0, equals),
                        URLDecoder.decode(setting.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return new Question(settings);
    }

    /** What to do. */
    public String workload() {
        return text("workload");
    }

    /** A setting that has to be there. */
    public String text(String name) {
        String value = settings.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the setting " + name + " is missing");
        }
        return value;
    }

    /** Whether a setting that need not be there has that value. */
    public boolean is(String name, String value) {
        return value.equals(settings.get(name));
    }

    /** A setting that is a whole number. */
    public int number(String name) {
        return Integer.parseInt(text(name));
    }
}
