package dev.reprise.repository;

import org.jspecify.annotations.Nullable;

/**
 * A job instance.
 *
 * @param last its last execution; null if it has none
 */
public record InstanceState(long id, String job, @Nullable ExecutionState last) {}
