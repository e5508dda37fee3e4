package dev.reprise.lint;

import static java.util.stream.Collectors.joining;

import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.NodeKind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be said of the ways between the elements of a job: where none leads to, and where none leads out. */
final class WayRules {

    private final JobGraph graph;
    private final Nodes nodes;
    private final Ways ways;
    private final Lines lines;
    private final Findings findings;

    WayRules(JobGraph graph, Nodes nodes, Ways ways, Lines lines, Findings findings) {
        this.graph = graph;
        this.nodes = nodes;
        this.ways = ways;
        this.lines = lines;
        this.findings = findings;
    }

    void judge() {
        judgeLevel(null);
        for (Node node : graph.nodes()) {
            if (node.kind() == NodeKind.FLOW) {
                judgeLevel(node.id());
            }
        }
    }

    /** Judges the ways between the elements of one level. */
    private void judgeLevel(@Nullable String level) {
        List<Node> inside = graph.inside(level);
        if (inside.isEmpty()) {
            return;
        }
        Node first = inside.get(0);
        if (first.kind() == NodeKind.DECISION) {
            findings.error(
                    "first-decision",
                    lines.of(first),
                    (level == null ? "the job" : nodes.label(level)) + " begins with " + Nodes.label(first)
                            + ", which the engine refuses, because there is no step before it that it could judge. Put"
                            + " one before it");
        }
        Set<String> reached = ways.reached(level, first);
        if (!ways.leadsSomewhereUnknown(level)) {
            for (Node node : inside) {
                if (!reached.contains(node.id())) {
                    findings.warning(
                            "unreachable",
                            lines.of(node),
                            Nodes.label(node) + " is never reached: no transition leads to it. Add one, or remove it");
                }
            }
        }
        judgeLoops(inside, reached);
    }

    private void judgeLoops(List<Node> inside, Set<String> reached) {
        List<Node> endless = inside.stream()
                .filter(node -> reached.contains(node.id()) && !ways.canEnd(node.id()))
                .toList();
        Set<String> told = new HashSet<>();
        for (Node node : endless) {
            Set<String> ahead = ways.fromHere(node.id());
            if (!ahead.contains(node.id()) || told.contains(node.id())) {
                continue;
            }
            List<Node> loop = endless.stream()
                    .filter(other -> ahead.contains(other.id())
                            && ways.fromHere(other.id()).contains(node.id()))
                    .toList();
            loop.forEach(other -> told.add(other.id()));
            findings.error(
                    "endless",
                    lines.of(node),
                    loop.stream().map(Nodes::label).collect(joining(", "))
                            + (loop.size() == 1 ? " leads to itself and nowhere else" : " lead round and nowhere else")
                            + ", so the job never ends. Add a way out, such as <end on=\"…\"/>, or take one 'next' away");
        }
    }
}
