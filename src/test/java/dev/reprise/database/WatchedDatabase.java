package dev.reprise.database;

import java.lang.reflect.Method;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What really goes to a database: every statement and every commit on the physical connections, below the pool and the
 * transaction manager. They are recorded, statements can be made to fail, and the process can die at any of them: that one
 * does not reach the database, its connections are gone, what they had not committed is rolled back, and whatever it still
 * tries is an Error.
 *
 * <p>A JDBC batch counts as one statement. Thread-safe.
 */
public final class WatchedDatabase {

    /** What a dead process gets for everything. */
    public static final class Death extends Error {

        private static final long serialVersionUID = 1L;

        public Death() {
            super("this process is dead");
        }
    }

    /** A statement with what was set in it. */
    public record Entry(String sql, Map<Integer, Binding> bindings) {}

    /** A setter's call, to be repeated on another statement. */
    public record Binding(Method setter, List<@Nullable Object> arguments) {

        /** Of an array, which belongs to its connection and is freed with the statement. */
        private record Elements(String type, List<@Nullable Object> values) {}

        static Binding of(Method setter, Object[] arguments) throws SQLException {
            List<@Nullable Object> kept = new ArrayList<>(Arrays.asList(arguments));
            if (arguments[1] instanceof Array array) {
                kept.set(1, new Elements(array.getBaseTypeName(), Arrays.asList((Object[]) array.getArray())));
            }
            return new Binding(setter, Collections.unmodifiableList(kept));
        }

        public void repeat(PreparedStatement other) throws ReflectiveOperationException, SQLException {
            Object[] repeated = arguments.toArray();
            if (repeated[1] instanceof Elements array) {
                repeated[1] = other.getConnection()
                        .createArrayOf(array.type(), array.values().toArray());
            }
            setter.invoke(other, repeated);
        }
    }

    /** What one thing did; a statement in auto-commit mode counts as a commit too. */
    public record Cost(List<Entry> entries, int commits) {
        public List<String> sql() {
            return entries.stream().map(Entry::sql).toList();
        }
    }

    private static final Pattern WRITES = Pattern.compile("\\b(insert|update|delete)\\b", Pattern.CASE_INSENSITIVE);

    private static final Map<String, WatchedDatabase> ALL = new ConcurrentHashMap<>();

