package dev.reprise.monitor;

import dev.reprise.job.JobGraph;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.state.Skipped;
import dev.reprise.state.StepState;
import dev.reprise.state.TransitionTaken;
import jakarta.batch.runtime.BatchStatus;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A job's graph as one execution went through it. Immutable; its records and their fields are what consoles get as JSON.
 *
 * @param graph the job as deployed
 * @param passages what became of each element, by its id, in the order of the graph
 * @param transitions the transitions taken, in that order, with the exit statuses that took them
 */
public record ExecutionGraph(JobGraph graph, Map<String, Passage> passages, List<TransitionTaken> transitions) {

    /** What became of an element in an execution. */
    public enum Passage {
        /** The execution did not come to it, or not yet. */
        NOT_REACHED,
        /** It was complete before, and the restart went past it. */
        SKIPPED,
        RUNNING,
        COMPLETED,
        STOPPED,
        /** A flow or split: something in it failed, and that was not routed on. */
        FAILED
    }

    public ExecutionGraph {
        passages = Collections.unmodifiableMap(new LinkedHashMap<>(passages));
        transitions = List.copyOf(transitions);
    }

    /**
     * Lays an execution over the graph of its job.
     *
     * @param status of the execution
     * @param steps its steps, from {@code RepriseRepository.steps}
     * @param transitions its transitions, from {@code RepriseRepository.transitions}
     */
    public static ExecutionGraph of(
            JobGraph graph, BatchStatus status, List<StepState> steps, List<TransitionTaken> transitions) {
        return of(graph, status, steps, transitions, Skipped.NOTHING);
    }

    /**
     * Lays an execution that is not the first of its instance over the graph of its job.
     *
     * @param skipped what it skipped, from {@code RepriseRepository.skipped}
     */
    public static ExecutionGraph of(
            JobGraph graph,
            BatchStatus status,
            List<StepState> steps,
            List<TransitionTaken> transitions,
            Skipped skipped) {
        return new ExecutionGraph(graph, new Passages(graph, status, steps, transitions, skipped).all(), transitions);
    }

    private static final class Passages {

        private final JobGraph graph;
        private final BatchStatus status;
        private final Skipped skipped;
        private final Map<String, BatchStatus> ran = new HashMap<>();
        private final Set<String> left = new HashSet<>();
        private final Set<String> ledTo = new HashSet<>();

        Passages(
                JobGraph graph,
                BatchStatus status,
                List<StepState> steps,
                List<TransitionTaken> transitions,
                Skipped skipped) {
            this.graph = graph;
            this.status = status;
            this.skipped = skipped;
            steps.forEach(step -> ran.put(step.name(), step.status()));
            for (TransitionTaken taken : transitions) {
                left.add(taken.element());
                switch (taken.kind()) {
                    case NEXT, NEXT_ATTRIBUTE -> ledTo.add(String.valueOf(taken.target()));
                    case END, FAIL, STOP -> {}
                }
            }
        }

        Map<String, Passage> all() {
            Map<String, Passage> all = new LinkedHashMap<>();
            graph.nodes().forEach(node -> all.put(node.id(), passage(node)));
            return all;
        }

        private Passage passage(Node node) {
            return switch (node.kind()) {
                case STEP -> ofStep(node.id());
                case DECISION -> ofDecision(node.id());
                case FLOW, SPLIT -> ofWhole(node);
            };
        }

        private Passage ofStep(String step) {
            BatchStatus state = ran.get(step);
            if (state == null) {
                // The last element of a flow or job leads nowhere, so that it was skipped is seen from what was before.
                boolean complete =
                        status == BatchStatus.COMPLETED || skipped.complete().contains(step);
                boolean past = left.contains(step)
                        || (ledTo.contains(step) && complete)
                        || skipped.past().contains(step);
                return past ? Passage.SKIPPED : Passage.NOT_REACHED;
            }
            return switch (state) {
                case STARTING, STARTED, STOPPING -> Passage.RUNNING;
                case COMPLETED -> Passage.COMPLETED;
                case STOPPED -> Passage.STOPPED;
                case FAILED, ABANDONED -> Passage.FAILED;
            };
        }

        private Passage ofDecision(String decision) {
            if (left.contains(decision)) {
                return Passage.COMPLETED;
            }
            boolean failed = ledTo.contains(decision) && status == BatchStatus.FAILED;
            return failed ? Passage.FAILED : Passage.NOT_REACHED;
        }

        private Passage ofWhole(Node whole) {
            Set<Passage> inside = EnumSet.noneOf(Passage.class);
            for (Node node : graph.inside(whole.id())) {
                Passage passage = passage(node);
                boolean routed = passage == Passage.FAILED && left.contains(node.id());
                inside.add(routed ? Passage.COMPLETED : passage);
            }
            return first(
                    inside,
                    List.of(Passage.RUNNING, Passage.FAILED, Passage.STOPPED, Passage.COMPLETED, Passage.SKIPPED));
        }

        private static Passage first(Collection<Passage> among, List<Passage> order) {
            return order.stream().filter(among::contains).findFirst().orElse(Passage.NOT_REACHED);
        }
    }
}
