package dev.reprise.monitor;

import dev.reprise.job.JobGraph;
import dev.reprise.job.StepDefinition;
import java.util.List;

/** Graphs of jobs as consoles draw them. */
final class GraphViews {

    private GraphViews() {}

    static List<View.GraphNode> of(JobGraph graph) {
        return graph.nodes().stream().map(GraphViews::node).toList();
    }

    private static View.GraphNode node(JobGraph.Node node) {
        StepDefinition step = node.step();
        return new View.GraphNode(
                node.id(),
                node.kind(),
                node.parent(),
                step == null ? null : step.chunk(),
                step == null ? null : step.partitioned(),
                step == null ? null : step.allowStartIfComplete(),
                node.transitions().stream()
                        .map(edge -> new View.Edge(edge.kind(), edge.on(), edge.to(), edge.exitStatus()))
                        .toList());
    }
}
