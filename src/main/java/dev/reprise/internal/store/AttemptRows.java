package dev.reprise.internal.store;

import dev.reprise.internal.database.Text;
import dev.reprise.state.Attempts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** How an instance has come to a failed execution, in the row of that. */
public final class AttemptRows {

    private static final String PREVIOUS = """
            select JOB_EXECUTION_ID, STATUS, EXIT_MESSAGE, REPRISE_ATTEMPT, REPRISE_SAME_SINCE, REPRISE_COMMITTED
              from BATCH_JOB_EXECUTION
             where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID < :execution
             order by JOB_EXECUTION_ID desc
             fetch first 1 row only""";

    /** Where the attempt before did not tell, because it was stopped or its node died. */
    private static final String UNTIL = """
            select (select count(*) from BATCH_JOB_EXECUTION
                     where JOB_INSTANCE_ID = :instance and JOB_EXECUTION_ID <= :execution) as ATTEMPT,
                   (select coalesce(sum(s.WRITE_COUNT), 0)
                      from BATCH_JOB_EXECUTION e
                      join BATCH_STEP_EXECUTION s on s.JOB_EXECUTION_ID = e.JOB_EXECUTION_ID
                     where e.JOB_INSTANCE_ID = :instance and e.JOB_EXECUTION_ID <= :execution
                       and s.REPRISE_PARTITION is null) as COMMITTED""";

    private static final String STEPS = """
            select STEP_NAME, STATUS, READ_COUNT, WRITE_COUNT, FILTER_COUNT, PROCESS_SKIP_COUNT, COMMIT_COUNT
              from BATCH_STEP_EXECUTION
             where JOB_EXECUTION_ID = :execution and REPRISE_PARTITION is null
             order by STEP_EXECUTION_ID""";

    private static final String RECORD = """
            update BATCH_JOB_EXECUTION
               set REPRISE_ATTEMPT = :number, REPRISE_SAME_SINCE = :sameSince, REPRISE_COMMITTED = :committed
             where JOB_EXECUTION_ID = :execution""";

    private record Previous(
            long execution,
            String status,
            String failure,
            @Nullable Attempts attempts) {}

    /** What a step of an attempt did. */
    private record Work(String step, boolean failed, long uncommitted, long written, long commits) {}

    private AttemptRows() {}

    /** Tells the attempt that has failed, in the transaction of its end. */
    public static Attempts record(Handle handle, long instance, long execution, boolean restart, String reason) {
        List<Work> work = work(handle, execution);
        long written = work.stream().mapToLong(Work::written).sum();
        Previous previous = restart ? previous(handle, instance, execution) : null;
        Attempts attempts = previous == null
                ? new Attempts(1, 1, written)
                : after(before(handle, instance, previous), written, isSame(handle, previous, work, reason));
        handle.createUpdate(RECORD)
                .bind("number", attempts.number())
                .bind("sameSince", attempts.sameSince())
                .bind("committed", attempts.committed())
                .bind("execution", execution)
                .execute();
        return attempts;
    }

    private static Attempts after(Attempts before, long written, boolean same) {
        int number = before.number() + 1;
        return new Attempts(number, same ? before.sameSince() : number, before.committed() + written);
    }

    private static @Nullable Previous previous(Handle handle, long instance, long execution) {
        return handle.createQuery(PREVIOUS)
                .bind("instance", instance)
                .bind("execution", execution)
                .map((row, context) -> new Previous(
                        row.getLong("JOB_EXECUTION_ID"),
                        String.valueOf(row.getString("STATUS")),
                        firstLine(row.getString("EXIT_MESSAGE")),
                        of(row)))
                .findOne()
                .orElse(null);
    }

    /** Null where none are recorded. */
    public static @Nullable Attempts of(ResultSet row) throws SQLException {
        Integer number = row.getObject("REPRISE_ATTEMPT", Integer.class);
        return number == null
                ? null
                : new Attempts(number, row.getInt("REPRISE_SAME_SINCE"), row.getLong("REPRISE_COMMITTED"));
    }

    private static Attempts before(Handle handle, long instance, Previous previous) {
        return previous.attempts() != null
                ? previous.attempts()
                : handle.createQuery(UNTIL)
                        .bind("instance", instance)
                        .bind("execution", previous.execution())
                        .map((row, context) -> new Attempts(row.getInt(1), row.getInt(1), row.getLong(2)))
                        .one();
    }

    private static List<Work> work(Handle handle, long execution) {
        return handle.createQuery(STEPS)
                .bind("execution", execution)
                .map((row, context) -> new Work(
                        row.getString("STEP_NAME"),
                        "FAILED".equals(row.getString("STATUS")),
                        row.getLong("READ_COUNT")
                                - row.getLong("WRITE_COUNT")
                                - row.getLong("FILTER_COUNT")
                                - row.getLong("PROCESS_SKIP_COUNT"),
                        row.getLong("WRITE_COUNT"),
                        row.getLong("COMMIT_COUNT")))
                .list();
    }

    private static boolean isSame(Handle handle, Previous previous, List<Work> work, String reason) {
        if (!previous.status().equals("FAILED")
                || reason.isEmpty()
                || !previous.failure().equals(firstLine(Text.fit(reason, Text.TEXT_COLUMN)))) {
            return false;
        }
        Work failed = lastFailed(work);
        Work failedBefore = lastFailed(work(handle, previous.execution()));
        if (failed == null || failedBefore == null) {
            return failed == null && failedBefore == null;
        }
        return failed.step().equals(failedBefore.step())
                && failed.commits() == 0
                && failed.uncommitted() == failedBefore.uncommitted();
    }

    private static @Nullable Work lastFailed(List<Work> work) {
        return work.stream()
                .filter(Work::failed)
                .reduce((first, later) -> later)
                .orElse(null);
    }

    private static String firstLine(@Nullable String text) {
        return Objects.requireNonNullElse(text, "").lines().findFirst().orElse("");
    }
}
