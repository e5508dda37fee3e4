package dev.reprise.job;

import dev.reprise.job.JobXml.Element;
import dev.reprise.log.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The changes of a definition that were found, and how they call what was and is in it. */
final class FoundChanges {

    private final Map<String, Element> before;
    private final Map<String, Element> now;
    private final List<DefinitionChange> changes = new ArrayList<>();

    /**
     * @param before the elements that have an id, by it, as they were
     * @param now the same as they are
     */
    FoundChanges(Map<String, Element> before, Map<String, Element> now) {
        this.before = before;
        this.now = now;
    }

    void add(DefinitionChange change) {
        changes.add(change);
    }

    void harmful(String text) {
        changes.add(new DefinitionChange(true, text));
    }

    void harmless(String text) {
        changes.add(new DefinitionChange(false, text));
    }

    /** Whether something harmful is known of an element. */
    boolean isToldOf(String id) {
        return changes.stream()
                .anyMatch(change -> change.harmful() && change.text().startsWith(of(id) + ":"));
    }

    /** What is harmful first. */
    List<DefinitionChange> sorted() {
        return changes.stream()
                .sorted((one, other) -> Boolean.compare(other.harmful(), one.harmful()))
                .toList();
    }

    /** An element with its lines: {@code step load (line 7 before, line 9 now)}. */
    String of(String id) {
        Element was = before.get(id);
        Element is = now.get(id);
        String tag = was != null ? was.tag() : is != null ? is.tag() : "step";
        return tag + " " + Shown.text(id) + lines(Optional.ofNullable(was), Optional.ofNullable(is));
    }

    /** The lines of an element, in brackets, if they are known. */
    static String lines(Optional<Element> was, Optional<Element> is) {
        List<String> lines = new ArrayList<>();
        was.flatMap(RecordedDefinition::lineOf).ifPresent(line -> lines.add("line " + line + " before"));
        is.flatMap(RecordedDefinition::lineOf).ifPresent(line -> lines.add("line " + line + " now"));
        return lines.isEmpty() ? "" : " (" + String.join(", ", lines) + ")";
    }
}
