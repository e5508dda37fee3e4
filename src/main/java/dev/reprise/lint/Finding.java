package dev.reprise.lint;

import java.util.Comparator;
import java.util.Locale;

/**
 * One thing that the linter found in a job's XML.
 *
 * @param rule the rule's name, as docs/guide.md lists them
 * @param file the file, from the deployment's or the given folder on
 * @param line where in it, from 1 on
 * @param message what is wrong, which it is, and what to change
 */
public record Finding(Severity severity, String rule, String file, int line, String message)
        implements Comparable<Finding> {

    private static final Comparator<Finding> ORDER = Comparator.comparing(Finding::file)
            .thenComparingInt(Finding::line)
            .thenComparing(Finding::severity)
            .thenComparing(Finding::rule)
            .thenComparing(Finding::message);

    /** How bad it is. */
    public enum Severity {
        /** The job cannot run, or not as its XML says: it is refused. */
        ERROR,
        /** The job runs, perhaps not as somebody meant it. */
        WARNING
    }

    /** Where and what: {@code META-INF/batch-jobs/flights.xml:12: step 'load' …}. */
    public String text() {
        return file + ":" + line + ": " + message;
    }

    /** Where, how bad, what, and by which rule. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + severity.name().toLowerCase(Locale.ROOT) + ": " + message + " [" + rule + "]";
    }

    /** By file and line. */
    @Override
    public int compareTo(Finding other) {
        return ORDER.compare(this, other);
    }
}
