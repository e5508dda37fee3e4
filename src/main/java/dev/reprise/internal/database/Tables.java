package dev.reprise.internal.database;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jdbi.v3.core.config.JdbiConfig;
import org.jspecify.annotations.Nullable;

/**
 * Where the tables are: in the schema that the connections of the data source are in, or in one of their own. Then every
 * statement names it, because a chunk's connection is the application's, whose own schema nobody must change for it.
 * Thread-safe.
 */
public final class Tables {

    /** What needs no quotes, and what every database takes. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

    /** Columns have names like tables: what tells a table is the word before it. */
    private static final Pattern PLACE = Pattern.compile(
            "\\b((?:from|join|into|update|table|next value for)\\s+|(?:nextval|currval|to_regclass)\\(')(?=(?:BATCH|REPRISE)_)");

    private final String prefix;
    private final Map<Sql, Sql> known = new ConcurrentHashMap<>();

    private Tables(String prefix) {
        this.prefix = prefix;
    }

    /**
     * In a schema.
     *
     * @param schema as its database writes it; null for the connection's
     */
    static Tables in(@Nullable String schema) {
        return new Tables(schema == null ? "" : '"' + schema + "\".");
    }

    /**
     * The name of a schema, as a database writes one that stands in no quotes.
     *
     * @throws IllegalArgumentException if it would have to
     */
    static String folded(Dialect dialect, String schema) {
        if (!isName(schema)) {
            throw new IllegalArgumentException("'" + schema + "' is no name for a schema");
        }
        return dialect.folded(schema);
    }

    /** Whether a schema can be called that: letters, digits and underlines, 63 at most, and no digit first. */
    static boolean isName(String schema) {
        return NAME.matcher(schema).matches();
    }

    /** A statement, with the schema before the name of each table and sequence. */
    public String qualified(String statement) {
        return prefix.isEmpty() ? statement : PLACE.matcher(statement).replaceAll(place -> place.group(1) + prefix);
    }

    /** {@link #qualified(String)} for what is sent again and again. */
    public Sql qualified(Sql sql) {
        return prefix.isEmpty()
                ? sql
                : known.computeIfAbsent(sql, its -> new Sql(qualified(its.text()), its.parameters()));
    }

    /** What Jdbi hands on to each statement. */
    public static final class Place implements JdbiConfig<Place> {

        private Tables tables;

        /** For Jdbi: where no schema is set. */
        public Place() {
            this(in(null));
        }

        private Place(Tables tables) {
            this.tables = tables;
        }

        public Tables tables() {
            return tables;
        }

        void set(Tables place) {
            tables = place;
        }

        @Override
        public Place createCopy() {
            return new Place(tables);
        }
    }
}
