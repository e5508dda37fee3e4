package dev.reprise.internal.database;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.ConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a pool that may keep what has broken. One of Agroal's on WildFly does: it hands a connection out again
 * that it knows to be closed, until it is told to renew them all. Thread-safe.
 */
public final class Connections implements ConnectionFactory {

    private static final Logger LOG = System.getLogger(Connections.class.getName());

    private static final int TRIES = 6;

    private final DataSource dataSource;
    private final @Nullable Renewal renewal;

    /** How a pool is told; its classes are not visible to deployments. */
    private record Renewal(Method flush, Object mode) {}

    public Connections(DataSource dataSource) {
        this.dataSource = dataSource;
        this.renewal = renewal(dataSource.getClass());
    }

    private static @Nullable Renewal renewal(Class<?> type) {
        for (Class<?> face : type.getInterfaces()) {
            if (face.getName().equals("io.agroal.api.AgroalDataSource")) {
                return renewalOf(face);
            }
        }
        return null;
    }

    private static @Nullable Renewal renewalOf(Class<?> agroal) {
        for (Method method : agroal.getMethods()) {
            if (method.getName().equals("flush") && method.getParameterCount() == 1) {
                for (Object mode : method.getParameterTypes()[0].getEnumConstants()) {
                    if (mode.toString().equals("GRACEFUL")) {
                        return new Renewal(method, mode);
                    }
                }
            }
        }
        return null;
    }

    /**
     * One that is not known to be closed, for work in no transaction of the thread's: with one that is nothing was tried yet.
     */
    @Override
    @SuppressWarnings("MustBeClosed") // by who gets it
    public Connection openConnection() throws SQLException {
        for (int attempt = 1; ; attempt++) {
            Connection connection = dataSource.getConnection();
            try {
                connection.getAutoCommit();
                return connection;
            } catch (SQLException | RuntimeException | Error e) {
                giveBack(connection, e);
                renew();
                if (attempt == TRIES || !SqlFailures.isAway(e)) {
                    throw e;
                }
            }
            pause(attempt);
        }
    }

    /** The one of the thread's transaction. */
    @SuppressWarnings("MustBeClosed")
    Connection inTransaction() throws SQLException {
        return dataSource.getConnection();
    }

    /** What is done with connections from here. */
    <T extends @Nullable Object> T watched(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            failed(e);
            throw e;
        }
    }

    private static void giveBack(Connection connection, Throwable why) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    /** Work with a connection has failed: if that has broken, others have too. */
    public void failed(Throwable thrown) {
        if (!(thrown instanceof ConnectionException) && SqlFailures.isAway(thrown)) {
            renew();
        }
    }

    /** The pool is to give nobody a connection that it has now. Those in use stay with their users. */
    public void renew() {
        if (renewal == null) {
            return;
        }
        try {
            renewal.flush().invoke(dataSource, renewal.mode());
        } catch (IllegalAccessException | InvocationTargetException | RuntimeException e) {
            LOG.log(Level.DEBUG, "the pool could not be told to renew its connections", e);
        }
    }

    /** The pool renews them in the background. */
    private static void pause(int attempt) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(5L, 20L) * attempt);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
