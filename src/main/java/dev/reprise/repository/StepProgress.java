package dev.reprise.repository;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * How far a step is that this node runs.
 *
 * @param label the job and its identifying parameters
 * @param executionId the job execution
 * @param stepExecutionId the step execution
 * @param step the step's id
 * @param runningFor since when it runs, as a time span
 * @param itemsRead items read in committed chunks, its partitions' included
 * @param checkpoints the last committed reader checkpoints, one for each partition
 */
public record StepProgress(
        String label,
        long executionId,
        long stepExecutionId,
        String step,
        Duration runningFor,
        long itemsRead,
        List<Serializable> checkpoints) {

    public StepProgress {
        checkpoints = List.copyOf(checkpoints);
    }
}
