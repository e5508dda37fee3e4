package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.state.NodeIdentity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The row of a step or partition that starts now.
 *
 * @param partition its number, if it is a partition
 * @param partitionOf the row of its step, if it is a partition
 * @param inherited what it begins with, by parameter of the statement
 */
public record NewStep(
        long execution,
        NodeIdentity node,
        String name,
        @Nullable Integer partition,
        @Nullable Long partitionOf,
        Map<String, byte @Nullable []> inherited) {

    /**
     * What was inserted.
     *
     * @param toStop whether somebody wanted the execution stopped by then
     */
    public record Inserted(long id, boolean toStop) {

        static Inserted of(ResultSet row) throws SQLException {
            return new Inserted(row.getLong(1), row.getInt(2) == 1);
        }
    }

    /** The name of a partition's row. */
    public static String partitionName(String step, int partition) {
        return step + ":partition" + partition;
    }

    /** What {@link RunningSteps#INSERT} asks for. */
    Map<String, @Nullable Object> bindings() {
        Map<String, @Nullable Object> bindings = new HashMap<>(NodeColumns.of(node));
        bindings.putAll(inherited);
        bindings.put("execution", execution);
        bindings.put("name", name);
        bindings.put("partition", partition);
        bindings.put("partitionOf", partitionOf);
        return bindings;
    }

    NotRecordedError notOurs() {
        return new NotRecordedError("Step " + name + " of job execution " + execution
                + " does not start: another node owns the execution now.");
    }
}
