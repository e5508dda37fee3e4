package dev.reprise.job;

/**
 * One step as the job's XML defines it.
 *
 * @param name the id of the step
 * @param allowStartIfComplete whether a restart runs it again although it is COMPLETED (semantics.md §5)
 * @param partitioned whether it runs as several partitions
 * @param chunk whether it works in chunks; if not, it is a batchlet
 */
public record StepDefinition(String name, boolean allowStartIfComplete, boolean partitioned, boolean chunk) {}
