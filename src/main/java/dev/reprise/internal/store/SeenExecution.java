package dev.reprise.internal.store;

import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * An execution as a decision sees it.
 *
 * @param ended null while it runs
 * @param owned whether it runs on a node
 */
public record SeenExecution(
        long id, String status, @Nullable LocalDateTime ended, boolean owned) {}
