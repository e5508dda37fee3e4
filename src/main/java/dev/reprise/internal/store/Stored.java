package dev.reprise.internal.store;

import dev.reprise.identity.JobParameters;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of an execution and its object does not have. It never changes.
 *
 * @param parameters as they are stored
 * @param definition the digest of what it ran; null if that is not recorded
 */
public record Stored(JobParameters parameters, @Nullable String definition) {

    public static final Stored NOTHING = new Stored(ExecutionParameters.NONE, null);
}
