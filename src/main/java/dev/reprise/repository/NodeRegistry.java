package dev.reprise.repository;

import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/** The rows of {@code REPRISE_NODE}: which processes run an application, and when each last reported. Thread-safe. */
public final class NodeRegistry {

    private static final String FIND = """
            select INCARNATION from REPRISE_NODE where APPLICATION = :application and NODE_ID = :node for update""";

    private static final String INSERT = """
            insert into REPRISE_NODE (APPLICATION, NODE_ID, INCARNATION, STARTED_AT, HEARTBEAT_AT)
            values (:application, :node, 1, current_timestamp, current_timestamp)""";

    private static final String NEXT_INCARNATION = """
            update REPRISE_NODE
               set INCARNATION = INCARNATION + 1, STARTED_AT = current_timestamp, HEARTBEAT_AT = current_timestamp
             where APPLICATION = :application and NODE_ID = :node""";

    private static final String HEARTBEAT = """
            update REPRISE_NODE set HEARTBEAT_AT = current_timestamp
             where APPLICATION = ? and NODE_ID = ? and INCARNATION = ?""";

    private static final String LEAVE = """
            update REPRISE_NODE set HEARTBEAT_AT = null
             where APPLICATION = :application and NODE_ID = :node and INCARNATION = :incarnation""";

    private static final int SECONDS_TO_REPORT = 5;

    private final Database database;

    public NodeRegistry(DataSource dataSource, TransactionManager transactions) {
        this.database = new Database(dataSource, transactions);
    }

    /**
     * Enters a process under its name. What an earlier process of that name ran is dead from now on.
     *
     * @param application the name of the deployment's job repository
     * @param node the name of the node
     */
    public NodeIdentity join(String application, String node) {
        for (int attempt = 1; ; attempt++) {
            try {
                return database.apart(handle -> join(handle, application, node));
            } catch (RuntimeException e) {
                // Two processes inserted the same name at once: the second one becomes the next incarnation.
                if (attempt == 3 || !Database.isDuplicateKey(e)) {
                    throw e;
                }
            }
        }
    }

    private static NodeIdentity join(Handle handle, String application, String node) {
        Optional<Long> before = handle.createQuery(FIND)
                .bind("application", application)
                .bind("node", node)
                .mapTo(Long.class)
                .findOne();
        handle.createUpdate(before.isPresent() ? NEXT_INCARNATION : INSERT)
                .bind("application", application)
                .bind("node", node)
                .execute();
        return new NodeIdentity(application, node, before.orElse(0L) + 1);
    }

    /**
     * Says that the node is alive, on a connection that the caller keeps for this alone: a full pool must not look
     * like death.
     *
     * @return false if a newer incarnation has the name
     */
    public static boolean heartbeat(Connection connection, NodeIdentity node) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(HEARTBEAT)) {
            update.setQueryTimeout(SECONDS_TO_REPORT);
            update.setString(1, node.application());
            update.setString(2, node.name());
            update.setLong(3, node.incarnation());
            return update.executeUpdate() == 1;
        }
    }

    /** Says that the node is gone, so that nobody waits out its lease. */
    public void leave(NodeIdentity node) {
        database.doApart(handle -> handle.createUpdate(LEAVE)
                .bind("application", node.application())
                .bind("node", node.name())
                .bind("incarnation", node.incarnation())
                .execute());
    }
}
