package dev.reprise.internal.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The row of a job instance.
 *
 * @param application null: nobody's
 */
public record JobInstanceRow(long id, String job, @Nullable String application) {

    static JobInstanceRow of(ResultSet row) throws SQLException {
        return new JobInstanceRow(
                row.getLong("JOB_INSTANCE_ID"), row.getString("JOB_NAME"), row.getString("REPRISE_APPLICATION"));
    }
}
