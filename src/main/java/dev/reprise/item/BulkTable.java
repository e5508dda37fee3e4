package dev.reprise.item;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A table, and what of an item goes into which of its columns. Names are written as in SQL: a plain one is folded as the
 * database folds names, one in double quotes is taken exactly. Immutable.
 *
 * <p>A value has its column's type: a number, {@code String}, {@code Boolean}, {@code byte[]}, {@code UUID}, {@code
 * LocalDate}, {@code LocalTime}, {@code LocalDateTime}, {@code OffsetDateTime}, {@code Instant}, or null.
 *
 * @param <T> of the items
 */
public final class BulkTable<T> {

    private static final String PART = "(?:[\\p{L}_][\\p{L}\\p{N}_$]*|\"(?:[^\"\\x00]|\"\")+\")";
    private static final Pattern COLUMN = Pattern.compile(PART);
    private static final Pattern TABLE = Pattern.compile("(?:" + PART + "\\.){0,2}" + PART);

    private final String name;
    private final List<Column<T>> columns;

    private record Column<T>(String name, Function<? super T, ? extends @Nullable Object> value) {}

    private BulkTable(String name, List<Column<T>> columns) {
        this.name = name;
        this.columns = List.copyOf(columns);
    }

    /**
     * A table without columns yet.
     *
     * @param name with its schema, if need be
     * @throws IllegalArgumentException if that is no name
     */
    public static <T> BulkTable<T> named(String name) {
        return new BulkTable<>(checked(TABLE, name, "table"), List.of());
    }

    /**
     * This one with one more column.
     *
     * @throws IllegalArgumentException if that is no name
     */
    public BulkTable<T> column(String column, Function<? super T, ? extends @Nullable Object> value) {
        List<Column<T>> more = new ArrayList<>(columns);
        more.add(new Column<>(checked(COLUMN, column, "column"), value));
        return new BulkTable<>(name, more);
    }

    private static String checked(Pattern pattern, String name, String what) {
        if (!pattern.matcher(name).matches()) {
            throw new IllegalArgumentException("expected the name of a " + what
                    + ": letters, digits and _, or anything in double quotes; found '" + name + "'");
        }
        return name;
    }

    public String name() {
        return name;
    }

    /** The names of the columns. */
    public List<String> columns() {
        return columns.stream().map(Column::name).toList();
    }

    @Nullable
    Object[] values(T item) {
        @Nullable Object[] values = new @Nullable Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = columns.get(i).value().apply(item);
        }
        return values;
    }

    /** {@code "FLIGHT (ID, ORIGIN)"}. */
    @Override
    public String toString() {
        return name + " (" + String.join(", ", columns()) + ")";
    }
}
