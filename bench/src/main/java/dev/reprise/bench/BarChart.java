package dev.reprise.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Horizontal bars in groups, as SVG that can be read on a light and on a dark page: whoever shows it says which, and the
 * colours follow.
 */
final class BarChart {

    private static final int WIDTH = 760;
    private static final int LEFT = 190;
    private static final int RIGHT = 90;
    private static final int BAR = 16;
    private static final int GAP = 5;
    private static final int TITLE = 58;
    private static final int GROUP = 34;

    /** By the beginning of a bar's name. */
    private static final Map<String, String> CLASSES =
            Map.of("Reprise", "ours", "stock", "stock", "Spring", "spring", "plain", "floor");

    private static final String STYLE = """
            <style>
              text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #3d444d; }
              .title { font-size: 17px; font-weight: 600; fill: #1f2328; }
              .group { font-weight: 600; fill: #1f2328; }
              .note, .value { fill: #59636e; }
              .value { font-variant-numeric: tabular-nums; }
              .axis { stroke: #d1d9e0; }
              .ours { fill: #0c8599; } .stock { fill: #c2694f; } .spring { fill: #74a33a; }
              .floor { fill: none; stroke: #868e96; stroke-width: 1.2; stroke-dasharray: 3 2; }
              .name.ours { fill: #0b7285; font-weight: 600; }
              @media (prefers-color-scheme: dark) {
                text { fill: #c9d1d9; } .title, .group { fill: #f0f6fc; } .note, .value { fill: #9198a1; }
                .axis { stroke: #3d444d; }
                .ours { fill: #22b8cf; } .stock { fill: #e08a70; } .spring { fill: #94c957; } .name.ours { fill: #66d9e8; }
              }
            </style>
            """;

    private BarChart() {}

    /** Bars that belong together. */
    record Group(String title, List<Bar> bars) {}

    /** @param label the value, with its unit */
    record Bar(String name, double value, String label) {}

    static String svg(String title, String note, List<Group> groups) {
        double most = groups.stream()
                .flatMap(group -> group.bars().stream())
                .mapToDouble(Bar::value)
                .max()
                .orElse(1);
        StringBuilder shapes = new StringBuilder();
        int y = TITLE;
        for (Group group : groups) {
            y += GROUP;
            add(shapes, "<text class='group' x='0' y='%d'>%s</text>", y - 12, escaped(group.title()));
            int top = y - 3;
            for (Bar bar : group.bars()) {
                double length = Math.max(1, bar.value() / most * (WIDTH - LEFT - RIGHT));
                String type = type(bar.name());
                String name = type.equals("floor") ? "name" : "name " + type;
                add(
                        shapes,
                        "<text class='%s' x='%d' y='%d' text-anchor='end'>%s</text>",
                        type.equals("ours") ? name : "name",
                        LEFT - 10,
                        y + 12,
                        escaped(bar.name()));
                add(
                        shapes,
                        "<rect class='%s' x='%d' y='%d' width='%.1f' height='%d' rx='2'/>",
                        type,
                        LEFT,
                        y,
                        length,
                        BAR - 1);
                add(
                        shapes,
                        "<text class='value' x='%.1f' y='%d'>%s</text>",
                        LEFT + length + 7,
                        y + 12,
                        escaped(bar.label()));
                y += BAR + GAP;
            }
            add(shapes, "<line class='axis' x1='%1$d' x2='%1$d' y1='%2$d' y2='%3$d'/>", LEFT - 1, top, y - 1);
        }
        int height = y + 8;
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 0 %d %d" width="%1$d" height="%2$d" role="img" \
                aria-label="%s">
                """.formatted(WIDTH + 24, height, escaped(title))
                + STYLE
                + "<text class='title' x='0' y='26'>%s</text>\n".formatted(escaped(title))
                + "<text class='note' x='0' y='47'>%s</text>\n".formatted(escaped(note))
                + shapes
                + "</svg>\n";
    }

    private static String type(String name) {
        return CLASSES.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("stock");
    }

    private static void add(StringBuilder shapes, String format, Object... values) {
        shapes.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
