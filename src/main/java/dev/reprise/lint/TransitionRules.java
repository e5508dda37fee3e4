package dev.reprise.lint;

import dev.reprise.job.ExitStatusPattern;
import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.log.Shown;
import dev.reprise.parameters.SimilarName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of each transition alone: whether an exit status takes it, and whether there is what it leads to. A
 * pattern with {@code #{…}} is judged by no rule.
 */
final class TransitionRules {

    private final JobGraph graph;
    private final Nodes nodes;
    private final Lines lines;
    private final Findings findings;

    TransitionRules(JobGraph graph, Nodes nodes, Lines lines, Findings findings) {
        this.graph = graph;
        this.nodes = nodes;
        this.lines = lines;
        this.findings = findings;
    }

    /** Returns the transitions that some exit status takes. */
    List<Transition> judgePatterns(Node node) {
        List<Transition> left = new ArrayList<>();
        for (int i = 0; i < node.transitions().size(); i++) {
            Transition transition = node.transitions().get(i);
            ExitStatusPattern on = new ExitStatusPattern(transition.on());
            if (Ways.isKnown(transition.on()) && on.isCoveredBy(Ways.patterns(left))) {
                shadowed(node, i, on, left);
            } else {
                left.add(transition);
            }
        }
        return left;
    }

    private void shadowed(Node node, int index, ExitStatusPattern on, List<Transition> before) {
        String by = before.stream()
                .filter(earlier ->
                        Ways.isKnown(earlier.on()) && on.isCoveredBy(List.of(new ExitStatusPattern(earlier.on()))))
                .findFirst()
                .map(earlier -> "on=" + Nodes.quoted(earlier.on()) + " in line "
                        + lines.of(node, node.transitions().indexOf(earlier)) + " takes")
                .orElse("those before it together take");
        findings.warning(
                "shadowed",
                lines.of(node, index),
                Nodes.lead(node, node.transitions().get(index)) + " is never taken: " + by
                        + " all of its exit statuses. Move it up, or remove it");
    }

    void judgeTargets(Node node) {
        for (int i = 0; i < node.transitions().size(); i++) {
            Transition transition = node.transitions().get(i);
            String to = transition.to();
            if (to == null || !Ways.isKnown(to)) {
                continue;
            }
            boolean stop = transition.kind() == TransitionKind.STOP;
            String level = stop ? null : node.parent();
            if (nodes.isInside(level, to)) {
                if (stop && to.length() > IdRules.LONGEST) {
                    findings.error(
                            "id-length",
                            lines.of(node, i),
                            Nodes.lead(node, transition) + " names a restart point of " + to.length()
                                    + " characters, and " + IdRules.LONGEST + " can be recorded. Shorten its id");
                }
                continue;
            }
            findings.error(
                    stop ? "restart-target" : "target",
                    lines.of(node, i),
                    Nodes.lead(node, transition) + (stop ? " lets a restart begin at " : " leads to ") + Shown.value(to)
                            + ", " + where(to, level) + ". " + advice(to, level));
        }
    }

    private String where(String to, @Nullable String level) {
        Node elsewhere = nodes.node(to);
        if (elsewhere != null) {
            String parent = elsewhere.parent();
            return "which lies " + (parent == null ? "outside" : "in " + nodes.label(parent)) + ", not "
                    + (level == null ? "on the job's own level" : "in " + nodes.label(level));
        }
        return lines.isAbstract(to) ? "which is abstract" : "and there is no such element";
    }

    private String advice(String to, @Nullable String level) {
        List<String> ids = graph.inside(level).stream().map(Node::id).toList();
        String place = level == null ? "on the job's own level" : "in " + nodes.label(level);
        return SimilarName.of(to, ids)
                .map(similar -> "Did you mean '" + similar + "'?")
                .orElse("Write the id of an element " + place);
    }
}
