package dev.reprise.internal.database;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL's driver has heard, which JDBC has no words for. A deployment on WildFly need not see the driver's classes: they
 * are asked of the connection.
 */
@FunctionalInterface
interface Notifications {

    Notifications NONE = atMost -> List.of();

    /** The texts that came, or come in time, in their order. */
    List<String> next(Duration atMost) throws SQLException;

    /**
     * Of a connection, which a pool may have wrapped.
     *
     * @throws IllegalStateException if it is none of PostgreSQL's own driver
     */
    static Notifications of(Connection connection) throws SQLException {
        ClassLoader driver = connection
                .getMetaData()
                .unwrap(DatabaseMetaData.class)
                .getClass()
                .getClassLoader();
        try {
            Class<?> type = Class.forName("org.postgresql.PGConnection", false, driver);
            Method next = type.getMethod("getNotifications", int.class);
            Method text = Class.forName("org.postgresql.PGNotification", false, driver)
                    .getMethod("getParameter");
            Object physical = connection.unwrap(type);
            return atMost -> {
                List<String> texts = new ArrayList<>();
                Object[] all = (Object @Nullable []) invoked(next, physical, (int) atMost.toMillis());
                for (Object one : all == null ? new Object[0] : all) {
                    texts.add(String.valueOf(invoked(text, one)));
                }
                return texts;
            };
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "the driver of the data source is not PostgreSQL's own, and what is notified cannot be asked of it",
                    e);
        }
    }

    private static @Nullable Object invoked(Method method, Object on, Object... arguments) throws SQLException {
        try {
            return method.invoke(on, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException broken) {
                throw broken;
            }
            throw new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
