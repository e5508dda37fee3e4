package dev.reprise.internal.database;

import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jspecify.annotations.Nullable;

/** The database, and in which transaction it is spoken to. Thread-safe. */
public final class Database {

    /** Keeps what it has parsed. */
    private static final class Parser extends ColonPrefixSqlParser {

        @Override
        public ParsedSql parse(String sql, StatementContext context) {
            return super.parse(context.getConfig(Tables.Place.class).tables().qualified(sql), context);
        }
    }

    private final Connections connections;
    private final Jdbi jdbi;
    private final Tables tables;
    private final ThreadTransaction transaction;
    private final Dialect dialect;
    private final boolean takesSeveralInOneRoundTrip;
    private final Retries retries;

    /** One that waits for nobody. */
    public Database(DataSource dataSource, TransactionManager transactions) {
        this(dataSource, transactions, Duration.ZERO, Retries.PAUSE_TO_PERSIST);
    }

    /**
     * @param schema that the tables are in; null for that of the connections
     * @param outage for how long the bookkeeping of what runs waits for a database that is away
     */
    public Database(DataSource dataSource, @Nullable String schema, TransactionManager transactions, Duration outage) {
        this(dataSource, schema, transactions, outage, Retries.PAUSE_TO_PERSIST);
    }

    /**
     * @param pauseToPersist how much longer each pause of {@link #mustRecord} is than the one before, in units of
     *     5 to 20 ms
     */
    public Database(DataSource dataSource, TransactionManager transactions, Duration outage, int pauseToPersist) {
        this(dataSource, null, transactions, outage, pauseToPersist);
    }

    private Database(
            DataSource dataSource,
            @Nullable String schema,
            TransactionManager transactions,
            Duration outage,
            int pauseToPersist) {
        this.connections = new Connections(dataSource);
        this.jdbi = Jdbi.create(connections);
        jdbi.getConfig(SqlStatements.class).setSqlParser(new Parser());
        // Parameters of jobs may be secrets, and messages end in logs and tables.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(StatementExceptions.MessageRendering.NONE);
        this.transaction = new ThreadTransaction(connections, transactions);
        this.dialect = Dialect.of(connections);
        this.tables = Tables.in(schema == null ? null : Tables.folded(dialect, schema));
        jdbi.getConfig(Tables.Place.class).set(tables);
        this.takesSeveralInOneRoundTrip = read(dialect::takesSeveralAtOnce);
        this.retries = new Retries(outage, pauseToPersist);
    }

    public Dialect dialect() {
        return dialect;
    }

    public Tables tables() {
        return tables;
    }

    /** The one that the calling thread is in. */
    public ThreadTransaction transaction() {
        return transaction;
    }

    /** On whose behalf something is tried again. */
    public interface Caller {

        /** Whether it still matters. */
        boolean isWanted();

        /** The database was away. */
        void databaseWasAway();
    }

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        T with(Handle handle);
    }

    /** Work without a result. */
    @FunctionalInterface
    public interface Action {
        void with(Handle handle);
    }

    /** Whether the database takes several statements in one round trip. */
    public boolean takesSeveralInOneRoundTrip() {
        return takesSeveralInOneRoundTrip;
    }

    /** Looks something up with statements of which each is a transaction by itself, whatever the caller is in. */
    public <T extends @Nullable Object> T read(Work<T> work) {
        return suspended(() -> Retries.retried(() -> connections.watched(() -> jdbi.withHandle(work::with))));
    }

    /**
     * {@link #inOwnTransaction} for work that is a transaction by itself: a single statement, or several in one round
     * trip.
     */
    public <T extends @Nullable Object> T inOneRoundTrip(Work<T> work) {
        return read(work);
    }

    /**
     * Does the work in a transaction of its own, whatever transaction the caller is in, and does it again when the
     * database asks for that. The work may run several times and must have no other effects than its SQL.
     */
    public <T extends @Nullable Object> T inOwnTransaction(Work<T> work) {
        return suspended(() -> Retries.retried(() -> connections.watched(() -> jdbi.inTransaction(work::with))));
    }

    private <T extends @Nullable Object> T suspended(Supplier<T> work) {
        Transaction suspended = transaction.suspend();
        try {
            return work.get();
        } finally {
            transaction.resume(suspended);
        }
    }

    /** {@link #inOwnTransaction(Work)} for work without a result. */
    public void doInOwnTransaction(Action action) {
        inOwnTransaction(handle -> {
            action.with(handle);
            return Boolean.TRUE;
        });
    }

    /**
     * {@link #doInOwnTransaction} for what changes nothing when it is done twice: done again, once, where the connection
     * breaks.
     */
    public void doIdempotently(Action action) {
        try {
            doInOwnTransaction(action);
        } catch (RuntimeException e) {
            if (!SqlFailures.isAway(e)) {
                throw e;
            }
            doInOwnTransaction(action);
        }
    }

    /**
     * {@link #inOwnTransaction(Work)}, but who waits for a lock gives up after a few seconds, and is not tried again.
     *
     * @throws org.jdbi.v3.core.JdbiException for which {@link SqlFailures#isLockTimeout} holds
     */
    public <T extends @Nullable Object> T withShortLockWaits(Work<T> work) {
        return suspended(() -> Retries.retried(
                () -> connections.watched(() -> jdbi.inTransaction(handle -> {
                    dialect.limitWaitForLocks(handle);
                    return work.with(handle);
                })),
                e -> SqlFailures.isTransient(e) && !SqlFailures.isLockTimeout(e)));
    }

    /** {@link #inOwnTransaction(Work)}, which waits for a database that is away. */
    public <T extends @Nullable Object> T throughOutages(Caller caller, Work<T> work) {
        return retries.tried(caller, () -> inOwnTransaction(work), 1);
    }

    /** {@link #inOneRoundTrip(Work)}, which waits for a database that is away. */
    public <T extends @Nullable Object> T throughOutagesInOneRoundTrip(Caller caller, Work<T> work) {
        return retries.tried(caller, () -> inOneRoundTrip(work), 1);
    }

    /**
     * {@link #throughOutages} for what must be recorded if it can be at all: tried again for about two seconds, whatever
     * else fails.
     */
    public <T extends @Nullable Object> T mustRecord(Caller caller, Work<T> work) {
        return Retries.uninterrupted(
                () -> retries.tried(caller, () -> inOwnTransaction(work), Retries.TRIES_TO_PERSIST));
    }

    /** {@link #inOneRoundTrip(Work)}, as {@link #mustRecord}. */
    public <T extends @Nullable Object> T mustRecordInOneRoundTrip(Caller caller, Work<T> work) {
        return Retries.uninterrupted(() -> retries.tried(caller, () -> inOneRoundTrip(work), Retries.TRIES_TO_PERSIST));
    }

    /** Whether the database answers now. */
    public boolean isReachable() {
        return suspended(() -> {
            try (Connection connection = connections.openConnection()) {
                return ThreadTransaction.answers(connection);
            } catch (SQLException e) {
                connections.failed(e);
                return false;
            }
        });
    }
}
