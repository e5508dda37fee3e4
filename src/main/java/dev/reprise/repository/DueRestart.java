package dev.reprise.repository;

/**
 * An execution that this node has taken upon itself to restart (semantics.md §6).
 *
 * @param instanceId its job instance
 * @param executionId the execution that is restarted
 * @param jobName its job
 */
public record DueRestart(long instanceId, long executionId, String jobName) {}
