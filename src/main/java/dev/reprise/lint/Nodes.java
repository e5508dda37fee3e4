package dev.reprise.lint;

import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.log.Shown;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The elements of a job by their ids, and how messages name them. */
final class Nodes {

    private final Map<String, Node> byId = new HashMap<>();

    Nodes(JobGraph graph) {
        graph.nodes().forEach(node -> byId.putIfAbsent(node.id(), node));
    }

    /** Null if there is none. */
    @Nullable
    Node node(String id) {
        return byId.get(id);
    }

    /** Whether the element lies directly in that flow or split; null is the job itself. */
    boolean isInside(@Nullable String level, String id) {
        Node node = byId.get(id);
        return node != null && Objects.equals(node.parent(), level);
    }

    String label(String id) {
        Node node = byId.get(id);
        return node == null ? Shown.value(id) : label(node);
    }

    static String label(Node node) {
        String kind = switch (node.kind()) {
            case STEP -> "step ";
            case DECISION -> "decision ";
            case FLOW -> "flow ";
            case SPLIT -> "split ";
        };
        return kind + Shown.value(node.id());
    }

    /** A transition, with what it leads on from. */
    static String lead(Node node, Transition transition) {
        String of = " of " + label(node);
        return switch (transition.kind()) {
            case NEXT_ATTRIBUTE -> "the attribute next" + of;
            case NEXT -> "<next on=" + quoted(transition.on()) + ">" + of;
            case END -> "<end on=" + quoted(transition.on()) + ">" + of;
            case FAIL -> "<fail on=" + quoted(transition.on()) + ">" + of;
            case STOP -> "<stop on=" + quoted(transition.on()) + ">" + of;
        };
    }

    static String quoted(String text) {
        return "\"" + Shown.text(text) + "\"";
    }
}
