package dev.reprise.repository;

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
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jspecify.annotations.Nullable;

/** The database, and in which transaction it is spoken to. Thread-safe. */
final class Database {

    /** Duplicate keys and other broken constraints: SQLState class 23. */
    private static final String CONSTRAINT_CLASS = "23";

    private static final String ROLLBACK_CLASS = "40";

    private static final String IN_FAILED_TRANSACTION = "25P02";

    /** Lock time-outs, deadlocks and lost races that a second try cures. */
    private static final Set<String> TRANSIENT = Set.of("HYT00", "40001", "40P01", "55P03", "90131");

    /** A connection of the pool that the database ended while nobody used it: the statement was never executed. */
    private static final Set<String> STALE = Set.of("08003", "57P01", "57P02");

    private static final Logger LOG = System.getLogger(Database.class.getName());

    /** Keeps what it has parsed; the statements are the same for all whose tables are in one schema. */
    private static final SqlParser PARSER = new ColonPrefixSqlParser() {
        @Override
        public ParsedSql parse(String sql, StatementContext context) {
            return super.parse(context.getConfig(Tables.Place.class).tables().qualified(sql), context);
        }
    };

    private static final Set<String> LOCK_TIMEOUTS = Set.of("HYT00", "55P03");

    /** Connections that break or are refused, and servers that shut down or start: what another try later may cure. */
    private static final Pattern AWAY = Pattern.compile("08...|57P0.|90067|90098|90121");

    static final String ENDED_BEFORE_ITS_TIME =
            "its transaction is not active any more. Did it take longer than its time-out"
                    + " (jakarta.transaction.global.timeout of the step, 180 s), or does an artifact end it?";

    private static final int SECONDS_TO_ANSWER = 5;

    private static final int TRIES = 6;
    private static final int TRIES_TO_PERSIST = 5;
    private static final int PAUSE_TO_PERSIST = 20;

    /** In units of {@link #pause}: about a second. */
    private static final int LONGEST_PAUSE = 80;

    private final DataSource dataSource;
    private final Jdbi jdbi;
    private final Tables tables;
    private final TransactionManager transactions;
    private final Dialect dialect;
    private final boolean takesAtOnce;
    private final Duration outage;
    private final int pauseToPersist;

    /** One that waits for nobody. */
    Database(DataSource dataSource, TransactionManager transactions) {
        this(dataSource, transactions, Duration.ZERO, PAUSE_TO_PERSIST);
    }

    /**
     * @param schema that the tables are in; null for that of the connections
     * @param outage for how long the bookkeeping of what runs waits for a database that is away
     */
    Database(DataSource dataSource, @Nullable String schema, TransactionManager transactions, Duration outage) {
        this(dataSource, schema, transactions, outage, PAUSE_TO_PERSIST);
    }

    /**
     * @param pauseToPersist how much longer each pause of {@link #persistently} is than the one before, in units of
     *     {@link #pause}
     */
    Database(DataSource dataSource, TransactionManager transactions, Duration outage, int pauseToPersist) {
        this(dataSource, null, transactions, outage, pauseToPersist);
    }

    private Database(
            DataSource dataSource,
            @Nullable String schema,
            TransactionManager transactions,
            Duration outage,
            int pauseToPersist) {
        this.dataSource = dataSource;
        this.jdbi = Jdbi.create(dataSource);
        jdbi.getConfig(SqlStatements.class).setSqlParser(PARSER);
        // Parameters of jobs may be secrets, and messages end in logs and tables.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(StatementExceptions.MessageRendering.NONE);
        this.transactions = transactions;
        this.dialect = Dialect.of(dataSource);
        this.tables = Tables.in(schema == null ? null : Tables.folded(dialect, schema));
        jdbi.getConfig(Tables.Place.class).set(tables);
        this.takesAtOnce = dialect == Dialect.POSTGRESQL && jdbi.withHandle(AtOnce::isPossible);
        this.outage = outage;
        this.pauseToPersist = pauseToPersist;
    }

    Dialect dialect() {
        return dialect;
    }

    Tables tables() {
        return tables;
    }

    /** On whose behalf something is tried again. */
    interface Caller {

        /** Whether it still matters. */
        boolean isWanted();

        /** The database was away. */
        void databaseWasAway();
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T with(Handle handle);
    }

    /** Work without a result. */
    @FunctionalInterface
    interface Action {
        void with(Handle handle);
    }

    /** Whether the database takes several statements in one round trip, as {@link AtOnce} sends them. */
    boolean takesAtOnce() {
        return takesAtOnce;
    }

    /** Looks something up with statements of which each is a transaction by itself, whatever the caller is in. */
    <T extends @Nullable Object> T read(Work<T> work) {
        return suspended(() -> retried(() -> jdbi.withHandle(work::with)));
    }

