package dev.reprise.state;

/**
 * A step or partition that failed.
 *
 * @param step its name, {@code step:partitionN} for a partition
 * @param message the first line of its exception
 */
public record StepFailure(String step, String message) {}
