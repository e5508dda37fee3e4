package dev.reprise.item;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The COPY of PostgreSQL's driver, reached through the class loader of the connection: a deployment on WildFly need not see
 * the driver's classes.
 */
final class CopyApi {

    /** One for each class loader that has the driver, which it may be forgotten with. */
    private static final ClassValue<CopyApi> KNOWN = new ClassValue<>() {
        @Override
        protected CopyApi computeValue(Class<?> pgConnection) {
            return new CopyApi(pgConnection);
        }
    };

    private final Class<?> pgConnection;
    private final MethodHandle getCopyApi;
    private final MethodHandle copyIn;
    private final MethodHandle writeToCopy;
    private final MethodHandle endCopy;
    private final MethodHandle isActive;
    private final MethodHandle cancelCopy;

    private CopyApi(Class<?> pgConnection) {
        this.pgConnection = pgConnection;
        ClassLoader driver = pgConnection.getClassLoader();
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        try {
            Class<?> manager = Class.forName("org.postgresql.copy.CopyManager", true, driver);
            Class<?> copyInClass = Class.forName("org.postgresql.copy.CopyIn", true, driver);
            getCopyApi = generic(lookup.findVirtual(pgConnection, "getCopyAPI", MethodType.methodType(manager)));
            copyIn = generic(lookup.findVirtual(manager, "copyIn", MethodType.methodType(copyInClass, String.class)));
            writeToCopy = lookup.findVirtual(
                            copyInClass,
                            "writeToCopy",
                            MethodType.methodType(void.class, byte[].class, int.class, int.class))
                    .asType(MethodType.methodType(void.class, Object.class, byte[].class, int.class, int.class));
            endCopy = lookup.findVirtual(copyInClass, "endCopy", MethodType.methodType(long.class))
                    .asType(MethodType.methodType(long.class, Object.class));
            isActive = lookup.findVirtual(copyInClass, "isActive", MethodType.methodType(boolean.class))
                    .asType(MethodType.methodType(boolean.class, Object.class));
            cancelCopy = lookup.findVirtual(copyInClass, "cancelCopy", MethodType.methodType(void.class))
                    .asType(MethodType.methodType(void.class, Object.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this PostgreSQL driver has no COPY as of version 42", e);
        }
    }

    private static MethodHandle generic(MethodHandle handle) {
        return handle.asType(handle.type().changeParameterType(0, Object.class).changeReturnType(Object.class));
    }

    /** Null if the connection is not one of PostgreSQL's own driver. */
    static @Nullable CopyApi of(Connection connection) throws SQLException {
        DatabaseMetaData metaData = connection.getMetaData();
        if (!"PostgreSQL".equals(metaData.getDatabaseProductName())) {
            return null;
        }
        for (ClassLoader loader : loaders(connection, metaData)) {
            try {
                Class<?> pgConnection = Class.forName("org.postgresql.PGConnection", false, loader);
                if (connection.isWrapperFor(pgConnection)) {
                    return KNOWN.get(pgConnection);
                }
            } catch (ClassNotFoundException e) {
                // One of the others may know it.
            }
        }
        return null;
    }

    private static List<ClassLoader> loaders(Connection connection, DatabaseMetaData metaData) throws SQLException {
        List<@Nullable ClassLoader> candidates = new ArrayList<>();
        candidates.add(connection.unwrap(Connection.class).getClass().getClassLoader());
        candidates.add(metaData.getClass().getClassLoader());
        candidates.add(metaData.unwrap(DatabaseMetaData.class).getClass().getClassLoader());
        candidates.add(Thread.currentThread().getContextClassLoader());
        List<ClassLoader> loaders = new ArrayList<>();
        for (ClassLoader candidate : candidates) {
            if (candidate != null && !loaders.contains(candidate)) {
                loaders.add(candidate);
            }
        }
        return loaders;
    }

    /** Runs a {@code copy … from stdin} with these bytes; a failure leaves no copy open. */
    void copyIn(Connection connection, String sql, byte[] bytes, int from, int length) throws SQLException {
        Object unwrapped = connection.unwrap(pgConnection);
        try {
            Object copy = copyIn.invokeExact((Object) getCopyApi.invokeExact(unwrapped), sql);
            try {
                writeToCopy.invokeExact(copy, bytes, from, length);
                long unused = (long) endCopy.invokeExact(copy);
            } finally {
                if ((boolean) isActive.invokeExact(copy)) {
                    cancelCopy.invokeExact(copy);
                }
            }
        } catch (SQLException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
