package dev.reprise.item;

import java.sql.SQLException;

/** The rows of a chunk, ready to be inserted in ranges. */
interface Rows extends AutoCloseable {

    /** Inserts the rows from this index up to that one; all of them, or what fails is thrown. */
    void insert(int from, int to) throws SQLException;

    @Override
    void close() throws SQLException;
}
