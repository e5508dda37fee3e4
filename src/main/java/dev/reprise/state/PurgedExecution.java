package dev.reprise.state;

import java.util.List;

/**
 * An execution that is about to be removed, with what belongs to it.
 *
 * @param key the key of its instance
 * @param execution with its parameters; secrets are masked when they are shown
 * @param steps steps and partitions in the order of their start; those are called {@code step:partitionN}
 * @param transitions in the order in which they were taken
 */
public record PurgedExecution(
        String key, ExecutionState execution, List<StepState> steps, List<TransitionTaken> transitions) {

    public PurgedExecution {
        steps = List.copyOf(steps);
        transitions = List.copyOf(transitions);
    }
}
