package dev.reprise.item;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows that are inserted with a batch of one statement, which a driver may rewrite to one with many rows. */
final class BatchedRows<T> implements Rows {

    private final BulkTable<T> table;
    private final List<? extends T> items;
    private final boolean literals;
    private final PreparedStatement insert;

    /** @param literals whether PostgreSQL is to take a text or a moment for a value of the column's type, as COPY does */
    BatchedRows(Connection connection, BulkTable<T> table, List<? extends T> items, boolean literals)
            throws SQLException {
        this.table = table;
        this.literals = literals;
        this.items = items;
        this.insert = connection.prepareStatement("insert into " + table + " values ("
                + String.join(", ", Collections.nCopies(table.columns().size(), "?")) + ")");
    }

    @Override
    public void insert(int from, int to) throws SQLException {
        insert.clearBatch();
        for (int i = from; i < to; i++) {
            @Nullable Object[] values = table.values(items.get(i));
            for (int column = 0; column < values.length; column++) {
                set(column + 1, values[column]);
            }
            if (to - from == 1) {
                insert.executeUpdate();
                return;
            }
            insert.addBatch();
        }
        insert.executeBatch();
    }

    private void set(int parameter, @Nullable Object value) throws SQLException {
        if (value == null) {
            insert.setNull(parameter, Types.NULL);
        } else if (value instanceof Instant instant) {
            setMoment(parameter, instant.atOffset(ZoneOffset.UTC));
        } else if (value instanceof ZonedDateTime time) {
            setMoment(parameter, time.toOffsetDateTime());
        } else if (value instanceof OffsetDateTime time) {
            setMoment(parameter, time);
        } else if (value instanceof String || value instanceof Character) {
            insert.setObject(parameter, value.toString(), literals ? Types.OTHER : Types.VARCHAR);
        } else {
            insert.setObject(parameter, value);
        }
    }

    private void setMoment(int parameter, OffsetDateTime moment) throws SQLException {
        if (literals) {
            insert.setObject(parameter, moment.toString(), Types.OTHER);
        } else {
            insert.setObject(parameter, moment);
        }
    }

    @Override
    public void close() throws SQLException {
        insert.close();
    }
}
