package dev.reprise.internal.store;

import dev.reprise.state.Status;
import jakarta.batch.runtime.BatchStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * The row of a job execution. Its times are by the database's clock, in this JVM's zone.
 *
 * @param exitStatus null while it runs, unless it has one already
 * @param restartPosition where a restart begins; null for the first element
 * @param definition the digest of what it ran; null if that is not recorded
 */
public record JobExecutionRow(
        long id,
        JobInstanceRow instance,
        @Nullable Date created,
        @Nullable Date started,
        @Nullable Date ended,
        @Nullable Date updated,
        BatchStatus status,
        @Nullable String exitStatus,
        @Nullable String submitter,
        @Nullable String restartPosition,
        @Nullable String definition) {

    /** What Spring Batch writes while a job runs. */
    private static final String RUNNING_EXIT_CODE = "UNKNOWN";

    static JobExecutionRow of(ResultSet row) throws SQLException {
        String exitCode = row.getString("EXIT_CODE");
        Date ended = Rows.date(row, "END_TIME");
        return new JobExecutionRow(
                row.getLong("JOB_EXECUTION_ID"),
                JobInstanceRow.of(row),
                Rows.date(row, "CREATE_TIME"),
                Rows.date(row, "START_TIME"),
                ended,
                Rows.date(row, "LAST_UPDATED"),
                Status.of(row.getString("STATUS")),
                ended == null && RUNNING_EXIT_CODE.equals(exitCode) ? null : exitCode,
                row.getString("REPRISE_SUBMITTER"),
                row.getString("REPRISE_RESTART_POSITION"),
                row.getString("REPRISE_DEFINITION"));
    }
}
