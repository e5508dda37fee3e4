package dev.reprise.internal.store.history;

import dev.reprise.state.NodeState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * The nodes of an application, as their rows have them.
 *
 * @param lease after which time without a report a node is dead
 */
record NodeStates(String application, Duration lease) {

    private static final String NODES = """
            select n.NODE_ID, n.INCARNATION, n.PROCESS, n.STARTED_AT, n.HEARTBEAT_AT, current_timestamp as READ_AT,
                   coalesce(o.RUNNING, 0) as RUNNING, coalesce(w.PARTITIONS, 0) as PARTITIONS
              from REPRISE_NODE n
              left join (select NODE_ID, count(*) as RUNNING from REPRISE_OWNER
                          where APPLICATION = :application group by NODE_ID) o on o.NODE_ID = n.NODE_ID
              left join (select NODE_ID, count(*) as PARTITIONS from REPRISE_WORK
                          where APPLICATION = :application and STATE = 'TAKEN' group by NODE_ID) w on w.NODE_ID = n.NODE_ID
             where n.APPLICATION = :application
             order by n.NODE_ID
             fetch first 1000 rows only""";

    /** The nodes of this application, also those that left or died. */
    List<NodeState> read(Handle handle) {
        return handle.createQuery(NODES)
                .bind("application", application)
                .map((row, context) -> node(row))
                .list();
    }

    private NodeState node(ResultSet row) throws SQLException {
        Timestamp heartbeat = row.getTimestamp("HEARTBEAT_AT");
        Duration age = heartbeat == null
                ? null
                : Duration.between(
                        heartbeat.toInstant(), row.getTimestamp("READ_AT").toInstant());
        return new NodeState(
                row.getString("NODE_ID"),
                row.getLong("INCARNATION"),
                row.getString("PROCESS"),
                row.getTimestamp("STARTED_AT").toInstant(),
                heartbeat == null ? null : heartbeat.toInstant(),
                age,
                age != null && age.compareTo(lease) < 0,
                row.getInt("RUNNING"),
                row.getInt("PARTITIONS"));
    }
}
