package dev.reprise.lint;

import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.Transition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What can be said of a job's elements and the ways between them, and of the threads that they need at once. */
final class GraphRules {

    private final JobGraph graph;
    private final Lines lines;
    private final int threads;
    private final Findings findings;

    GraphRules(JobGraph graph, Lines lines, int threads, Findings findings) {
        this.graph = graph;
        this.lines = lines;
        this.threads = threads;
        this.findings = findings;
    }

    void judge() {
        Nodes nodes = new Nodes(graph);
        TransitionRules transitions = new TransitionRules(graph, nodes, lines, findings);
        Map<String, List<Transition>> takeable = new HashMap<>();
        for (Node node : graph.nodes()) {
            takeable.putIfAbsent(node.id(), transitions.judgePatterns(node));
        }
        graph.nodes().forEach(transitions::judgeTargets);
        new WayRules(graph, nodes, new Ways(graph, nodes, takeable), lines, findings).judge();
        judgeThreads();
    }

    private void judgeThreads() {
        for (Node node : graph.inside(null)) {
            int blocked = blocked(node);
            if (blocked >= threads) {
                findings.error(
                        "threads",
                        lines.of(node),
                        Nodes.label(node) + " can block " + blocked + " threads at once, and all that jobs have is "
                                + threads
                                + ": then none is left for what they wait for, and the job hangs. Give the batch"
                                + " thread pool more than " + blocked
                                + " max-threads, or nest fewer splits and partitioned steps");
            }
        }
    }

    /**
     * How many threads can wait for others at once because of this element, its own included.
     *
     * <p>A partitioned step waits for its partitions: 1. They work and do not wait: 0 each. A split waits for its flows,
     * which run at once, each on a thread that may wait itself: 1 and the sum of its flows. The elements of a flow, and
     * those of the job, run one at a time on one thread: the largest. As long as this is less than the number of
     * threads, one of them can always work. Jobs that run at once add up; that nobody knows beforehand.
     */
    private int blocked(Node node) {
        return switch (node.kind()) {
            case STEP -> node.step() != null && node.step().partitioned() ? 1 : 0;
            case DECISION -> 0;
            case FLOW ->
                graph.inside(node.id()).stream().mapToInt(this::blocked).max().orElse(0);
            case SPLIT ->
                1 + graph.inside(node.id()).stream().mapToInt(this::blocked).sum();
        };
    }
}
