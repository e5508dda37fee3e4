package dev.reprise.internal.engine;

import dev.reprise.testing.InProcessBatch;
import jakarta.transaction.Status;
import jakarta.transaction.Transaction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A pool of which a transaction is rolled back from another thread, as its time-out does, between the moment when somebody
 * asks whether the connection is in it and the statement: that one is then committed by itself.
 */
final class LateStatements {

    static final AtomicBoolean armed = new AtomicBoolean();

    private LateStatements() {}

    static DataSource of(DataSource pool, DataSource plain) {
        return (DataSource) Proxy.newProxyInstance(
                LateStatements.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection") && armed.get() && isActive()) {
                        armed.set(false);
                        return late(plain.getConnection());
                    }
                    return method.invoke(pool, arguments);
                });
    }

    private static boolean isActive() throws Exception {
        return InProcessBatch.transactionManager().getStatus() == Status.STATUS_ACTIVE;
    }

    private static Connection late(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                LateStatements.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("getAutoCommit")) {
                        return false;
                    }
                    if (method.getName().equals("prepareStatement")) {
                        rollBackFromAnotherThread(
                                InProcessBatch.transactionManager().getTransaction());
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void rollBackFromAnotherThread(Transaction transaction) throws Exception {
        Thread reaper = new Thread(() -> {
            try {
                transaction.rollback();
            } catch (Exception e) {
                Logger.getLogger(LateStatements.class.getName()).warning(e.toString());
            }
        });
        reaper.start();
        reaper.join();
    }
}
