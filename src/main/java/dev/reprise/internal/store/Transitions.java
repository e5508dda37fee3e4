package dev.reprise.internal.store;

import dev.reprise.internal.database.NodeColumns;
import dev.reprise.internal.database.Text;
import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.TransitionTaken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** The SQL of transitions taken. Every method uses the handle, and so the transaction, of its caller. */
public final class Transitions {

    /** Only of an execution that this node owns. */
    private static final String INSERT = """
            insert into REPRISE_TRANSITION
                (JOB_EXECUTION_ID, ELEMENT, EXIT_STATUS, KIND, PATTERN, TARGET, TAKEN_AT)
            select JOB_EXECUTION_ID, cast(:element as varchar(100)), cast(:exitStatus as varchar(2500)),
                   cast(:kind as varchar(20)), cast(:pattern as varchar(2500)), cast(:target as varchar(100)),
                   current_timestamp
              from REPRISE_OWNER
             where JOB_EXECUTION_ID = :execution""" + Owners.AND_MINE;

    private static final String OF_EXECUTION = """
            select ELEMENT, EXIT_STATUS, KIND, PATTERN, TARGET
              from REPRISE_TRANSITION
             where JOB_EXECUTION_ID = :execution
             order by TRANSITION_ID""";

    private static final String OF_EXECUTIONS = """
            select ELEMENT, EXIT_STATUS, KIND, PATTERN, TARGET, JOB_EXECUTION_ID
              from REPRISE_TRANSITION
             where JOB_EXECUTION_ID = any(:executions)
             order by TRANSITION_ID""";

    public void insert(Handle handle, long execution, NodeIdentity node, List<TransitionTaken> taken) {
        for (TransitionTaken transition : taken) {
            handle.createUpdate(INSERT)
                    .bind("execution", execution)
                    .bind("element", Text.fit(transition.element(), Text.NAME_COLUMN))
                    .bind("exitStatus", Text.fitOrNull(transition.exitStatus(), Text.TEXT_COLUMN))
                    .bind("kind", transition.kind().name())
                    .bind("pattern", Text.fit(transition.on(), Text.TEXT_COLUMN))
                    .bind("target", Text.fitOrNull(transition.target(), Text.NAME_COLUMN))
                    .bindMap(NodeColumns.of(node))
                    .execute();
        }
    }

    public List<TransitionTaken> ofExecution(Handle handle, long executionId) {
        return handle.createQuery(OF_EXECUTION)
                .bind("execution", executionId)
                .map((row, context) -> transition(row))
                .list();
    }

    /** Of several executions, by execution. */
    public Map<Long, List<TransitionTaken>> ofExecutions(Handle handle, Long[] executionIds) {
        Map<Long, List<TransitionTaken>> taken = new HashMap<>();
        handle.registerArrayType(Long.class, "bigint")
                .createQuery(OF_EXECUTIONS)
                .bind("executions", executionIds)
                .map((row, context) -> taken.computeIfAbsent(row.getLong(6), id -> new ArrayList<>())
                        .add(transition(row)))
                .list();
        return taken;
    }

    private static TransitionTaken transition(ResultSet row) throws SQLException {
        return new TransitionTaken(
                row.getString(1),
                row.getString(2),
                TransitionKind.valueOf(row.getString(3)),
                row.getString(4),
                row.getString(5));
    }
}
