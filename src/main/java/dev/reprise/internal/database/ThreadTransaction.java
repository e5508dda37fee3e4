package dev.reprise.internal.database;

import dev.reprise.internal.database.ThreadTransaction.Health;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The JTA transaction that the calling thread is in: joined, watched, begun and ended. Thread-safe. */
public final class ThreadTransaction {

    public static final String ENDED_BEFORE_ITS_TIME =
            "its transaction is not active any more. Did it take longer than its time-out"
                    + " (jakarta.transaction.global.timeout of the step, 180 s), or does an artifact end it?";

    private static final int SECONDS_TO_ANSWER = 5;

    private final Connections connections;
    private final TransactionManager transactions;

    ThreadTransaction(Connections connections, TransactionManager transactions) {
        this.connections = connections;
        this.transactions = transactions;
    }

    /**
     * Does the work in the transaction that the thread is in, the chunk's, and in no other way: where that transaction has
     * ended, by its time-out say, some pools give a connection that commits each statement by itself.
     *
     * @param outcome told how the transaction ends
     * @throws IllegalStateException if the work was not done in it; it may have been done nonetheless if the transaction
     *     ended meanwhile
     */
    public <T extends @Nullable Object> T join(
            Transaction transaction, Synchronization outcome, Function<Connection, T> work) {
        mustBeActive(transaction);
        try {
            transaction.registerSynchronization(outcome);
        } catch (RollbackException | SystemException e) {
            throw new IllegalStateException("its transaction takes nothing more: " + e.getMessage(), e);
        }
        return connections.watched(() -> joined(transaction, work));
    }

    private <T extends @Nullable Object> T joined(Transaction transaction, Function<Connection, T> work) {
        try (Connection connection = connections.inTransaction()) {
            if (connection.getAutoCommit()) {
                throw new IllegalStateException(
                        "the data source gives a connection that is not in its transaction; it has"
                                + " to be a JTA data source");
            }
            T result = work.apply(connection);
            mustBeActive(transaction);
            return result;
        } catch (SQLException e) {
            throw Sql.failed(e);
        }
    }

    /** How a transaction is after something failed in it. */
    public enum Health {
        GOOD,
        /** Nothing of it will be committed, and nothing more can be done in it. */
        GIVEN_UP,
        /** The database does not answer. */
        AWAY
    }

