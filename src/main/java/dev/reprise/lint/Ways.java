package dev.reprise.lint;

import dev.reprise.job.ExitStatusPattern;
import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a job can come to from its elements, by the transitions that some exit status takes. A text with {@code #{…}} is
 * known only when the job runs, so such a target may be anywhere.
 */
final class Ways {

    private final JobGraph graph;
    private final Nodes nodes;
    private final Map<String, List<Transition>> takeable;
    private final Map<String, Boolean> ends = new HashMap<>();

    /** @param takeable of each element, by its id, the transitions that some exit status takes */
    Ways(JobGraph graph, Nodes nodes, Map<String, List<Transition>> takeable) {
        this.graph = graph;
        this.nodes = nodes;
        this.takeable = takeable;
    }

    /** What can be come to of the elements of one level, the first one included. */
    Set<String> reached(@Nullable String level, Node first) {
        Set<String> reached = new HashSet<>(fromHere(first.id()));
        reached.add(first.id());
        if (level == null) {
            for (Node node : graph.nodes()) {
                for (Transition transition : takeable(node.id())) {
                    String to = transition.to();
                    if (transition.kind() == TransitionKind.STOP && to != null) {
                        reached.add(to);
                        reached.addAll(fromHere(to));
                    }
                }
            }
        }
        return reached;
    }

    /** Whether a target on that level is known only when the job runs. */
    boolean leadsSomewhereUnknown(@Nullable String level) {
        return graph.nodes().stream()
                .flatMap(node -> takeable(node.id()).stream()
                        .filter(transition -> transition.kind() == TransitionKind.STOP
                                ? level == null
                                : Objects.equals(node.parent(), level)))
                .anyMatch(transition -> transition.to() != null && !isKnown(transition.to()));
    }

    /** Whether the job can end at this element, or behind it. */
    boolean canEnd(String id) {
        Set<String> all = fromHere(id);
        all.add(id);
        return all.stream().anyMatch(each -> ends.computeIfAbsent(each, this::endsHere));
    }

    /** A way to nowhere counts as an end here: it is told of already. */
    private boolean endsHere(String id) {
        Node node = nodes.node(id);
        if (node == null) {
            return true;
        }
        List<Transition> transitions = takeable(id);
        boolean falls = !new ExitStatusPattern("*").isCoveredBy(patterns(transitions));
        return falls || endsInside(node);
    }

    /** Also where it lies deeper: {@code end}, {@code fail} and {@code stop} in a flow end the job. */
    private boolean endsInside(Node node) {
        boolean ends = takeable(node.id()).stream().anyMatch(transition -> switch (transition.kind()) {
            case END, FAIL, STOP -> true;
            case NEXT, NEXT_ATTRIBUTE -> transition.to() == null || !nodes.isInside(node.parent(), transition.to());
        });
        return ends || graph.inside(node.id()).stream().anyMatch(this::terminatesInside);
    }

    private boolean terminatesInside(Node node) {
        return takeable(node.id()).stream()
                        .anyMatch(transition -> transition.kind() != TransitionKind.NEXT
                                && transition.kind() != TransitionKind.NEXT_ATTRIBUTE)
                || graph.inside(node.id()).stream().anyMatch(this::terminatesInside);
    }

    /** What can come after an element on its level; the element itself only if there is a way back to it. */
    Set<String> fromHere(String id) {
        Set<String> found = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(id));
        while (!open.isEmpty()) {
            Node node = nodes.node(open.remove());
            if (node == null) {
                continue;
            }
            for (Transition transition : takeable(node.id())) {
                String to = transition.to();
                boolean next =
                        transition.kind() == TransitionKind.NEXT || transition.kind() == TransitionKind.NEXT_ATTRIBUTE;
                if (next && to != null && nodes.isInside(node.parent(), to) && found.add(to)) {
                    open.add(to);
                }
            }
        }
        return found;
    }

    private List<Transition> takeable(String id) {
        return takeable.getOrDefault(id, List.of());
    }

    /** Those that are known before the job runs. */
    static List<ExitStatusPattern> patterns(List<Transition> transitions) {
        return transitions.stream()
                .map(Transition::on)
                .filter(Ways::isKnown)
                .map(ExitStatusPattern::new)
                .toList();
    }

    static boolean isKnown(String text) {
        return !text.contains("#{");
    }
}
