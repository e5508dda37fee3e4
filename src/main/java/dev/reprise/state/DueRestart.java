package dev.reprise.state;

/**
 * An execution that this node has taken upon itself to restart (contract.md §6).
 *
 * @param instanceId its job instance
 * @param executionId the execution that is restarted
 * @param jobName its job
 * @param attempt which restart in a row it will be; 0 after an orderly stop
 */
public record DueRestart(long instanceId, long executionId, String jobName, int attempt) {}
