package dev.reprise.internal.store.history;

import dev.reprise.internal.checkpoint.Checkpoints;
import dev.reprise.state.StepActivity;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What steps and partitions have done, as their rows have it.
 *
 * @param checkpoints by which theirs are read
 */
record StepActivities(Checkpoints checkpoints) {

    private static final String ACTIVITY = """
            select JOB_EXECUTION_ID, STEP_EXECUTION_ID, STEP_NAME, STATUS, REPRISE_PARTITION_OF, REPRISE_PARTITIONS,
                   coalesce(READ_COUNT, 0) as READ_COUNT,
                   case when STATUS in ('STARTING', 'STARTED', 'STOPPING') and octet_length(REPRISE_READER_CHECKPOINT) <= <shown>
                        then REPRISE_READER_CHECKPOINT end as CHECKPOINT
              from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID in (<ids>)
             order by STEP_EXECUTION_ID""";

    /** What the steps and partitions of some executions have done, in the order of their start. */
    List<StepActivity> read(Handle handle, Collection<Long> executionIds) {
        return handle.createQuery(ACTIVITY)
                .define("shown", Checkpoints.SHOWN)
                .bindList("ids", List.copyOf(executionIds))
                .map((row, context) -> activity(row))
                .list();
    }

    private StepActivity activity(ResultSet row) throws SQLException {
        String step = row.getString("STEP_NAME");
        String status = row.getString("STATUS");
        return new StepActivity(
                row.getLong("JOB_EXECUTION_ID"),
                row.getLong("STEP_EXECUTION_ID"),
                step,
                row.getObject("REPRISE_PARTITION_OF", Long.class),
                row.getObject("REPRISE_PARTITIONS", Integer.class),
                "STARTING".equals(status) || "STARTED".equals(status) || "STOPPING".equals(status),
                "COMPLETED".equals(status),
                row.getLong("READ_COUNT"),
                checkpoints.glance(row.getBytes("CHECKPOINT")));
    }
}
