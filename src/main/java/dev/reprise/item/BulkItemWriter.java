package dev.reprise.item;

import dev.reprise.log.OneLine;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemWriter;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * {@code repriseBulkWriter} in job XML: inserts items into a table. An item is a {@code Map} by the names of the columns, or a
 * {@code List}, an array or a {@link CsvRecord} with one value for each column. Properties: {@code dataSource}, its JNDI
 * name; {@code table}; {@code columns}, separated by commas; {@code emptyIsNull}, {@code true} if an empty field of a CSV
 * record is no value (false); {@code rejectLimit}, how many rows the database may refuse in the step, its restarts included
 * (0). Refused rows are logged, and count as skipped.
 */
@Dependent
@Named("repriseBulkWriter")
@Typed(BulkItemWriter.class)
class BulkItemWriter extends AbstractItemWriter {

    private static final Logger LOGGER = System.getLogger(BulkItemWriter.class.getName());

    private static final int LONGEST_LINE = 1000;

    private final DataSource dataSource;
    private final BulkWriter<Object> writer;
    private final String table;
    private final long rejectLimit;
    private final WriteSkips skips;
    private long rejectedBefore;

    @Inject
    BulkItemWriter(
            @BatchProperty(name = "dataSource") @Nullable String dataSource,
            @BatchProperty(name = "table") @Nullable String table,
            @BatchProperty(name = "columns") @Nullable String columns,
            @BatchProperty(name = "emptyIsNull") @Nullable String emptyIsNull,
            @BatchProperty(name = "rejectLimit") @Nullable String rejectLimit,
            WriteSkips skips) {
        this(
                lookUp(ItemProperties.required("repriseBulkWriter", "dataSource", dataSource)),
                table,
                columns,
                emptyIsNull,
                rejectLimit,
                skips);
    }

    BulkItemWriter(
            DataSource dataSource,
            @Nullable String table,
            @Nullable String columns,
            @Nullable String emptyIsNull,
            @Nullable String rejectLimit,
            WriteSkips skips) {
        this.dataSource = dataSource;
        this.table = ItemProperties.required("repriseBulkWriter", "table", table);
        List<String> names = ItemProperties.names("repriseBulkWriter", "columns", columns);
        boolean nulls = ItemProperties.flag("repriseBulkWriter", "emptyIsNull", emptyIsNull);
        BulkTable<Object> into = BulkTable.named(this.table);
        for (int i = 0; i < names.size(); i++) {
            int column = i;
            into = into.column(names.get(i), item -> value(item, column, names, nulls));
        }
        this.writer = new BulkWriter<>(into);
        this.rejectLimit = limit(rejectLimit);
        this.skips = skips;
    }

    @SuppressWarnings("BanJNDI") // the name is in the job's XML
    private static DataSource lookUp(String name) {
        try {
            return InitialContext.doLookup(name);
        } catch (NamingException e) {
            throw new IllegalArgumentException(
                    "property dataSource of repriseBulkWriter: expected the JNDI name of a data source, found '" + name
                            + "'",
                    e);
        }
    }

    private static long limit(@Nullable String value) {
        try {
            long limit = value == null || value.isBlank() ? 0 : Long.parseLong(value.strip());
            if (limit >= 0) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "property rejectLimit of repriseBulkWriter: expected a number of rows, 0 or more; found '" + value
                        + "'");
    }

    private static @Nullable Object value(Object item, int column, List<String> names, boolean emptyIsNull) {
        int values;
        if (item instanceof Map<?, ?> map) {
            return value(map, names.get(column));
        } else if (item instanceof CsvRecord row) {
            values = row.fields().size();
            if (values == names.size()) {
                String field = row.field(column);
                return emptyIsNull && field.isEmpty() ? null : field;
            }
        } else if (item instanceof List<?> row) {
            values = row.size();
            if (values == names.size()) {
                return row.get(column);
            }
        } else if (item instanceof Object[] row) {
            values = row.length;
            if (values == names.size()) {
                return row[column];
            }
        } else {
            throw new IllegalArgumentException("repriseBulkWriter writes maps, lists, arrays and CSV records; found a "
                    + item.getClass().getName()
                    + ": make one of them in the processor, or use BulkWriter in a writer of your own");
        }
        throw new IllegalArgumentException("expected one value for each of the columns " + String.join(", ", names)
                + ", found " + values + " values: " + item);
    }

    private static @Nullable Object value(Map<?, ?> map, String column) {
        String plain = column.startsWith("\"") ? column.substring(1, column.length() - 1) : column;
        if (!map.containsKey(column) && !map.containsKey(plain)) {
            throw new IllegalArgumentException("expected a value for column " + column
                    + ", or null, in each map that repriseBulkWriter writes; found one with "
                    + map.keySet().stream().map(String::valueOf).sorted().collect(Collectors.joining(", ")));
        }
        return map.containsKey(column) ? map.get(column) : map.get(plain);
    }

    @Override
    public void open(@Nullable Serializable checkpoint) {
        // Also in mid-step, when a chunk is retried.
        rejectedBefore = checkpoint == null ? 0 : (Long) checkpoint - skips.total();
    }

    @Override
    public void writeItems(List<Object> items) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            skips.add(writer.write(connection, items, Math.max(0, rejectLimit - rejected()), this::log));
        }
    }

    private void log(Connection connection, Object item, int index, SQLException reason) {
        LOGGER.log(
                Level.WARNING,
                OneLine.of(
                        "A row for " + table + " was refused"
                                + (item instanceof CsvRecord row ? ": " + row.place() : "") + ": "
                                + reason.getMessage(),
                        LONGEST_LINE));
    }

    private long rejected() {
        return rejectedBefore + skips.total();
    }

    @Override
    public Long checkpointInfo() {
        return rejected();
    }
}
