package dev.reprise.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's log with {@code log_statement = all}: one line for each statement that was executed. */
final class StatementLog {

    /** Database, process of the session, transaction: read by {@link #LINE}. */
    static final String PREFIX = "%d,%p,%v,";

    private static final Pattern LINE =
            Pattern.compile("([^,]*),(\\d+),([^,]*),LOG:  (?:execute [^:]*|statement): (.*)", Pattern.DOTALL);

    private StatementLog() {}

    /**
     * One transaction of a session.
     *
     * @param statements in order, without BEGIN and its end
     */
    record Transaction(List<String> statements, boolean committed) {

        /** Whether its commit has to reach the disk. */
        boolean writes() {
            return committed && statements.stream().anyMatch(StatementLog::writes);
        }
    }

    /** The transactions of a database that the log tells of, from a byte of it on. */
    static List<Transaction> read(Path log, long from, String database) throws IOException {
        Map<String, List<String>> transactions = new LinkedHashMap<>();
        Map<String, Boolean> committed = new LinkedHashMap<>();
        for (String entry : entries(log, from)) {
            Matcher line = LINE.matcher(entry);
            if (!line.matches() || !line.group(1).equals(database)) {
                continue;
            }
            String transaction = line.group(2) + " " + line.group(3);
            String sql = oneLine(line.group(4));
            List<String> statements = transactions.computeIfAbsent(transaction, id -> new ArrayList<>());
            switch (sql.toUpperCase(Locale.ROOT)) {
                case "BEGIN", "BEGIN READ ONLY", "COMMIT" -> {}
                case "ROLLBACK" -> committed.put(transaction, false);
                default -> statements.add(sql);
            }
        }
        List<Transaction> result = new ArrayList<>();
        transactions.forEach((id, statements) -> {
            if (!statements.isEmpty()) {
                result.add(new Transaction(statements, committed.getOrDefault(id, true)));
            }
        });
        return result;
    }

    /** An entry's further lines begin with a tab. */
    static List<String> entries(Path log, long from) throws IOException {
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(from);
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return List.of(text.replace("\n\t", " ").split("\n"));
        }
    }

    static String oneLine(String sql) {
        return sql.strip().replaceAll("\\s+", " ");
    }

    private static boolean writes(String sql) {
        String lower = sql.toLowerCase(Locale.ROOT);
        return lower.matches("(?s)(insert|update|delete|truncate|copy|create|alter)\\b.*")
                || lower.matches("(?s)with\\b.*\\b(insert into|update|delete from)\\b.*")
                || lower.contains("for update")
                || lower.contains("nextval");
    }
}
