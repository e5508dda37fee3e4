package dev.reprise.identity;

import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The parameters of one launch, by name. Immutable and thread-safe.
 *
 * @param byName the parameters, ascending by name (the natural order of strings, which is also the order of the key)
 */
public record JobParameters(SortedMap<String, JobParameter> byName) {

    /** What stands before the name of a parameter that does not identify, where a job has no schema (§2.1). */
    public static final String NON_IDENTIFYING_MARK = "-";

    /** What the names begin with that belong to the engine: they never identify and are not stored (§2.5). */
    public static final String ENGINE_PREFIX = "jberet.";

    public JobParameters {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }

    public static JobParameters of(Map<String, JobParameter> byName) {
        return new JobParameters(new TreeMap<>(byName));
    }

    /**
     * Reads the parameters as a plain {@code JobOperator} gets them: a leading {@code -} on a name says that it does
     * not identify, and is not part of the name. The engine's own ({@code jberet.…}) are left out.
     *
     * @throws IllegalArgumentException if a name is empty, or stands both with and without the mark
     */
    public static JobParameters ofProperties(Properties properties) {
        SortedMap<String, JobParameter> byName = new TreeMap<>();
        for (String given : properties.stringPropertyNames()) {
            if (given.startsWith(ENGINE_PREFIX)) {
                continue;
            }
            boolean marked = given.startsWith(NON_IDENTIFYING_MARK);
            String name = marked ? given.substring(NON_IDENTIFYING_MARK.length()) : given;
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a parameter has no name: '" + given + "'");
            }
            JobParameter other = byName.put(name, new JobParameter(properties.getProperty(given, ""), !marked));
            if (other != null) {
                throw new IllegalArgumentException(
                        "parameter '" + name + "' is given twice, as '" + name + "' and as '-" + name + "'");
            }
        }
        return new JobParameters(byName);
    }

    /** The parameters that make the run what it is, ascending by name. */
    public SortedMap<String, String> identifying() {
        SortedMap<String, String> identifying = new TreeMap<>();
        byName.forEach((name, parameter) -> {
            if (parameter.identifying()) {
                identifying.put(name, parameter.value());
            }
        });
        return identifying;
    }

    /** All parameters as the running job sees them: names without marks. */
    public Properties toProperties() {
        Properties properties = new Properties();
        byName.forEach((name, parameter) -> properties.setProperty(name, parameter.value()));
        return properties;
    }

    /** All parameters as people may see them. */
    public Properties toShownProperties() {
        Properties properties = new Properties();
        byName.forEach((name, parameter) -> properties.setProperty(name, parameter.shown()));
        return properties;
    }

    /** The identifying parameters, as messages name a run: {@code [month=2001-01]}, or {@code []} where there is none. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("[");
        identifying()
                .forEach((name, value) -> text.append(text.length() > 1 ? ", " : "")
                        .append(name)
                        .append('=')
                        .append(value));
        return text.append(']').toString();
    }
}
