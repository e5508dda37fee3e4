package dev.reprise.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That somebody did something, or wanted to.
 *
 * @param id grows with time
 * @param at by the database's clock
 * @param user who
 * @param address from where; null if that is not known
 * @param action what, in one word
 * @param job the job that it was done to; null if it was done to none
 * @param instanceId its instance; null if it was done to none
 * @param executionId its execution; null if it was done to none
 * @param outcome {@code done}, {@code refused} by a rule, {@code denied} for want of a role, or {@code failed}
 * @param detail the reason, or what was asked; null if there is nothing to say
 */
public record AuditEntry(
        long id,
        Instant at,
        String user,
        @Nullable String address,
        String action,
        @Nullable String job,
        @Nullable Long instanceId,
        @Nullable Long executionId,
        String outcome,
        @Nullable String detail) {}
