package dev.reprise.lint;

import dev.reprise.lint.Finding.Severity;
import java.util.ArrayList;
import java.util.List;

/** Where findings go. */
final class Findings {

    private final String file;
    private final Severity unjudged;
    private final List<Finding> list = new ArrayList<>();

    /** @param unjudged how bad it is that a rule cannot judge */
    Findings(String file, Severity unjudged) {
        this.file = file;
        this.unjudged = unjudged;
    }

    void error(String rule, int line, String message) {
        list.add(new Finding(Severity.ERROR, rule, file, line, message + end(message)));
    }

    void warning(String rule, int line, String message) {
        list.add(new Finding(Severity.WARNING, rule, file, line, message + end(message)));
    }

    /** A rule asked something that nobody could answer. */
    void unjudged(int line, String message) {
        list.add(new Finding(unjudged, "unjudged", file, line, message + end(message)));
    }

    void add(Finding finding) {
        list.add(finding);
    }

    List<Finding> sorted() {
        return list.stream().distinct().sorted().toList();
    }

    private static String end(String message) {
        return message.endsWith("?") || message.endsWith(".") ? "" : ".";
    }
}