    /** {@link #apart} for work that is a transaction by itself: a single statement, or one of {@link AtOnce}. */
    <T extends @Nullable Object> T atOnce(Work<T> work) {
        return read(work);
    }

    /**
     * Does the work in a transaction of its own, whatever transaction the caller is in, and does it again when the
     * database asks for that. The work may run several times and must have no other effects than its SQL.
     */
    <T extends @Nullable Object> T apart(Work<T> work) {
        return suspended(() -> retried(() -> jdbi.inTransaction(work::with)));
    }

    private <T extends @Nullable Object> T suspended(Supplier<T> work) {
        Transaction suspended = suspend();
        try {
            return work.get();
        } finally {
            resume(suspended);
        }
    }

    private static <T extends @Nullable Object> T retried(Supplier<T> work) {
        return retried(work, Database::isTransient);
    }

    private static <T extends @Nullable Object> T retried(Supplier<T> work, Predicate<RuntimeException> mayBeCured) {
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (RuntimeException e) {
                if (attempt == TRIES || !mayBeCured.test(e)) {
                    throw e;
                }
                pause(attempt);
            }
        }
    }

    /** {@link #apart(Work)} for work without a result. */
    void doApart(Action action) {
        apart(handle -> {
            action.with(handle);
            return Boolean.TRUE;
        });
    }

    /** {@link #doApart} for what changes nothing when it is done twice: done again, once, where the connection breaks. */
    void doRepeatably(Action action) {
        try {
            doApart(action);
        } catch (RuntimeException e) {
            if (!isAway(e)) {
                throw e;
            }
            doApart(action);
        }
    }

    /**
     * {@link #apart(Work)}, but who waits for a lock gives up after a few seconds, and is not tried again.
     *
     * @throws org.jdbi.v3.core.JdbiException for which {@link #isLockTimeout} holds
     */
    <T extends @Nullable Object> T impatiently(Work<T> work) {
        return suspended(() -> retried(
                () -> jdbi.inTransaction(handle -> {
                    dialect.limitWaitForLocks(handle);
                    return work.with(handle);
                }),
                e -> isTransient(e) && !isLockTimeout(e)));
    }

    /** {@link #apart(Work)}, which waits for a database that is away. */
    <T extends @Nullable Object> T patiently(Caller caller, Work<T> work) {
        return tried(caller, () -> apart(work), 1);
    }

    /** {@link #atOnce(Work)}, which waits for a database that is away. */
    <T extends @Nullable Object> T patientlyAtOnce(Caller caller, Work<T> work) {
        return tried(caller, () -> atOnce(work), 1);
    }

    /**
     * {@link #patiently} for what must be recorded if it can be at all: tried again for about two seconds, whatever else
     * fails.
     */
    <T extends @Nullable Object> T persistently(Caller caller, Work<T> work) {
        return uninterrupted(() -> tried(caller, () -> apart(work), TRIES_TO_PERSIST));
    }

    /** {@link #atOnce(Work)}, as {@link #persistently}. */
    <T extends @Nullable Object> T persistentlyAtOnce(Caller caller, Work<T> work) {
        return uninterrupted(() -> tried(caller, () -> atOnce(work), TRIES_TO_PERSIST));
    }

    /** Whoever interrupts a job's thread means the job, not its end. */
    private static <T extends @Nullable Object> T uninterrupted(Supplier<T> work) {
        boolean interrupted = Thread.interrupted();
        try {
            return work.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T extends @Nullable Object> T tried(Caller caller, Supplier<T> work, int tries) {
        long deadline = System.nanoTime() + outage.toNanos();
        int failures = 0;
        for (int attempt = 1; ; attempt++) {
            try {
                return work.get();
            } catch (RuntimeException e) {
                boolean away = isAway(e);
                if (away) {
                    caller.databaseWasAway();
                } else {
                    failures++;
                }
                boolean again = away ? System.nanoTime() < deadline : failures < tries;
                if (!again || !caller.isWanted() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.log(
                        attempt == 1 ? Level.WARNING : Level.DEBUG,
                        "Recording failed and is tried again: {0}",
                        Text.line(String.valueOf(e.getMessage())));
                pause(Math.min(pauseToPersist * attempt, LONGEST_PAUSE));
            }
        }
    }

    /**
     * Does the work in the transaction that the thread is in, the chunk's, and in no other way: where that transaction has
     * ended, by its time-out say, some pools give a connection that commits each statement by itself.
     *
     * @param outcome told how the transaction ends
     * @throws IllegalStateException if the work was not done in it; it may have been done nonetheless if the transaction
     *     ended meanwhile
     */
    <T extends @Nullable Object> T joined(
            Transaction transaction, Synchronization outcome, Function<Connection, T> work) {
        mustBeActive(transaction);
        try {
            transaction.registerSynchronization(outcome);
        } catch (RollbackException | SystemException e) {
            throw new IllegalStateException("its transaction takes nothing more: " + e.getMessage(), e);
        }
        try (Connection connection = dataSource.getConnection()) {
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
    enum Health {
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
    Health healthAfter(Throwable thrown) {
        try {
            if (transactions.getStatus() != Status.STATUS_ACTIVE || isRolledBack(thrown)) {
                return Health.GIVEN_UP;
            }
            return takesMore() ? Health.GOOD : Health.GIVEN_UP;
        } catch (SQLException e) {
            return isAway(e) ? Health.AWAY : Health.GIVEN_UP;
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }

    private boolean takesMore() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return !connection.getAutoCommit() && answers(connection);
        }
    }

    private static boolean answers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute("select 1");
        }
    }

    /** Whether the database answers now. */
    boolean isReachable() {
        Transaction suspended = suspend();
        try (Connection connection = dataSource.getConnection()) {
            return answers(connection);
        } catch (SQLException e) {
            return false;
        } finally {
            resume(suspended);
        }
    }

    void begin() {
        try {
            transactions.begin();
        } catch (NotSupportedException | SystemException e) {
            throw new NotRecordedError("No transaction could be begun: " + e.getMessage(), e);
        }
    }

    /** @throws NotRecordedError if it was rolled back instead */
    void commit() {
        try {
            transactions.commit();
        } catch (RollbackException
                | HeuristicMixedException
                | HeuristicRollbackException
                | SystemException
                | IllegalStateException e) {
            throw new NotRecordedError("What was skipped could not be committed: " + e.getMessage(), e);
        }
    }

    /** Rolls back what this thread is in, and begins anew. */
    void replaceTransaction() {
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
    static boolean isActive(Transaction transaction) {
        return statusOf(transaction) == Status.STATUS_ACTIVE;
    }

    private static int statusOf(Transaction transaction) {
        try {
            return transaction.getStatus();
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }

    /** Whether the connection that the thread's transaction has is broken. Asked with a round trip, where something failed. */
    boolean hasLostConnection() {
        Transaction current = current();
        if (current == null || !isActive(current)) {
            return false;
        }
        try (Connection connection = dataSource.getConnection()) {
            return !connection.isValid(SECONDS_TO_ANSWER);
        } catch (SQLException e) {
            return isActive(current);
        }
    }

    /** Whether the thread is in a transaction that has not ended, though perhaps only to be rolled back. */
    boolean isInTransaction() {
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
    boolean leaveTransaction() {
        if (current() == null) {
            return false;
        }
        rollBack();
        return true;
    }

    /** The transaction of this thread, or null if there is none that could still do something. */
    @Nullable
    Transaction current() {
        try {
            return transactions.getTransaction();
        } catch (SystemException e) {
            throw new IllegalStateException("the transaction manager does not answer", e);
        }
    }

    /** Whether the database or the way to it is at the bottom of it. */
    static boolean isDatabases(Throwable thrown) {
        return sqlState(thrown) != null || isAway(thrown);
    }

    static boolean isDuplicateKey(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && state.startsWith(CONSTRAINT_CLASS);
    }

    /** Whether a statement was not even tried, because one before it had failed in its transaction. */
    static boolean isRefusedAfterAFailure(Throwable thrown) {
        return IN_FAILED_TRANSACTION.equals(sqlState(thrown));
    }

    /** Whether the database has rolled the transaction back: SQLState class 40. */
    private static boolean isRolledBack(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && state.startsWith(ROLLBACK_CLASS);
    }

    private static boolean isTransient(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && (TRANSIENT.contains(state) || STALE.contains(state));
    }

    static boolean isLockTimeout(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && LOCK_TIMEOUTS.contains(state);
    }

    /** Whether the database could not be reached, or broke the connection off. */
    static boolean isAway(Throwable thrown) {
        return isAway(thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    /** A transaction manager may keep as suppressed why a commit failed. */
    private static boolean isAway(@Nullable Throwable thrown, Set<Throwable> seen) {
        if (thrown == null || !seen.add(thrown)) {
            return false;
        }
        boolean away = thrown instanceof SQLException e
                && e.getSQLState() != null
                && AWAY.matcher(e.getSQLState()).matches();
        return away
                || isAway(thrown.getCause(), seen)
                || Stream.of(thrown.getSuppressed()).anyMatch(suppressed -> isAway(suppressed, seen));
    }

    private static @Nullable String sqlState(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e && e.getSQLState() != null) {
                return e.getSQLState();
            }
        }
        return null;
    }

    /** A random time, so that who collided does not collide again: 5 to 20 ms for each unit. */
    private static void pause(int units) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(5L, 20L) * units);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Transaction suspend() {
        try {
            return transactions.suspend();
        } catch (SystemException e) {
            throw new IllegalStateException("the caller's transaction cannot be suspended", e);
        }
    }

    private void resume(@Nullable Transaction suspended) {
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
