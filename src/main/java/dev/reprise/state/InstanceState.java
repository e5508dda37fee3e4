package dev.reprise.state;

import org.jspecify.annotations.Nullable;

/**
 * A job instance.
 *
 * @param id of the instance
 * @param job the name of its job
 * @param application whose it is; empty: nobody's
 * @param last its last execution; null if it has none
 */
public record InstanceState(
        long id, String job, String application, @Nullable ExecutionState last) {}
