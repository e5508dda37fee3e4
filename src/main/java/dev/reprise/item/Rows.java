package dev.reprise.item;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The rows of a chunk, ready to be inserted in ranges. */
interface Rows extends AutoCloseable {

    /** Inserts the rows from this index up to that one; all of them, or what fails is thrown. */
    void insert(int from, int to) throws SQLException;

    @Override
    void close() throws SQLException;

    /** As the database takes them fastest. */
    static <T> Rows of(Connection connection, BulkTable<T> table, List<? extends T> items) throws SQLException {
        CopyApi copy = CopyApi.of(connection);
        return copy == null
                ? new BatchedRows<>(connection, table, items)
                : new CopiedRows<>(copy, connection, table, items);
    }
}
