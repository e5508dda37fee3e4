package dev.reprise.internal.store.history;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.store.AttemptRows;
import dev.reprise.internal.store.ExecutionParameters;
import dev.reprise.state.ExecutionState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Executions as people see them, from their rows. */
public final class ExecutionStates {

    private static final String OF_ITS_INSTANCE =
            "(select i.%s from BATCH_JOB_INSTANCE i where i.JOB_INSTANCE_ID = e.JOB_INSTANCE_ID)";

    /** Whose its instance is. */
    static final String APPLICATION = "coalesce(" + OF_ITS_INSTANCE.formatted("REPRISE_APPLICATION") + ", '')";

    /**
     * To be completed by how it is joined: see {@link #query}. Its instance is no join: for a few
     * hundred executions all instances might be read.
     */
    static final String SELECT = """
            select e.JOB_EXECUTION_ID, e.JOB_INSTANCE_ID, %s as JOB_NAME, e.CREATE_TIME, e.START_TIME, e.END_TIME,
                   e.LAST_UPDATED, e.STATUS, e.EXIT_CODE, e.EXIT_MESSAGE, e.REPRISE_SUBMITTER, e.REPRISE_NODE,
                   %s as APPLICATION, e.REPRISE_ATTEMPT, e.REPRISE_SAME_SINCE, e.REPRISE_COMMITTED,
                   coalesce(e.REPRISE_RECOVERIES, 0) as RECOVERIES,
                   case when o.JOB_EXECUTION_ID is null then 0 else 1 end as OWNED
              from BATCH_JOB_EXECUTION e
              <owners> REPRISE_OWNER o on o.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
            """.formatted(OF_ITS_INSTANCE.formatted("JOB_NAME"), APPLICATION);

    private static final String BY_ID = SELECT + " where e.JOB_EXECUTION_ID in (<ids>)";

    private ExecutionStates() {}

    /** Some executions, in no order. */
    public static List<ExecutionState> of(Handle handle, Collection<Long> ids) {
        return read(handle, query(handle, BY_ID, false).bindList("ids", List.copyOf(ids)));
    }

    /**
     * A query that begins with {@link #SELECT}.
     *
     * @param owned whether of what a node runs alone
     */
    static Query query(Handle handle, String statement, boolean owned) {
        return handle.createQuery(statement).define("owners", owned ? "join" : "left join");
    }

    static List<ExecutionState> withoutParameters(Query query) {
        return query.map((row, context) -> execution(row)).list();
    }

    static List<ExecutionState> read(Handle handle, Query query) {
        List<ExecutionState> found = withoutParameters(query);
        if (found.isEmpty()) {
            return found;
        }
        Map<Long, JobParameters> parameters = ExecutionParameters.of(
                handle, found.stream().map(ExecutionState::id).toList());
        return found.stream()
                .map(execution -> with(execution, parameters.getOrDefault(execution.id(), ExecutionParameters.NONE)))
                .collect(Collectors.toUnmodifiableList());
    }

    private static ExecutionState with(ExecutionState e, JobParameters parameters) {
        return new ExecutionState(
                e.id(),
                e.job(),
                e.instanceId(),
                e.application(),
                e.status(),
                e.exitStatus(),
                e.created(),
                e.started(),
                e.ended(),
                e.updated(),
                e.node(),
                e.submitter(),
                e.owned(),
                e.recoveries(),
                e.failure(),
                e.attempts(),
                parameters);
    }

    private static ExecutionState execution(ResultSet row) throws SQLException {
        String status = row.getString("STATUS");
        Instant ended = time(row, "END_TIME");
        String message = row.getString("EXIT_MESSAGE");
        return new ExecutionState(
                row.getLong("JOB_EXECUTION_ID"),
                row.getString("JOB_NAME"),
                row.getLong("JOB_INSTANCE_ID"),
                row.getString("APPLICATION"),
                status == null ? "UNKNOWN" : status,
                ended == null ? null : row.getString("EXIT_CODE"),
                time(row, "CREATE_TIME"),
                time(row, "START_TIME"),
                ended,
                time(row, "LAST_UPDATED"),
                row.getString("REPRISE_NODE"),
                row.getString("REPRISE_SUBMITTER"),
                row.getInt("OWNED") == 1,
                row.getInt("RECOVERIES"),
                message == null ? "" : message.lines().findFirst().orElse(""),
                AttemptRows.of(row),
                ExecutionParameters.NONE);
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
