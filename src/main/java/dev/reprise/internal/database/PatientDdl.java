package dev.reprise.internal.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * H2's {@code CREATE TABLE} (and {@code ALTER TABLE}, which creates a copy) waits for the lock of the system table while
 * it holds the database's monitor; other DDL takes the two the other way round. So when an application makes tables of
 * its own while ours are made, the two wait for each other until the time of one lock is up. The statement that gave up
 * has done nothing: here it is given again, because a migration that ends in its middle cannot be begun again where DDL
 * commits by itself.
 */
final class PatientDdl implements InvocationHandler {

    /** H2's {@code ErrorCode.LOCK_TIMEOUT_1}. */
    private static final int LOCK_TIMEOUT = 50200;

    private static final int ATTEMPTS = 10;

    private final Object target;

    private PatientDdl(Object target) {
        this.target = target;
    }

    static DataSource on(DataSource dataSource) {
        return patient(DataSource.class, dataSource);
    }

    private static <T> T patient(Class<T> type, Object target) {
        return type.cast(Proxy.newProxyInstance(
                PatientDdl.class.getClassLoader(), new Class<?>[] {type}, new PatientDdl(target)));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        for (int attempt = 1; ; attempt++) {
            try {
                Object result = method.invoke(target, arguments);
                Class<?> type = method.getReturnType();
                return result != null && (type == Connection.class || Statement.class.isAssignableFrom(type))
                        ? patient(type, result)
                        : result;
            } catch (InvocationTargetException e) {
                boolean again = target instanceof Statement
                        && e.getCause() instanceof SQLException failure
                        && failure.getErrorCode() == LOCK_TIMEOUT
                        && attempt < ATTEMPTS;
                if (!again) {
                    throw e.getCause();
                }
            }
        }
    }
}
