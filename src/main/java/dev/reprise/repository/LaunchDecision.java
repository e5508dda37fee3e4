package dev.reprise.repository;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a launch of an identity would do now, or did: semantics.md §3. */
public sealed interface LaunchDecision permits LaunchDecision.Start, LaunchDecision.Restart, Refusal {

    /** As a person reads it. */
    String message();

    /**
     * A new instance with its first execution (§3 row 3).
     *
     * @param message as a person reads it
     */
    record Start(String message) implements LaunchDecision {}

    /**
     * A new execution of an instance whose last one failed or was stopped (§3 row 10).
     *
     * @param executionId the execution that is restarted
     * @param steps what becomes of the steps of the job, in the order of its XML
     * @param message as a person reads it
     */
    record Restart(long executionId, List<StepPlan> steps, String message) implements LaunchDecision {
        public Restart {
            steps = List.copyOf(steps);
        }
    }

    /**
     * What a restart does with a step, if the flow gets there.
     *
     * @param step its id
     * @param fate skipped because it is complete, resumed at its checkpoint, or run from the beginning
     * @param checkpoint the reader's checkpoint as text, where it is resumed; for a partitioned step, what is left of it
     * @param commits how many chunks are committed already, where it is resumed
     */
    record StepPlan(String step, Fate fate, @Nullable String checkpoint, long commits) {}

    /** What a restart does with a step. */
    enum Fate {
        SKIP,
        RESUME,
        RUN
    }
}
