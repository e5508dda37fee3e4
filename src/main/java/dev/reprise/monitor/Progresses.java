package dev.reprise.monitor;

import dev.reprise.item.Position;
import dev.reprise.state.StepActivity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How far running executions are, out of what their steps and partitions have recorded. */
final class Progresses {

    private Progresses() {}

    /** By execution; only of those that run a step. */
    static Map<Long, View.Progress> of(List<StepActivity> activity) {
        Map<Long, List<StepActivity>> byExecution = new HashMap<>();
        activity.forEach(step -> byExecution
                .computeIfAbsent(step.executionId(), id -> new ArrayList<>())
                .add(step));
        Map<Long, View.Progress> progress = new HashMap<>();
        byExecution.forEach((execution, steps) -> {
            View.Progress one = ofOne(steps);
            if (one != null) {
                progress.put(execution, one);
            }
        });
        return progress;
    }

    private static View.@Nullable Progress ofOne(List<StepActivity> steps) {
        List<StepActivity> running = steps.stream()
                .filter(step -> step.running() && step.partitionOf() == null)
                .toList();
        if (running.isEmpty()) {
            return null;
        }
        // An ended partition's items are its step's already.
        long items = steps.stream()
                .filter(StepActivity::running)
                .mapToLong(StepActivity::read)
                .sum();
        // Of several steps at once, flows of a split, the one that says how far it is.
        StepActivity first = running.get(0);
        for (StepActivity step : running) {
            if (step.checkpoint() instanceof Position position && position.total() > 0) {
                return new View.Progress(
                        items,
                        Math.min(position.done(), position.total()),
                        position.total(),
                        position.unit(),
                        step.step());
            }
            Integer partitions = step.partitions();
            if (partitions != null && partitions > 0) {
                long done = steps.stream()
                        .filter(other -> Long.valueOf(step.stepExecutionId()).equals(other.partitionOf()))
                        .filter(StepActivity::complete)
                        .count();
                return new View.Progress(
                        items, done, (long) partitions, "partitions of step " + step.step(), step.step());
            }
        }
        return new View.Progress(items, null, null, null, first.step());
    }
}
