package dev.reprise.repository;

import org.jspecify.annotations.Nullable;

/**
 * How a job execution went on after one of its elements (semantics.md §5).
 *
 * @param element the step, decision or flow that ended, or that a restart skipped
 * @param exitStatus what it ended with; null if a decider gave none
 * @param kind where it led
 * @param on the pattern that matched, as the job's XML has it; null for a {@code next} attribute
 * @param target the next element, or where a restart begins after a stop; null if none is named
 */
public record TransitionTaken(
        String element,
        @Nullable String exitStatus,
        Kind kind,
        @Nullable String on,
        @Nullable String target) {

    /** Where a transition leads. */
    public enum Kind {
        /** To another element. */
        NEXT,
        /** The job ends COMPLETED. */
        END,
        /** The job ends FAILED. */
        FAIL,
        /** The job ends STOPPED. */
        STOP
    }
}