    /**
     * How the transaction of this thread is. PostgreSQL gives one up when a statement fails, and JTA does not know; H2 does
     * with a deadlock. Asked with a statement, so not for what happens often.
     */
    public Health healthAfter(Throwable thrown) {
        try {
            if (wasRefusedAConnection(thrown)) {
                return Health.AWAY;
            }
            if (transactions.getStatus() != Status.STATUS_ACTIVE || SqlFailures.isRolledBack(thrown)) {
                return Health.GIVEN_UP;
            }
            return takesMore() ? Health.GOOD : Health.GIVEN_UP;
        } catch (SQLException e) {
            connections.failed(e);
            return SqlFailures.isAway(e) ? Health.AWAY : Health.GIVEN_UP;
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }

    private boolean takesMore() throws SQLException {
        try (Connection connection = connections.inTransaction()) {
            return !connection.getAutoCommit() && answers(connection);
        }
    }

    static boolean answers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute("select 1");
        }
    }

    public void begin() {
        try {
            transactions.begin();
        } catch (NotSupportedException | SystemException e) {
            throw new NotRecordedError("No transaction could be begun: " + e.getMessage(), e);
        }
    }

    /**
     * Commits what this thread is in.
     *
     * @param what was done in it, as people read it
     * @throws IllegalStateException if it was rolled back instead, with the reason
     */
    public void commit(String what) {
        try {
            transactions.commit();
        } catch (RollbackException
                | HeuristicMixedException
                | HeuristicRollbackException
                | SystemException
                | IllegalStateException e) {
            connections.failed(e);
            throw new IllegalStateException(what + " could not be committed: " + e.getMessage(), e);
        }
    }

    /** Rolls back what this thread is in, and begins anew. */
    public void replace() {
        rollBack();
        begin();
    }

    /** On its thread: a local connection of Agroal's cannot be rolled back in a transaction that is suspended. */
    private void rollBack() {
        try {
            transactions.rollback();
        } catch (IllegalStateException | SystemException e) {
            suspend(); // its time was up, and the thread is still bound to it
        }
    }

    private static void mustBeActive(Transaction transaction) {
        if (!isActive(transaction)) {
            throw new IllegalStateException(ENDED_BEFORE_ITS_TIME);
        }
    }

    /** Whether what is done in it can still be committed. */
    public static boolean isActive(Transaction transaction) {
        return statusOf(transaction) == Status.STATUS_ACTIVE;
    }

    private static int statusOf(Transaction transaction) {
        try {
            return transaction.getStatus();
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }

    /**
     * Whether a database was away when something was thrown in a chunk, by that and by what became of the connection. Asked
     * with a round trip, where something failed.
     */
    public boolean wasAwayFor(Throwable thrown) {
        return wasAwayFor(thrown, e -> isActive() || wasRefusedAConnection(e));
    }

    /** The same beside chunks, in a transaction that the repository's database has perhaps no part in, and can have none. */
    public boolean wasAwayBesideChunksFor(Throwable thrown) {
        return wasAwayFor(thrown, SqlFailures::isAway);
    }

    private boolean wasAwayFor(Throwable thrown, Predicate<SQLException> lost) {
        boolean away = SqlFailures.isAway(thrown) || wasRefusedAConnection(thrown) || hasLostConnection(lost);
        if (away) {
            connections.renew();
        }
        return away;
    }

    /**
     * Whether it is given up because the pool's connection was closed: Agroal gives that nonetheless, and the first use of
     * it fails for another reason.
     */
    public boolean wasRefusedAConnection(Throwable thrown) {
        Transaction current = current();
        boolean refused = current != null
                && statusOf(current) == Status.STATUS_MARKED_ROLLBACK
                && SqlFailures.isNotEnlisted(thrown);
        if (refused) {
            connections.renew();
        }
        return refused;
    }

    /** @param lost whether the refusal of one tells so too */
    private boolean hasLostConnection(Predicate<SQLException> lost) {
        if (!isActive()) {
            return false;
        }
        try (Connection connection = connections.inTransaction()) {
            return !connection.isValid(SECONDS_TO_ANSWER);
        } catch (SQLException e) {
            return lost.test(e);
        }
    }

    private boolean isActive() {
        Transaction current = current();
        return current != null && isActive(current);
    }

    /** Whether the thread is in a transaction that has not ended, though perhaps only to be rolled back. */
    public boolean isOpen() {
        Transaction current = current();
        if (current == null) {
            return false;
        }
        int status = statusOf(current);
        return status == Status.STATUS_ACTIVE || status == Status.STATUS_MARKED_ROLLBACK;
    }

    /**
     * Ends what an artifact has left of a transaction on this thread, on which others run next.
     *
     * @return whether there was something
     */
    public boolean leave() {
        if (current() == null) {
            return false;
        }
        rollBack();
        return true;
    }

    /** The transaction of this thread, or null if there is none that could still do something. */
    @Nullable
    public Transaction current() {
        try {
            return transactions.getTransaction();
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }

    @Nullable
    Transaction suspend() {
        try {
            return transactions.suspend();
        } catch (SystemException e) {
            throw new IllegalStateException("the caller's transaction cannot be suspended", e);
        }
    }

    void resume(@Nullable Transaction suspended) {
        if (suspended == null) {
            return;
        }
        try {
            transactions.resume(suspended);
        } catch (InvalidTransactionException | SystemException e) {
            throw new IllegalStateException("the caller's transaction cannot be resumed", e);
        }
    }
}
