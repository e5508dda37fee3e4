package dev.reprise.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's log with {@code log_min_duration_statement = 0}: how long the server took for each statement. */
final class StatementTimes {

    private static final Pattern LINE = Pattern.compile(
            "([^,]*),\\d+,[^,]*,LOG:  duration: ([0-9.]+) ms  (parse|bind|execute|statement)[^:]*: (.*)",
            Pattern.DOTALL);

    private StatementTimes() {}

    /**
     * All executions of one statement.
     *
     * @param millis of the server, with parsing, planning and binding
     */
    record Total(String sql, int calls, double millis) {

        Total plus(Total other) {
            return new Total(sql, calls + other.calls, millis + other.millis);
        }
    }

    /** What a database's statements took, from a byte of the log on; the costliest first. */
    static List<Total> read(Path log, long from, String database) throws IOException {
        Map<String, Total> totals = new HashMap<>();
        for (String entry : StatementLog.entries(log, from)) {
            Matcher line = LINE.matcher(entry);
            if (line.matches() && line.group(1).equals(database)) {
                String sql = StatementLog.oneLine(line.group(4));
                boolean call = !line.group(3).equals("parse") && !line.group(3).equals("bind");
                totals.merge(sql, new Total(sql, call ? 1 : 0, Double.parseDouble(line.group(2))), Total::plus);
            }
        }
        List<Total> sorted = new ArrayList<>(totals.values());
        sorted.sort(Comparator.comparingDouble(Total::millis).reversed());
        return sorted;
    }
}
