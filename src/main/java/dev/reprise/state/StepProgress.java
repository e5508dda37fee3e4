package dev.reprise.state;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a step is that this node runs.
 *
 * @param executionId the job execution
 * @param label the job and its identifying parameters
 * @param stepExecutionId the step execution
 * @param step the step's id
 * @param runningFor since when it runs, as a time span
 * @param itemsRead items read in committed chunks, its partitions' included
 * @param checkpoint the reader's last checkpoint; null for a partitioned step
 */
public record StepProgress(
        long executionId,
        String label,
        long stepExecutionId,
        String step,
        Duration runningFor,
        long itemsRead,
        @Nullable Serializable checkpoint) {}
