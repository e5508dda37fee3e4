package dev.reprise.item;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Told of each row that the database refused, when all others of the chunk are in their table; in the order of the chunk.
 *
 * @param <T> of the items
 */
@FunctionalInterface
public interface RejectHandler<T> {

    /**
     * Takes notice of one row; an exception fails the chunk.
     *
     * @param connection the chunk's: what is written with it, to a table of rejected rows, say, commits with the chunk
     * @param item what was to be written
     * @param index its place in the chunk, from 0
     * @param reason what the database said of this row
     */
    void rejected(Connection connection, T item, int index, SQLException reason) throws SQLException;
}
