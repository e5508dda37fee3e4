package dev.reprise.state;

import dev.reprise.state.PurgeSummary.Spared;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * An instance that a purge has come to.
 *
 * @param instanceId the instance
 * @param job the name of its job
 * @param first the id of its first execution
 * @param executions how many it has
 * @param status what became of it: COMPLETED or ABANDONED if any of its executions is, else that of the last one
 * @param ended when its last execution ended, in the zone of the JVM; null if one has not
 * @param spared why it stays; null if it goes
 */
public record PurgeCandidate(
        long instanceId,
        String job,
        long first,
        int executions,
        String status,
        @Nullable LocalDateTime ended,
        @Nullable Spared spared) {}
