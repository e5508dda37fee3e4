package dev.reprise.item;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Inserts the rows of a chunk in the chunk's transaction: with COPY on PostgreSQL; with a batch elsewhere, and where
 * PostgreSQL has no COPY: into views, and into tables with row-level security. A row that the database refuses (SQLState
 * class 22 or 23: its data are wrong, or break a constraint) is found by halving the chunk, and handed to whoever wants to
 * know; the others are written, in their order. Any other failure, as of the connection or of a deadlock, is thrown as it
 * is. Constraints that are checked at the commit are outside. Thread-safe.
 *
 * @param <T> of the items
 */
public final class BulkWriter<T> {

    private static final String SAVEPOINT = "savepoint REPRISE_BULK";
    private static final String BACK = "rollback to savepoint REPRISE_BULK";
    private static final String RELEASE = "release savepoint REPRISE_BULK";

    /** What PostgreSQL answers to a COPY into a view, and into a table with row-level security. */
    private static final Set<String> NO_COPY = Set.of("42809", "0A000");

    private final BulkTable<T> table;
    private volatile boolean copies = true;

    /**
     * A writer into these columns.
     *
     * @throws IllegalArgumentException if there is none
     */
    public BulkWriter(BulkTable<T> table) {
        if (table.columns().isEmpty()) {
            throw new IllegalArgumentException(
                    "expected the columns into which to write, found none of " + table.name());
        }
        this.table = table;
    }

    /**
     * Writes all items, or fails.
     *
     * @throws SQLException of the first row that the database refuses; its message says which
     */
    public void write(Connection connection, List<? extends T> items) throws SQLException {
        write(connection, items, 0, (same, item, index, reason) -> {});
    }

    /**
     * Writes the items but the ones that the database refuses.
     *
     * @param connection with a transaction, which is left as it is: neither committed nor rolled back
     * @param mostRejects how many rows may be refused
     * @param handler told of each
     * @return how many rows were refused
     * @throws SQLException of the first row beyond {@code mostRejects} that the database refuses; its message says which
     */
    public int write(Connection connection, List<? extends T> items, long mostRejects, RejectHandler<? super T> handler)
            throws SQLException {
        if (items.isEmpty()) {
            return 0;
        }
        mustBeInTransaction(connection);
        List<Reject> rejects = rejects(connection, items, mostRejects);
        mustBeInTransaction(connection);
        for (Reject reject : rejects) {
            handler.rejected(connection, items.get(reject.index()), reject.index(), reject.reason());
        }
        return rejects.size();
    }

    private void mustBeInTransaction(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("a chunk is written to " + table.name()
                    + " in a transaction, and this connection has none: take it from a JTA data source within the chunk,"
                    + " or call setAutoCommit(false). If it had one, that has ended before the chunk did, by its time-out"
                    + " perhaps");
        }
    }

    private List<Reject> rejects(Connection connection, List<? extends T> items, long mostRejects) throws SQLException {
        CopyApi copy = CopyApi.of(connection);
        if (copy == null) {
            return batched(connection, items, mostRejects, false);
        }
        if (copies) {
            try (Rows rows = new CopiedRows<>(copy, connection, table, items)) {
                return new Chunk(connection, rows, items, mostRejects).write();
            } catch (NoCopyException e) {
                // A batch may do.
            }
        }
        List<Reject> rejects = batched(connection, items, mostRejects, true);
        copies = false;
        return rejects;
    }

    private List<Reject> batched(Connection connection, List<? extends T> items, long mostRejects, boolean literals)
            throws SQLException {
        try (Rows rows = new BatchedRows<>(connection, table, items, literals)) {
            return new Chunk(connection, rows, items, mostRejects).write();
        }
    }

    /** Nothing was written: somebody else must do it otherwise. */
    private static final class NoCopyException extends SQLException {

        private static final long serialVersionUID = 1L;

        NoCopyException(SQLException e) {
            super(e.getMessage(), e.getSQLState(), e);
        }
    }

    private record Reject(int index, SQLException reason) {}

    /** One chunk on its way into the table. */
    private final class Chunk {

        private final Connection connection;
        private final Rows rows;
        private final List<? extends T> items;
        private final long mostRejects;
        private final List<Reject> rejects = new ArrayList<>();

        Chunk(Connection connection, Rows rows, List<? extends T> items, long mostRejects) {
            this.connection = connection;
            this.rows = rows;
            this.items = items;
            this.mostRejects = mostRejects;
        }

        List<Reject> write() throws SQLException {
            write(0, items.size());
            return rejects;
        }

        /** In order, so that of two rows with one key the first one is in. */
        private void write(int from, int to) throws SQLException {
            SQLException refused = tryToWrite(from, to);
            if (refused == null) {
                return;
            }
            if (to - from == 1) {
                reject(from, refused);
                return;
            }
            int middle = (from + to) >>> 1;
            write(from, middle);
            write(middle, to);
        }

        private @Nullable SQLException tryToWrite(int from, int to) throws SQLException {
            // Also where nothing fails: PostgreSQL takes no savepoint behind an error. A statement, because JTA data
            // sources forbid Connection.rollback(Savepoint). It carries the BEGIN, which would be a round trip of a
            // COPY's own.
            mustBeInTransaction(connection);
            execute(SAVEPOINT);
            try {
                rows.insert(from, to);
            } catch (SQLException e) {
                boolean noCopy = to - from == items.size()
                        && rows instanceof CopiedRows
                        && NO_COPY.contains(String.valueOf(e.getSQLState()));
                if (!noCopy && !isOfTheRows(e)) {
                    throw e;
                }
                execute(BACK);
                execute(RELEASE); // or the ones to come would lie in it
                if (noCopy) {
                    throw new NoCopyException(e);
                }
                return e;
            }
            if (to - from < items.size()) {
                execute(RELEASE);
            }
            return null;
        }

        private void reject(int index, SQLException reason) throws SQLException {
            if (rejects.size() >= mostRejects) {
                throw new SQLException(
                        "row " + (index + 1) + " of the " + items.size() + " of a chunk for " + table
                                + (items.get(index) instanceof CsvRecord row ? " (" + row.place() + ")" : "")
                                + " was refused"
                                + (mostRejects == 0 ? "" : ", and no more than " + mostRejects + " of the chunk may be")
                                + ": " + reason.getMessage(),
                        reason.getSQLState(),
                        reason.getErrorCode(),
                        reason);
            }
            rejects.add(new Reject(index, reason));
        }

        private void execute(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    /** Whether nothing else went wrong than that data of rows cannot be stored. */
    private static boolean isOfTheRows(SQLException e) {
        for (SQLException one = e; one != null; one = one.getNextException()) {
            String state = one.getSQLState();
            if (state == null || !(state.startsWith("22") || state.startsWith("23"))) {
                return false;
            }
        }
        return true;
    }
}
