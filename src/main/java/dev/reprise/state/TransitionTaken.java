package dev.reprise.state;

import dev.reprise.job.JobGraph.TransitionKind;
import org.jspecify.annotations.Nullable;

/**
 * How a job execution went on after one of its elements (contract.md §5).
 *
 * @param element the step, decision, flow or split that ended, or the step that a restart skipped
 * @param exitStatus what it ended with; null if a decider gave none
 * @param kind what the transition is
 * @param on the pattern that matched; {@code *} for a {@code next} attribute
 * @param target the next element, or where a restart begins after a stop; null if none is named
 */
public record TransitionTaken(
        String element,
        @Nullable String exitStatus,
        TransitionKind kind,
        String on,
        @Nullable String target) {}
