package dev.reprise.job;

import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.NodeKind;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which elements of a job an execution of an instance comes to (contract.md §5): past what is complete it goes by the exit
 * statuses that are recorded, and behind what runs by none, because nobody knows them yet. Immutable.
 */
public final class RestartWay {

    /** Whether an execution comes to an element; each word includes those before it. */
    public enum Reach {
        /** It does not. */
        NOT,
        /** It may: that depends on an exit status or a decider. */
        MAY,
        /** It does if what runs before completes. */
        IF_COMPLETE,
        /** It does. */
        WILL;

        Reach atMost(Reach other) {
            return compareTo(other) <= 0 ? this : other;
        }
    }

    private final JobGraph graph;
    private final Map<String, StepSoFar> steps;
    private final Map<String, Reach> reached = new HashMap<>();
    private final Map<String, Reach> ended = new HashMap<>();
    private boolean changed;

    private RestartWay(JobGraph graph, Map<String, StepSoFar> steps) {
        this.graph = graph;
        this.steps = steps;
    }

    /**
     * Follows a restart through a job.
     *
     * @param position where it begins; null for the first element, and so is what the job does not have
     * @param steps what each step has done that ever began, by its id
     */
    public static RestartWay of(JobGraph graph, @Nullable String position, Map<String, StepSoFar> steps) {
        RestartWay way = new RestartWay(graph, steps);
        begin(graph, position).ifPresent(first -> way.raise(way.reached, first.id(), Reach.WILL));
        do {
            way.changed = false;
            graph.nodes().forEach(way::follow);
        } while (way.changed);
        return way;
    }

    private static Optional<Node> begin(JobGraph graph, @Nullable String position) {
        List<Node> ofTheJob = graph.inside(null);
        return ofTheJob.stream()
                .filter(node -> node.id().equals(position))
                .findFirst()
                .or(() -> ofTheJob.stream().findFirst());
    }

    /** Whether it comes to an element. */
    public Reach to(String element) {
        return reached.getOrDefault(element, Reach.NOT);
    }

    /** Whether a step is skipped when an execution comes to it. */
    public static boolean skips(StepDefinition step, @Nullable StepSoFar soFar) {
        return soFar != null && soFar.complete() && !step.allowStartIfComplete();
    }

    /** Whether a step cannot start any more when an execution comes to it, which fails the job. */
    public static boolean isAtItsLimit(StepDefinition step, @Nullable StepSoFar soFar) {
        return soFar != null && !skips(step, soFar) && step.startLimit() > 0 && soFar.starts() >= step.startLimit();
    }

    private void raise(Map<String, Reach> map, String id, Reach reach) {
        if (reach != Reach.NOT && map.getOrDefault(id, Reach.NOT).compareTo(reach) < 0) {
            map.put(id, reach);
            changed = true;
        }
    }

    private void follow(Node node) {
        Reach reach = to(node.id());
        if (reach == Reach.NOT) {
            return;
        }
        switch (node.kind()) {
            case STEP -> followStep(node, reach);
            case DECISION -> unknown(node, reach.atMost(Reach.IF_COMPLETE), false);
            case FLOW -> followFlow(node, reach);
            case SPLIT -> followSplit(node, reach);
        }
    }

    private void followStep(Node node, Reach reach) {
        StepDefinition step = Objects.requireNonNull(node.step());
        StepSoFar soFar = steps.get(node.id());
        if (soFar != null && skips(step, soFar)) {
            known(node, soFar.exitStatus(), reach);
        } else if (!isAtItsLimit(step, soFar)) {
            unknown(node, reach, true);
        }
    }

    private void followFlow(Node node, Reach reach) {
        graph.inside(node.id()).stream().findFirst().ifPresent(first -> raise(reached, first.id(), reach));
        Reach end = ended.getOrDefault(node.id(), Reach.NOT);
        // Nothing follows a flow of a split but the end of the split.
        if (end == Reach.NOT || isSplit(node.parent())) {
            return;
        }
        boolean decided = graph.inside(node.id()).stream()
                .anyMatch(inside -> inside.kind() == NodeKind.DECISION && to(inside.id()) != Reach.NOT);
        if (decided) {
            unknown(node, end, false);
        } else {
            known(node, "COMPLETED", end);
        }
    }

    private boolean isSplit(@Nullable String id) {
        return id != null
                && graph.node(id).filter(node -> node.kind() == NodeKind.SPLIT).isPresent();
    }

    private void followSplit(Node node, Reach reach) {
        List<Node> flows = graph.inside(node.id());
        flows.forEach(flow -> raise(reached, flow.id(), reach));
        Reach end = flows.stream()
                .map(flow -> ended.getOrDefault(flow.id(), Reach.NOT))
                .reduce(reach, Reach::atMost);
        known(node, "COMPLETED", end);
    }

    private void known(Node node, @Nullable String exitStatus, Reach reach) {
        Transition taken = graph.taken(node.id(), exitStatus, false).orElse(null);
        if (taken == null) {
            end(node, reach);
        } else {
            follow(node, taken, reach);
        }
    }

    /**
     * @param step whether it is a step, which may fail, and then does not take its {@code next} attribute
     */
    private void unknown(Node node, Reach reach, boolean step) {
        boolean first = true;
        for (Transition transition : node.transitions()) {
            boolean attribute = transition.kind() == TransitionKind.NEXT_ATTRIBUTE;
            Reach further = !first
                    ? Reach.MAY
                    : attribute && step
                            ? reach.atMost(Reach.IF_COMPLETE)
                            : attribute || transition.on().equals("*") ? reach : Reach.MAY;
            follow(node, transition, reach.atMost(further));
            if (attribute || transition.on().equals("*")) {
                return;
            }
            first = false;
        }
        end(node, reach.atMost(first ? Reach.IF_COMPLETE : Reach.MAY));
    }

    /** Never out of a flow: a target elsewhere fails the job. */
    private void follow(Node node, Transition transition, Reach reach) {
        boolean goesOn = transition.kind() == TransitionKind.NEXT || transition.kind() == TransitionKind.NEXT_ATTRIBUTE;
        if (goesOn) {
            graph.inside(node.parent()).stream()
                    .filter(target -> target.id().equals(transition.to()))
                    .forEach(target -> raise(reached, target.id(), reach));
        }
    }

    private void end(Node node, Reach reach) {
        String around = node.parent();
        if (around != null) {
            raise(ended, around, reach);
        }
    }
}