    static {
        try {
            DriverManager.registerDriver(new WatchingDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String real;
    private final List<Entry> statements = new ArrayList<>();
    private int commits;
    private boolean recording;
    private volatile Client client = new Client(this);
    private volatile boolean away;
    private volatile boolean takesOneAtATime;

    private WatchedDatabase(String real) {
        this.real = real;
    }

    /**
     * The same one for the same URL.
     *
     * @param url where the database itself is
     */
    public static WatchedDatabase of(String url) {
        return ALL.computeIfAbsent(url, WatchedDatabase::new);
    }

    /** Where the process finds it that is watched. */
    public String url() {
        return WatchingDriver.PREFIX + real;
    }

    Connection connect(Properties properties) throws SQLException {
        Client owner = client;
        owner.mustLive();
        mustBeThere();
        Connection connection = DriverManager.getConnection(real, properties);
        owner.connections.add(connection);
        return WatchingDriver.watched(connection, owner);
    }

    // ---- What is done ----------------------------------------------------------------------------------------------

    /** Forgets what was before. */
    public synchronized void startRecording() {
        statements.clear();
        commits = 0;
        recording = true;
    }

    public synchronized Cost recorded() {
        return new Cost(List.copyOf(statements), commits);
    }

    public synchronized Cost stopRecording() {
        recording = false;
        return recorded();
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

    // ---- What goes wrong -------------------------------------------------------------------------------------------

    /** Connections from now on are another process's. */
    public void beginAnotherProcess() {
        client = new Client(this);
    }

    public boolean isDead() {
        return client.dead;
    }

    public void kill() {
        client.kill();
    }

    /** Lets some statements and commits of the process through and no more: it dies at the next one. */
    public void killAfter(int statementsAndCommits) {
        client.left.set(statementsAndCommits);
    }

    /**
     * The database commits what is written, and once its answer is lost.
     *
     * @param after how many answers come before
     */
    public void swallowAnswerAfter(int after) {
        client.swallowed = List.of();
        client.answersLeft.set(after);
    }

    /**
     * The commit of a chunk does not happen, once.
     *
     * @param which from 1
     */
    public void failCommitWith(int which, SQLException failure) {
        failCommitOf("REPRISE_WRITER_CHECKPOINT = ?", which, failure);
    }

    /**
     * The commit of a chunk happens, and is said to have failed, once.
     *
     * @param which from 1
     */
    public void commitAndFailWith(int which, SQLException failure) {
        client.commitsNonetheless = true;
        failCommitWith(which, failure);
    }

    /**
     * The commit of what was written with a statement does not happen, once.
     *
     * @param part of the statement
     * @param which from 1
     */
    public void failCommitOf(String part, int which, SQLException failure) {
        client.commitFailure = failure;
        client.commitOf = part;
        client.commitsLeft.set(which);
    }

    /** Whether it has. */
    public boolean hasFailedCommit() {
        return client.commitFailure == null;
    }

    /** From now on all answers come. */
    public void swallowNoMore() {
        client.answersLeft.set(Integer.MAX_VALUE);
    }

    /** The statements of which the answer was lost; empty if none was. */
    public List<String> swallowed() {
        return client.swallowed;
    }

    /** The process dies with its next commit, which does not happen. */
    public void killAtNextCommit() {
        client.diesAtCommit = true;
    }

    /** Nobody gets a connection any more, and none works, until it {@link #comesBack}. */
    public void goesAway() {
        away = true;
    }

    public void comesBack() {
        away = false;
    }

    /** From now on a text with several statements fails, as through a driver or a pooler that does not take it apart. */
    public void takesOneStatementAtATime() {
        takesOneAtATime = true;
    }

    private void mustBeOne(String sql) throws SQLException {
        if (takesOneAtATime && sql.contains(";")) {
            throw new SQLException("cannot insert multiple commands into a prepared statement", "42601");
        }
    }

    private void mustBeThere() throws SQLException {
        if (away) {
            throw new SQLNonTransientConnectionException("the database is away", "08006");
        }
    }

    /** Makes the next statements of the process fail that contain the pattern. */
    public void fail(int times, String pattern) {
        fail(times, pattern, null);
    }

    /** The same, with an SQLState as only a database gives one. */
    public void fail(int times, String pattern, @Nullable String state) {
        client.fail(times, Pattern.compile(pattern, Pattern.CASE_INSENSITIVE), state);
    }

    /** How many statements of the process have been made to fail. */
    public int failures() {
        return client.failures();
    }

    /** One process. */
    static final class Client {

        private final WatchedDatabase database;
        private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
        private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
        private final AtomicInteger answersLeft = new AtomicInteger(Integer.MAX_VALUE);
        private final Map<Connection, List<String>> written = new ConcurrentHashMap<>();
        private volatile List<String> swallowed = List.of();
        private final AtomicInteger commitsLeft = new AtomicInteger(Integer.MAX_VALUE);
        private volatile @Nullable SQLException commitFailure;
        private volatile String commitOf = "";
        private volatile boolean commitsNonetheless;
        private volatile boolean diesAtCommit;
        private volatile boolean dead;
        private @Nullable Pattern failing;
        private @Nullable String failingState;
        private int failuresLeft;
        private int failures;

        private Client(WatchedDatabase database) {
            this.database = database;
        }

        private void kill() {
            dead = true;
            for (Connection connection : connections) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        private synchronized void fail(int times, Pattern pattern, @Nullable String state) {
            failing = pattern;
            failingState = state;
            failuresLeft = times;
        }

        private synchronized int failures() {
            return failures;
        }

        boolean isDead() {
            return dead;
        }

        void mustLive() {
            if (dead) {
                throw new Death();
            }
        }

        void closes(Connection connection) {
            connections.remove(connection);
        }

        void executes(Entry entry, boolean autoCommit) throws SQLException {
            counted();
            database.mustBeThere();
            database.mustBeOne(entry.sql());
            failIfWanted(entry.sql());
            database.executed(entry, autoCommit);
        }

        void commits(Connection connection) throws SQLException {
            if (diesAtCommit) {
                kill();
            }
            counted();
            SQLException failure = commitFailure;
            boolean wanted =
                    written.getOrDefault(connection, List.of()).stream().anyMatch(sql -> sql.contains(commitOf));
            if (failure != null && wanted && commitsLeft.decrementAndGet() == 0) {
                commitFailure = null;
                written.remove(connection);
                if (commitsNonetheless) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                throw failure;
            }
        }

        void writes(Connection connection, String sql) {
            if (WRITES.matcher(sql).find()) {
                written.computeIfAbsent(connection, its -> new CopyOnWriteArrayList<>())
                        .add(sql);
            }
        }

        void rollsBack(Connection connection) {
            written.remove(connection);
        }

        /** What was written on a connection is committed. */
        void answers(Connection connection) throws SQLException {
            List<String> committed = written.remove(connection);
            if (committed == null
                    || answersLeft.getAndUpdate(left -> left == Integer.MAX_VALUE ? left : left - 1) != 0) {
                return;
            }
            swallowed = List.copyOf(committed);
            throw new SQLNonTransientConnectionException("An I/O error occurred while sending to the backend", "08006");
        }

        void hasCommitted() {
            database.committed();
        }

        private void counted() {
            mustLive();
            if (left.getAndUpdate(before -> before == Integer.MAX_VALUE ? before : before - 1) <= 0) {
                kill();
            }
            mustLive();
        }

        private synchronized void failIfWanted(String sql) throws SQLException {
            Pattern pattern = failing;
            if (pattern != null && failuresLeft > 0 && pattern.matcher(sql).find()) {
                failuresLeft--;
                failures++;
                throw new SQLException("The test makes this fail: " + sql.strip(), failingState);
            }
        }
    }
}
