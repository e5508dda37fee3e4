package dev.reprise.testing;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A database as a process sees it that may die: its connections are gone then, what they had not committed is rolled
 * back, and whatever it still tries is an Error. Statements can be made to fail, too. Thread-safe.
 */
final class CrashDriver implements Driver {

    /** Before the URL of the database. */
    static final String PREFIX = "jdbc:crash:";

    /** What a dead process gets for everything. */
    static final class Death extends Error {

        private static final long serialVersionUID = 1L;

        Death() {
            super("this process is dead");
        }
    }

    private static final Set<String> HARMLESS =
            Set.of("close", "isClosed", "rollback", "abort", "toString", "hashCode");

    private static volatile Client client = new Client();

    static {
        try {
            DriverManager.registerDriver(new CrashDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** One process. */
    private static final class Client {
        private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
        private final AtomicInteger failures = new AtomicInteger();
        private volatile @Nullable Pattern failing;
        private volatile int failuresLeft;
        private volatile boolean diesAtCommit;
        private volatile boolean dead;

        void kill() {
            dead = true;
            for (Connection connection : connections) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        synchronized void execute(String sql) throws SQLException {
            Pattern pattern = failing;
            if (pattern != null && failuresLeft > 0 && pattern.matcher(sql).find()) {
                failuresLeft--;
                failures.incrementAndGet();
                throw new SQLException("The test makes this fail: " + sql.strip());
            }
        }
    }

    /** Connections from now on are another process's. */
    static void beginAnotherProcess() {
        client = new Client();
    }

    static void kill() {
        client.kill();
    }

    /** Dies with its next commit, which does not happen. */
    static void killAtNextCommit() {
        client.diesAtCommit = true;
    }

    /** Makes the next statements fail that contain the pattern. */
    static void fail(int times, String pattern) {
        client.failing = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
        client.failuresLeft = times;
    }

    /** How many statements have been made to fail. */
    static int failures() {
        return client.failures.get();
    }

    @Override
    public @Nullable Connection connect(String url, Properties properties) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        Client owner = client;
        Connection real = DriverManager.getConnection(urlWithout(url), properties);
        owner.connections.add(real);
        return proxy(Connection.class, owner, (method, arguments) -> {
            if (method.getName().equals("commit") && owner.diesAtCommit) {
                owner.kill();
                throw new Death();
            }
            Object result = method.invoke(real, arguments);
            if (result instanceof PreparedStatement statement && arguments != null) {
                return statement(PreparedStatement.class, owner, statement, String.valueOf(arguments[0]));
            }
            return result instanceof Statement statement ? statement(Statement.class, owner, statement, "") : result;
        });
    }

    private static <T extends Statement> T statement(Class<T> type, Client owner, T real, String prepared) {
        return proxy(type, owner, (method, arguments) -> {
            if (method.getName().startsWith("execute")) {
                owner.execute(arguments == null ? prepared : String.valueOf(arguments[0]));
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

    private static <T> T proxy(Class<T> type, Client owner, Call call) {
        InvocationHandler handler = (self, method, arguments) -> {
            if (owner.dead && !HARMLESS.contains(method.getName())) {
                throw new Death();
            }
            try {
                return call.make(method, arguments);
            } catch (InvocationTargetException e) {
                if (owner.dead) {
                    return null;
                }
                throw e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(CrashDriver.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static String urlWithout(String url) {
        return "jdbc:" + url.substring(PREFIX.length());
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
