package dev.reprise.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The log of an execution that several nodes ran: the lines of all by time, each after the name of its node. */
public final class MergedLog {

    /** As server logs begin their lines, also in JSON. */
    private static final Pattern TIME =
            Pattern.compile("^.{0,40}?(?:(\\d{4}-\\d\\d-\\d\\d)[ T])?(\\d\\d:\\d\\d:\\d\\d)(?:[.,](\\d{1,9}))?");

    private MergedLog() {}

    /**
     * What one node has of the log.
     *
     * @param text its lines; null if it has none
     * @param missing why it is not known what it has; null if it is
     */
    public record NodePart(
            String node, @Nullable String text, @Nullable String missing) {}

    /** A line with those after it that have no time, as those of a stack trace. */
    private record Entry(String time, String node, List<String> lines) {}

    /**
     * The last lines, and before them which node's are missing. The times are those of each node's log: its clock's, in its
     * zone. Lines of one node stay in their order.
     *
     * @param parts of two nodes with the same time that of the first comes first
     */
    public static String of(List<NodePart> parts, int lines) {
        int width = parts.stream()
                .mapToInt(part -> OneLine.of(part.node()).length())
                .max()
                .orElse(0);
        StringBuilder text = new StringBuilder();
        List<Entry> entries = new ArrayList<>();
        for (NodePart part : parts) {
            String node = OneLine.of(part.node());
            if (part.missing() != null) {
                text.append("(the part of node ")
                        .append(node)
                        .append(" is missing: ")
                        .append(part.missing())
                        .append(")\n");
            } else if (part.text() != null) {
                entries.addAll(entries(node + " ".repeat(width - node.length()) + " | ", part.text()));
            }
        }
        List<String> all = entries.stream()
                .sorted(Comparator.comparing(Entry::time))
                .flatMap(entry -> entry.lines().stream().map(line -> entry.node() + line))
                .toList();
        all.subList(Math.max(0, all.size() - lines), all.size())
                .forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private static List<Entry> entries(String node, String text) {
        List<Entry> entries = new ArrayList<>();
        Entry last = new Entry("", node, new ArrayList<>());
        for (String line : text.lines().toList()) {
            Matcher time = TIME.matcher(line);
            if (time.find()) {
                String its = (time.group(1) == null ? "" : time.group(1)) + " " + time.group(2) + "."
                        + (time.group(3) == null ? "" : time.group(3));
                // What was logged before it came before it, whatever the clock says.
                last = new Entry(its.compareTo(last.time()) < 0 ? last.time() : its, node, new ArrayList<>());
                entries.add(last);
            } else if (entries.isEmpty()) {
                entries.add(last);
            }
            last.lines().add(line);
        }
        return entries;
    }
}
