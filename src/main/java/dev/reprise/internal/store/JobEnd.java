package dev.reprise.internal.store;

import dev.reprise.internal.database.Text;
import jakarta.batch.runtime.BatchStatus;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a job execution ends.
 *
 * @param exitStatus null for that of the batch status
 * @param message why
 * @param restartPosition where a restart begins; null for the first element
 */
public record JobEnd(
        long execution,
        BatchStatus status,
        @Nullable String exitStatus,
        String message,
        @Nullable String restartPosition) {

    /** What the statements ask for. */
    Map<String, @Nullable Object> bindings() {
        Map<String, @Nullable Object> bindings = new HashMap<>();
        bindings.put("execution", execution);
        bindings.put("jobStatus", status.name());
        bindings.put("jobExitCode", Text.fit(exitStatus == null ? status.name() : exitStatus, Text.TEXT_COLUMN));
        bindings.put("jobExitMessage", Text.fit(message, Text.TEXT_COLUMN));
        bindings.put("position", restartPosition);
        return bindings;
    }
}
