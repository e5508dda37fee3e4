package dev.reprise.internal.database;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the SQLState at the bottom of an exception says, or a pool that has none to give. */
public final class SqlFailures {

    /** Duplicate keys and other broken constraints: SQLState class 23. */
    private static final String CONSTRAINT_CLASS = "23";

    private static final String ROLLBACK_CLASS = "40";

    private static final String IN_FAILED_TRANSACTION = "25P02";

    /** Lock time-outs, deadlocks and lost races that a second try cures. */
    private static final Set<String> TRANSIENT = Set.of("HYT00", "40001", "40P01", "55P03", "90131");

    /** A connection of the pool that the database ended while nobody used it: the statement was never executed. */
    private static final Set<String> STALE = Set.of("08003", "57P01", "57P02");

    private static final Set<String> LOCK_TIMEOUTS = Set.of("HYT00", "55P03");

    /** Connections that break or are refused, and servers that shut down or start: what another try later may cure. */
    private static final Pattern AWAY = Pattern.compile("08...|57P0.|90067|90098|90121");

    /** What pools say, with no SQLState, that get no connection in time or at all: Agroal's and IronJacamar's. */
    private static final Pattern POOL_HAS_NONE =
            Pattern.compile("Sorry, acquisition timeout!|Acquisition timeout while waiting|.*\\bIJ000(453|655)\\b");

    /** What Agroal says of a connection that it could not make part of the transaction. */
    private static final String NOT_ENLISTED = "Deferred enlistment not supported";

    private SqlFailures() {}

    /** Whether the database or the way to it is at the bottom of it. */
    public static boolean isDatabases(Throwable thrown) {
        return sqlState(thrown) != null || isAway(thrown);
    }

    public static boolean isDuplicateKey(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && state.startsWith(CONSTRAINT_CLASS);
    }

    /** Whether a statement was not even tried, because one before it had failed in its transaction. */
    public static boolean isRefusedAfterAFailure(Throwable thrown) {
        return IN_FAILED_TRANSACTION.equals(sqlState(thrown));
    }

    /** Whether the database has rolled the transaction back: SQLState class 40. */
    static boolean isRolledBack(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && state.startsWith(ROLLBACK_CLASS);
    }

    /** Whether a second try at once may cure it. */
    static boolean isTransient(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && (TRANSIENT.contains(state) || STALE.contains(state));
    }

    public static boolean isLockTimeout(Throwable thrown) {
        String state = sqlState(thrown);
        return state != null && LOCK_TIMEOUTS.contains(state);
    }

    /** Whether the database could not be reached, or broke the connection off, or its pool had none. */
    public static boolean isAway(Throwable thrown) {
        return isAny(thrown, SqlFailures::saysThatItIsAway);
    }

    private static boolean saysThatItIsAway(SQLException e) {
        return e.getSQLState() == null
                ? e.getMessage() != null
                        && POOL_HAS_NONE.matcher(e.getMessage()).lookingAt()
                : AWAY.matcher(e.getSQLState()).matches();
    }

    /** Whether a connection was used that is in no transaction, though the thread is. */
    static boolean isNotEnlisted(Throwable thrown) {
        return isAny(thrown, e -> NOT_ENLISTED.equals(e.getMessage()));
    }

    private static boolean isAny(Throwable thrown, Predicate<SQLException> wanted) {
        return isAnyIn(thrown, one -> one instanceof SQLException e && wanted.test(e));
    }

    /** Whether something is in it, however deep: a transaction manager may keep as suppressed why a commit failed. */
    public static boolean isAnyIn(Throwable thrown, Predicate<Throwable> wanted) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> left = new ArrayDeque<>(List.of(thrown));
        while (!left.isEmpty()) {
            Throwable one = left.pop();
            if (!seen.add(one)) {
                continue;
            }
            if (wanted.test(one)) {
                return true;
            }
            left.addAll(List.of(one.getSuppressed()));
            if (one.getCause() != null) {
                left.add(one.getCause());
            }
        }
        return false;
    }

    private static @Nullable String sqlState(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e && e.getSQLState() != null) {
                return e.getSQLState();
            }
        }
        return null;
    }
}
