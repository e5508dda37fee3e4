package dev.reprise.internal.store;

import dev.reprise.state.Status;
import dev.reprise.state.StepCounts;
import jakarta.batch.runtime.BatchStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The row of a step of an earlier execution.
 *
 * @param started by the database's clock, in this JVM's zone
 * @param kept what it has left, by {@link #READER}, {@link #WRITER} and {@link #USER_DATA}, as far as it was asked for
 */
public record StoredStep(
        long id,
        String name,
        @Nullable Date started,
        @Nullable Date ended,
        BatchStatus status,
        @Nullable String exitStatus,
        StepCounts counts,
        Map<String, byte @Nullable []> kept) {

    public static final String READER = "REPRISE_READER_CHECKPOINT";
    public static final String WRITER = "REPRISE_WRITER_CHECKPOINT";
    public static final String USER_DATA = "REPRISE_USER_DATA";

    /**
     * The row of a partition of an earlier execution.
     *
     * @param kept what it has left, by {@link #READER}, {@link #WRITER} and {@link #USER_DATA}
     */
    public record Partition(int number, BatchStatus status, String exitStatus, Map<String, byte @Nullable []> kept) {

        static Partition of(ResultSet row) throws SQLException {
            return new Partition(
                    row.getInt("REPRISE_PARTITION"),
                    Status.of(row.getString("STATUS")),
                    row.getString("EXIT_CODE"),
                    StoredStep.kept(row, List.of(READER, WRITER, USER_DATA)));
        }
    }

    static StoredStep of(ResultSet row, List<String> columns) throws SQLException {
        return new StoredStep(
                row.getLong("STEP_EXECUTION_ID"),
                row.getString("STEP_NAME"),
                Rows.date(row, "START_TIME"),
                Rows.date(row, "END_TIME"),
                Status.of(row.getString("STATUS")),
                StepStates.exitStatus(row),
                StepStates.counts(row),
                kept(row, columns));
    }

    private static Map<String, byte @Nullable []> kept(ResultSet row, List<String> columns) throws SQLException {
        Map<String, byte @Nullable []> kept = new HashMap<>();
        for (String column : columns) {
            kept.put(column, row.getBytes(column));
        }
        return kept;
    }
}
