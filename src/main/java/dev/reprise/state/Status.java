package dev.reprise.state;

import jakarta.batch.runtime.BatchStatus;
import org.jspecify.annotations.Nullable;

/** Statuses as the tables have them: those of Jakarta Batch, and Spring Batch's UNKNOWN. */
public final class Status {

    private Status() {}

    /** Jakarta Batch has no UNKNOWN; who reads one sees FAILED, and a restart is refused by the row itself. */
    public static BatchStatus of(@Nullable String stored) {
        if (stored == null) {
            return BatchStatus.FAILED;
        }
        return switch (stored) {
            case "STARTING" -> BatchStatus.STARTING;
            case "STARTED" -> BatchStatus.STARTED;
            case "STOPPING" -> BatchStatus.STOPPING;
            case "STOPPED" -> BatchStatus.STOPPED;
            case "COMPLETED" -> BatchStatus.COMPLETED;
            case "ABANDONED" -> BatchStatus.ABANDONED;
            default -> BatchStatus.FAILED;
        };
    }
}
