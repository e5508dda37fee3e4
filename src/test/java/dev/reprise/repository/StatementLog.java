package dev.reprise.repository;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What really goes to a database: every statement and every commit on the physical connections, below the pool and the
 * transaction manager. A JDBC batch counts as one statement; a statement in auto-commit mode counts as a commit too.
 *
 * <p>It can end the world at one of them: neither that one nor anything after it reaches the database, as when the process
 * or its host dies.
 */
final class StatementLog {

    /** Nobody hears this process any more. */
    static final class WorldHasEnded extends Error {
        private static final long serialVersionUID = 1L;
    }

    static {
        try {
            DriverManager.registerDriver(new LoggedDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Map<String, StatementLog> LOGS = new ConcurrentHashMap<>();
    private static final Set<String> EXECUTIONS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "executeBatch");

    /** A setter's call, to be repeated on another statement. */
    record Binding(Method setter, List<@Nullable Object> arguments) {
        void repeat(PreparedStatement other) throws ReflectiveOperationException {
            setter.invoke(other, arguments.toArray());
        }
    }

    record Entry(String sql, Map<Integer, Binding> bindings) {}

    private final String database;
    private final List<Entry> statements = new ArrayList<>();
    private int commits;
    private boolean recording;
    private int left = Integer.MAX_VALUE;

    private StatementLog(String database) {
        this.database = database;
    }

    /** The URL of a database behind a log. */
    static String urlOf(String url) {
        LOGS.computeIfAbsent(url, StatementLog::new);
        return "logged:" + url;
    }

    static StatementLog of(String url) {
        return LOGS.computeIfAbsent(url, StatementLog::new);
    }

    /** What one thing did. */
    record Cost(List<Entry> entries, int commits) {
        int statements() {
            return entries.size();
        }

        List<String> sql() {
            return entries.stream().map(Entry::sql).toList();
        }
    }

    /** Forgets what was before. */
    synchronized void start() {
        statements.clear();
        commits = 0;
        recording = true;
    }

    synchronized Cost soFar() {
        return new Cost(List.copyOf(statements), commits);
    }

    synchronized Cost stop() {
        recording = false;
        return soFar();
    }

    /**
     * Lets some statements and commits through and no more.
     *
     * @param more how many
     */
    synchronized void endTheWorldAfter(int more) {
        left = more;
    }

    /** A new world, where all statements and commits go through. */
    synchronized void endNever() {
        left = Integer.MAX_VALUE;
    }

    synchronized boolean hasEnded() {
        return left == 0;
    }

    private synchronized void happens() {
        if (left == 0) {
            throw new WorldHasEnded();
        }
        if (left != Integer.MAX_VALUE) {
            left--;
        }
    }

    private synchronized void executed(Entry entry, boolean autoCommit) {
        if (recording) {
            statements.add(entry);
            commits += autoCommit ? 1 : 0;
        }
    }

    private synchronized void committed() {
        if (recording) {
            commits++;
        }
    }

    private Connection connect(Properties properties) throws SQLException {
        if (hasEnded()) {
            throw new WorldHasEnded();
        }
        Connection real = DriverManager.getConnection(database, properties);
        return proxy(Connection.class, (method, arguments) -> {
            if (method.getName().equals("commit")) {
                happens();
            }
            Object result = method.invoke(real, arguments);
            if (method.getName().equals("commit")) {
                committed();
            } else if (result instanceof PreparedStatement statement && arguments != null) {
                return logged(real, statement, String.valueOf(arguments[0]));
            } else if (result instanceof Statement statement) {
                return logged(real, statement);
            }
            return result;
        });
    }

    private PreparedStatement logged(Connection connection, PreparedStatement real, String sql) {
        Map<Integer, Binding> bindings = new TreeMap<>();
        return proxy(PreparedStatement.class, (method, arguments) -> {
            if (method.getName().startsWith("set")
                    && arguments != null
                    && arguments.length > 1
                    && arguments[0] instanceof Integer index) {
                bindings.put(
                        index,
                        new Binding(method, Collections.unmodifiableList(new ArrayList<>(Arrays.asList(arguments)))));
            }
            if (EXECUTIONS.contains(method.getName())) {
                happens();
                executed(new Entry(sql, Map.copyOf(bindings)), connection.getAutoCommit());
            }
            return method.invoke(real, arguments);
        });
    }

    private Statement logged(Connection connection, Statement real) {
        return proxy(Statement.class, (method, arguments) -> {
            if (EXECUTIONS.contains(method.getName())) {
                happens();
                executed(
                        new Entry(arguments == null ? "batch" : String.valueOf(arguments[0]), Map.of()),
                        connection.getAutoCommit());
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

    private static <T> T proxy(Class<T> type, Call call) {
        InvocationHandler handler = (self, method, arguments) -> {
            try {
                return call.make(method, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(StatementLog.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** For the pool, which wants a driver's class. */
    public static final class LoggedDriver implements Driver {

        @Override
        public @Nullable Connection connect(String url, Properties properties) throws SQLException {
            return acceptsURL(url) ? of(url.substring("logged:".length())).connect(properties) : null;
        }

        @Override
        public boolean acceptsURL(String url) {
            return url.startsWith("logged:");
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
}
