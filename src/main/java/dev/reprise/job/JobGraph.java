package dev.reprise.job;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jberet.job.model.Decision;
import org.jberet.job.model.Flow;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobElement;
import org.jberet.job.model.Split;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a job and the ways between them, as deployed: inheritance is resolved, abstract elements are left out.
 * Immutable; its records and their fields are what consoles get as JSON.
 *
 * <p>Texts are those of the model it was made of: of a job that runs, {@code #{…}} is substituted in them already.
 *
 * @param job the id of the job
 * @param nodes in document order, each before what it contains
 */
public record JobGraph(String job, List<Node> nodes) {

    public JobGraph {
        nodes = List.copyOf(nodes);
    }

    /** What a node is. */
    public enum NodeKind {
        STEP,
        DECISION,
        /** Its elements run one at a time, from the first one on. */
        FLOW,
        /** Its flows run at once. */
        SPLIT
    }

    /** What a transition is, and so what follows. */
    public enum TransitionKind {
        /** The attribute {@code next}: where none of the elements matches. A FAILED step does not take it. */
        NEXT_ATTRIBUTE,
        /** On to another element. */
        NEXT,
        /** The job ends COMPLETED. */
        END,
        /** The job ends FAILED. */
        FAIL,
        /** The job ends STOPPED, and a restart begins at {@link Transition#to}, or where it stopped. */
        STOP
    }

    /**
     * One element of the job.
     *
     * @param parent the id of the flow or split it lies in, or null on the job's own level
     * @param step what is known of a step, or null for the others
     * @param transitions in the order in which they are looked at; if none is taken, its job or flow ends there
     */
    public record Node(
            String id,
            NodeKind kind,
            @Nullable String parent,
            @Nullable StepDefinition step,
            List<Transition> transitions) {

        public Node {
            transitions = List.copyOf(transitions);
        }
    }

    /**
     * One way on from an element.
     *
     * @param from the id of the element
     * @param on which exit statuses take it: a pattern with {@code *} and {@code ?}
     * @param to the element it leads to; for {@link TransitionKind#STOP} where a restart begins, or null
     * @param exitStatus what {@code end}, {@code fail} and {@code stop} make the job's exit status, or null
     */
    public record Transition(
            String from,
            TransitionKind kind,
            String on,
            @Nullable String to,
            @Nullable String exitStatus) {}

    /** Reads the engine's model of a job, whose inheritance is resolved. */
    public static JobGraph of(Job job) {
        List<Node> nodes = new ArrayList<>();
        collect(job.getJobElements(), null, nodes);
        return new JobGraph(job.getId(), nodes);
    }

    /** The element with this id. */
    public Optional<Node> node(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
    }

    /**
     * What lies directly in a flow or split, in document order; the first element of a flow is where it begins.
     *
     * @param parent the id of the flow or split, or null for the job's own level
     */
    public List<Node> inside(@Nullable String parent) {
        return nodes.stream()
                .filter(node -> Objects.equals(node.parent(), parent))
                .toList();
    }

    /**
     * The transition that an element takes when it has ended: the first one in document order that matches its exit
     * status. A step that failed does not take its {@code next} attribute, and a flow or split that failed takes
     * nothing. Empty where the job or the flow around it ends there.
     *
     * @param exitStatus the exit status, never the batch status; null matches no pattern
     * @param failed whether the element ended FAILED
     */
    public Optional<Transition> taken(String element, @Nullable String exitStatus, boolean failed) {
        Node node = node(element).orElse(null);
        if (node == null || (failed && (node.kind() == NodeKind.FLOW || node.kind() == NodeKind.SPLIT))) {
            return Optional.empty();
        }
        return node.transitions().stream()
                .filter(transition -> transition.kind() == TransitionKind.NEXT_ATTRIBUTE
                        ? !failed
                        : exitStatus != null && matches(transition.on(), exitStatus))
                .findFirst();
    }

    /** Whether there is a way from one element on to another, whatever exit statuses there are. */
    boolean leadsTo(String from, String to) {
        Set<String> seen = new HashSet<>();
        Deque<Node> further = new ArrayDeque<>();
        node(from).ifPresent(node -> further.addAll(after(node)));
        while (!further.isEmpty()) {
            Node next = further.pop();
            if (next.id().equals(to)) {
                return true;
            }
            if (seen.add(next.id())) {
                further.addAll(inside(next.id()));
                further.addAll(after(next));
            }
        }
        return false;
    }

    /** Where an element leads, and where the flows and splits around it do. */
    private List<Node> after(Node node) {
        List<Node> after = new ArrayList<>();
        for (Node at = node;
                at != null;
                at = at.parent() == null ? null : node(at.parent()).orElse(null)) {
            for (Transition transition : at.transitions()) {
                if (transition.kind() == TransitionKind.NEXT || transition.kind() == TransitionKind.NEXT_ATTRIBUTE) {
                    node(String.valueOf(transition.to())).ifPresent(after::add);
                }
            }
        }
        return after;
    }

    /**
     * Whether a transition's pattern matches an exit status: {@code *} stands for any characters, also none, {@code ?} for
     * one character, everything else for itself.
     */
    static boolean matches(String on, String exitStatus) {
        return new ExitStatusPattern(on).matches(exitStatus);
    }

    private static void collect(List<? extends JobElement> elements, @Nullable String parent, List<Node> nodes) {
        for (JobElement element : elements) {
            if (element instanceof Step step && !step.isAbstract()) {
                StepDefinition definition = new StepDefinition(
                        step.getId(),
                        step.getAllowStartIfCompleteBoolean(),
                        step.getPartition() != null,
                        step.getChunk() != null,
                        startLimit(step.getStartLimit()));
                nodes.add(new Node(
                        step.getId(),
                        NodeKind.STEP,
                        parent,
                        definition,
                        transitions(step.getId(), step.getTransitionElements(), step.getAttributeNext())));
            } else if (element instanceof Flow flow && !flow.isAbstract()) {
                nodes.add(new Node(
                        flow.getId(),
                        NodeKind.FLOW,
                        parent,
                        null,
                        transitions(flow.getId(), flow.getTransitionElements(), flow.getAttributeNext())));
                collect(flow.getJobElements(), flow.getId(), nodes);
            } else if (element instanceof Split split) {
                nodes.add(new Node(
                        split.getId(),
                        NodeKind.SPLIT,
                        parent,
                        null,
                        transitions(split.getId(), List.of(), split.getAttributeNext())));
                collect(split.getFlows(), split.getId(), nodes);
            } else if (element instanceof Decision decision) {
                nodes.add(new Node(
                        decision.getId(),
                        NodeKind.DECISION,
                        parent,
                        null,
                        transitions(decision.getId(), decision.getTransitionElements(), null)));
            }
        }
    }

    /** 0 where there is none, or no number. */
    static int startLimit(@Nullable String limit) {
        return limit != null && limit.matches("\\d{1,9}") ? Integer.parseInt(limit) : 0;
    }

    @SuppressWarnings("rawtypes") // as the engine has it
    private static List<Transition> transitions(
            String from, List<org.jberet.job.model.Transition> elements, @Nullable String nextAttribute) {
        List<Transition> transitions = new ArrayList<>();
        for (org.jberet.job.model.Transition element : elements) {
            String on = Objects.requireNonNullElse(element.getOn(), "");
            if (element instanceof org.jberet.job.model.Transition.Next<?> next) {
                transitions.add(new Transition(from, TransitionKind.NEXT, on, next.getTo(), null));
            } else if (element instanceof org.jberet.job.model.Transition.End<?> end) {
                transitions.add(new Transition(from, TransitionKind.END, on, null, end.getExitStatus()));
            } else if (element instanceof org.jberet.job.model.Transition.Fail<?> fail) {
                transitions.add(new Transition(from, TransitionKind.FAIL, on, null, fail.getExitStatus()));
            } else if (element instanceof org.jberet.job.model.Transition.Stop<?> stop) {
                transitions.add(new Transition(from, TransitionKind.STOP, on, stop.getRestart(), stop.getExitStatus()));
            }
        }
        if (nextAttribute != null) {
            transitions.add(new Transition(from, TransitionKind.NEXT_ATTRIBUTE, "*", nextAttribute, null));
        }
        return transitions;
    }
}
