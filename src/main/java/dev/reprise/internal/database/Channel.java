package dev.reprise.internal.database;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * What the nodes of an application say to each other through PostgreSQL (NOTIFY and LISTEN). Whoever may connect to the
 * database can say anything there. Thread-safe.
 */
public final class Channel {

    private static final Logger LOG = System.getLogger(Channel.class.getName());

    /** Of the table that the nodes share, wherever it is: in the same database no other one has its number. */
    private static final String NUMBER = "select cast(cast(to_regclass('REPRISE_NODE') as oid) as bigint)";

    private static final String SAY = "select pg_notify(?, ?)";

    /** A name of PostgreSQL's has 63 bytes, and one of an application 100 characters of any kind. */
    private static final int BYTES = 16;

    private final String name;

    private Channel(String name) {
        this.name = name;
    }

    /** That of the application's nodes that have their tables in one place. */
    public static Channel of(Database database, String application) {
        long number = database.read(
                handle -> handle.createQuery(NUMBER).mapTo(Long.class).one());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(application.getBytes(StandardCharsets.UTF_8));
            return new Channel("reprise_" + number + "_" + HexFormat.of().formatHex(digest, 0, BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** Says something when the transaction of the handle is committed. */
    public void say(Handle handle, String text) {
        handle.execute(SAY, name, text);
    }

    /**
     * Hears what is said from now on.
     *
     * @param patience how long an answer of the database may take
     */
    public Hearing hear(Connections connections, Duration patience) throws SQLException {
        Hearing hearing = new Hearing(connections, connections.openConnection());
        try {
            hearing.begin(name, patience);
            return hearing;
        } catch (SQLException | RuntimeException | Error e) {
            hearing.failed(e);
            hearing.close();
            throw e;
        }
    }

    /** A connection of the pool's that is kept to hear what is said. One thread's. */
    public static final class Hearing implements AutoCloseable {

        private final Connections connections;
        private final Connection connection;
        private final String itself = UUID.randomUUID().toString();
        private int networkTimeout;
        private Notifications notifications = Notifications.NONE;
        private boolean heardItself;

        private Hearing(Connections connections, Connection connection) {
            this.connections = connections;
            this.connection = connection;
        }

        private void begin(String channel, Duration patience) throws SQLException {
            networkTimeout = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
            notifications = Notifications.of(connection);
            execute("listen " + channel);
            execute("select pg_notify('" + channel + "', '" + itself + "')");
        }

        /** What was said, in its order; nothing if nothing comes in time. */
        public List<String> next(Duration atMost) throws SQLException {
            try {
                List<String> said = new ArrayList<>(notifications.next(atMost));
                heardItself |= said.remove(itself);
                return said;
            } catch (SQLException | RuntimeException e) {
                failed(e);
                throw e;
            }
        }

        /** Whether what it has said to itself at the beginning has arrived: a pooler may give others what it listens with. */
        public boolean hasHeardItself() {
            return heardItself;
        }

        /**
         * Asks the database for nothing.
         *
         * @throws SQLException if it does not answer
         */
        public void probe() throws SQLException {
            try {
                execute("select 1");
            } catch (SQLException | RuntimeException e) {
                failed(e);
                throw e;
            }
        }

        private void execute(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        private void failed(Throwable why) {
            connections.failed(why);
        }

        /** Gives the connection back as it was. One that is broken is used once more, so that the pool sees it, too. */
        @Override
        public void close() {
            try (connection) {
                execute("unlisten *");
                connection.setNetworkTimeout(Runnable::run, networkTimeout);
            } catch (SQLException e) {
                LOG.log(Level.DEBUG, "closing a broken connection", e);
            }
        }
    }
}
