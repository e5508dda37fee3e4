package dev.reprise.internal.store;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.state.Acknowledgement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows of {@code REPRISE_ACKNOWLEDGEMENT}: what people know of that needs one. Thread-safe. */
public final class Acknowledgements {

    /** In characters. */
    public static final int LONGEST_NOTE = 1000;

    private static final String INSERT = """
            insert into REPRISE_ACKNOWLEDGEMENT (ATTENTION_KEY, JOB_NAME, CALLER, NOTE, ACKNOWLEDGED_AT, UNTIL_AT)
            values (:key, :job, :caller, :note, current_timestamp, :until)""";

    private static final String DELETE = "delete from REPRISE_ACKNOWLEDGEMENT where ATTENTION_KEY = :key";

    private static final String SWEEP = "delete from REPRISE_ACKNOWLEDGEMENT where UNTIL_AT <= current_timestamp";

    private static final String OF_KEYS = """
            select ATTENTION_KEY, CALLER, NOTE, ACKNOWLEDGED_AT, UNTIL_AT
              from REPRISE_ACKNOWLEDGEMENT
             where ATTENTION_KEY in (<keys>) and UNTIL_AT > current_timestamp
             order by ACKNOWLEDGEMENT_ID
             fetch first 1000 rows only""";

    private final Database database;

    public Acknowledgements(Database database) {
        this.database = database;
    }

    /**
     * Takes the place of what was known under that key.
     *
     * @param key what tells one matter from another, in every application the same
     */
    public void add(String key, @Nullable String job, String caller, @Nullable String note, Instant until) {
        database.doInOwnTransaction(handle -> {
            handle.createUpdate(SWEEP).execute();
            handle.createUpdate(DELETE).bind("key", key).execute();
            handle.createUpdate(INSERT)
                    .bind("key", key)
                    .bind("job", Text.fitOrNull(job, Text.NAME_COLUMN))
                    .bind("caller", Text.fit(caller, Text.SUBMITTER_COLUMN))
                    .bind("note", Text.fitOrNull(note, LONGEST_NOTE))
                    .bind("until", Timestamp.from(until))
                    .execute();
        });
    }

    /** As if nobody knew. */
    public void remove(String key) {
        database.doInOwnTransaction(
                handle -> handle.createUpdate(DELETE).bind("key", key).execute());
    }

    /** Those of some keys whose time is not over, by key. */
    public Map<String, Acknowledgement> of(Collection<String> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        Map<String, Acknowledgement> found = new LinkedHashMap<>();
        database.read(handle -> handle.createQuery(OF_KEYS)
                        .bindList("keys", List.copyOf(keys))
                        .map((row, context) -> Map.entry(
                                row.getString("ATTENTION_KEY"),
                                new Acknowledgement(
                                        row.getString("CALLER"),
                                        row.getString("NOTE"),
                                        row.getTimestamp("ACKNOWLEDGED_AT").toInstant(),
                                        row.getTimestamp("UNTIL_AT").toInstant())))
                        .list())
                .forEach(one -> found.put(one.getKey(), one.getValue()));
        return found;
    }
}
