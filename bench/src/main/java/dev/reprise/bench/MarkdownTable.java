package dev.reprise.bench;

import java.util.ArrayList;
import java.util.List;

/** A table that is filled row by row. Not thread-safe. */
final class MarkdownTable {

    private final List<List<String>> rows = new ArrayList<>();

    MarkdownTable(String... header) {
        rows.add(List.of(header));
        List<String> line = new ArrayList<>();
        for (int i = 0; i < header.length; i++) {
            line.add(i == 0 ? "---" : "---:");
        }
        rows.add(line);
    }

    MarkdownTable(List<String> header) {
        this(header.toArray(String[]::new));
    }

    void row(List<String> cells) {
        rows.add(List.copyOf(cells));
    }

    boolean isEmpty() {
        return rows.size() == 2;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            text.append("| ").append(String.join(" | ", row)).append(" |\n");
        }
        return text.toString();
    }
}
