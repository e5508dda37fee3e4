package dev.reprise.state;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a step of a running execution has done, on whichever node.
 *
 * @param executionId its execution
 * @param stepExecutionId the step execution
 * @param step the step's name; a partition is called {@code step:partitionN}
 * @param partitionOf the step execution whose partition it is; null for a step
 * @param partitions how many partitions its plan has; null if it is not partitioned or nobody knows yet
 * @param running whether it runs
 * @param complete whether it is COMPLETED
 * @param read how many items it has read
 * @param checkpoint of its reader, while it runs; null if there is none, or none that can be read
 */
public record StepActivity(
        long executionId,
        long stepExecutionId,
        String step,
        @Nullable Long partitionOf,
        @Nullable Integer partitions,
        boolean running,
        boolean complete,
        long read,
        @Nullable Serializable checkpoint) {}
