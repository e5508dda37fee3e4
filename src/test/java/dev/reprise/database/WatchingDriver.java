package dev.reprise.database;

import dev.reprise.database.WatchedDatabase.Binding;
import dev.reprise.database.WatchedDatabase.Client;
import dev.reprise.database.WatchedDatabase.Death;
import dev.reprise.database.WatchedDatabase.Entry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells a process's {@link Client} what its connections do. */
final class WatchingDriver implements Driver {

    /** Before the URL of the database. */
    static final String PREFIX = "watched:";

    /** What whoever cleans up calls, such as a pool that gets a connection back: an Error there would hide the first one. */
    private static final Set<String> HARMLESS = Set.of(
            "close",
            "isClosed",
            "rollback",
            "abort",
            "setAutoCommit",
            "getWarnings",
            "clearWarnings",
            "toString",
            "hashCode",
            "equals");

    static Connection watched(Connection real, Client client) {
        return proxy(Connection.class, client, (method, arguments) -> {
            String name = method.getName();
            if (name.equals("commit")) {
                client.commits(real);
            } else if (name.equals("rollback")) {
                client.rollsBack(real);
            } else if (name.equals("close")) {
                client.closes(real);
            }
            Object result = method.invoke(real, arguments);
            if (name.equals("commit")) {
                client.hasCommitted();
                client.answers(real);
            } else if (result instanceof PreparedStatement statement && arguments != null) {
                return watched(PreparedStatement.class, statement, String.valueOf(arguments[0]), real, client);
            } else if (result instanceof Statement statement) {
                return watched(Statement.class, statement, "batch", real, client);
            }
            return result;
        });
    }

    private static <T extends Statement> T watched(
            Class<T> type, T real, String prepared, Connection connection, Client client) {
        Map<Integer, Binding> bindings = new TreeMap<>();
        return proxy(type, client, (method, arguments) -> {
            if (method.getName().startsWith("execute")) {
                String sql = arguments == null ? prepared : String.valueOf(arguments[0]);
                boolean byItself = connection.getAutoCommit();
                client.executes(new Entry(sql, Map.copyOf(bindings)), byItself);
                client.writes(connection, sql);
                Object result = method.invoke(real, arguments);
                if (byItself) {
                    client.answers(connection);
                }
                return result;
            }
            if (method.getName().startsWith("set")
                    && arguments != null
                    && arguments.length > 1
                    && arguments[0] instanceof Integer index) {
                bindings.put(index, Binding.of(method, arguments));
            }
            return method.invoke(real, arguments);
        });
    }

    @FunctionalInterface
    private interface Call {
        @Nullable
        Object make(Method method, @Nullable Object @Nullable [] arguments)
                throws ReflectiveOperationException, SQLException;
    }

    private static <T> T proxy(Class<T> type, Client client, Call call) {
        InvocationHandler handler = (self, method, arguments) -> {
            boolean harmless = HARMLESS.contains(method.getName());
            if (!harmless) {
                client.mustLive();
            }
            try {
                return call.make(method, arguments);
            } catch (InvocationTargetException | SQLException e) {
                if (!client.isDead()) {
                    throw e instanceof InvocationTargetException ? e.getCause() : e;
                }
                if (harmless) {
                    return null; // It was closed before.
                }
                throw new Death();
            }
        };
        return type.cast(Proxy.newProxyInstance(WatchingDriver.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    @Override
    public @Nullable Connection connect(String url, Properties properties) throws SQLException {
        return acceptsURL(url)
                ? WatchedDatabase.of(url.substring(PREFIX.length())).connect(properties)
                : null;
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }
}
