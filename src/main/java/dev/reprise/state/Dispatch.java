package dev.reprise.state;

import java.util.Optional;
import java.util.Properties;

/**
 * Whether a launch is for any node of the application, as a reserved parameter of the request: it identifies nothing, no schema
 * judges it, and it is not kept. On H2, which knows one node at a time, it runs where it was launched.
 */
public final class Dispatch {

    /** The parameter: {@code true}, or {@code false} as if it were not given. */
    public static final String PARAMETER = "reprise.dispatch";

    private Dispatch() {}

    public static boolean in(Properties asked) {
        return "true".equals(asked.getProperty(PARAMETER));
    }

    /** What is wrong with its value, and what to write. */
    public static Optional<String> fault(Properties asked) {
        String value = asked.getProperty(PARAMETER, "false");
        return value.equals("true") || value.equals("false")
                ? Optional.empty()
                : Optional.of(PARAMETER + ": is '" + value + "'; write true, or false, or leave it out");
    }

    /** The same parameters without it. */
    public static Properties without(Properties asked) {
        Properties others = (Properties) asked.clone();
        others.remove(PARAMETER);
        return others;
    }
}
