package dev.reprise.job;

import static java.util.stream.Collectors.joining;

import dev.reprise.job.Finding.Severity;
import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.NodeKind;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * What can be said of the ways through a job. A text with {@code #{…}} is known only when the job runs: such a target may
 * be anywhere, and such a pattern is judged by no rule.
 */
final class GraphRules {

    /** What the columns of names hold. */
    static final int LONGEST_ID = 100;

    private final JobGraph graph;
    private final Lines lines;
    private final int threads;
    private final Findings findings;
    private final Map<String, Node> byId = new HashMap<>();
    private final Map<String, List<Transition>> takeable = new HashMap<>();
    private final Map<String, Boolean> ends = new HashMap<>();

    GraphRules(JobGraph graph, Lines lines, int threads, Findings findings) {
        this.graph = graph;
        this.lines = lines;
        this.threads = threads;
        this.findings = findings;
        graph.nodes().forEach(node -> byId.putIfAbsent(node.id(), node));
    }

    void judge() {
        for (Node node : graph.nodes()) {
            takeable.putIfAbsent(node.id(), judgePatterns(node));
        }
        for (Node node : graph.nodes()) {
            judgeTargets(node);
            judgeId(node);
        }
        judgeWays(null);
        for (Node node : graph.nodes()) {
            if (node.kind() == NodeKind.FLOW) {
                judgeWays(node.id());
            }
        }
        judgeThreads();
    }

    // ---- Patterns --------------------------------------------------------------------------------------------------

    /** Returns the transitions that some exit status takes. */
    private List<Transition> judgePatterns(Node node) {
        List<Transition> left = new ArrayList<>();
        for (int i = 0; i < node.transitions().size(); i++) {
            Transition transition = node.transitions().get(i);
            ExitStatusPattern on = new ExitStatusPattern(transition.on());
            if (isKnown(transition.on()) && on.isCoveredBy(patterns(left))) {
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
                        isKnown(earlier.on()) && on.isCoveredBy(List.of(new ExitStatusPattern(earlier.on()))))
                .findFirst()
                .map(earlier -> "on=" + quoted(earlier.on()) + " in line "
                        + lines.of(node, node.transitions().indexOf(earlier)) + " takes")
                .orElse("those before it together take");
        findings.warning(
                "shadowed",
                lines.of(node, index),
                lead(node, node.transitions().get(index)) + " is never taken: " + by
                        + " all of its exit statuses. Move it up, or remove it");
    }

    private static List<ExitStatusPattern> patterns(List<Transition> transitions) {
        return transitions.stream()
                .map(Transition::on)
                .filter(GraphRules::isKnown)
                .map(ExitStatusPattern::new)
                .toList();
    }

    // ---- Targets and ids -------------------------------------------------------------------------------------------

    private void judgeTargets(Node node) {
        for (int i = 0; i < node.transitions().size(); i++) {
            Transition transition = node.transitions().get(i);
            String to = transition.to();
            if (to == null || !isKnown(to)) {
                continue;
            }
            boolean stop = transition.kind() == TransitionKind.STOP;
            String level = stop ? null : node.parent();
            if (isInside(level, to)) {
                if (stop && to.length() > LONGEST_ID) {
                    findings.error(
                            "id-length",
                            lines.of(node, i),
                            lead(node, transition) + " names a restart point of " + to.length() + " characters, and "
                                    + LONGEST_ID + " can be recorded. Shorten its id");
                }
                continue;
            }
            findings.error(
                    stop ? "restart-target" : "target",
                    lines.of(node, i),
                    lead(node, transition) + (stop ? " lets a restart begin at " : " leads to ") + Shown.value(to)
                            + ", " + where(to, level) + ". " + advice(to, level));
        }
    }

    private String where(String to, @Nullable String level) {
        Node elsewhere = byId.get(to);
        if (elsewhere != null) {
            String parent = elsewhere.parent();
            return "which lies " + (parent == null ? "outside" : "in " + label(parent)) + ", not "
                    + (level == null ? "on the job's own level" : "in " + label(level));
        }
        return lines.isAbstract(to) ? "which is abstract" : "and there is no such element";
    }

    private String advice(String to, @Nullable String level) {
        List<String> ids = graph.inside(level).stream().map(Node::id).toList();
        String place = level == null ? "on the job's own level" : "in " + label(level);
        return SimilarName.of(to, ids)
                .map(similar -> "Did you mean '" + similar + "'?")
                .orElse("Write the id of an element " + place);
    }

    private void judgeId(Node node) {
        if (node.step() == null) {
            return;
        }
        int suffix = node.step().partitioned() ? ":partition".length() + lines.digitsOfPartitions(node) : 0;
        if (node.id().length() + suffix > LONGEST_ID) {
            findings.error(
                    "id-length",
                    lines.of(node),
                    "the id of step " + Shown.value(node.id()) + " has "
                            + node.id().length() + " characters, and " + LONGEST_ID + " can be recorded"
                            + (suffix == 0 ? "" : ", less " + suffix + " for ':partition' and its number")
                            + ". Shorten it to " + (LONGEST_ID - suffix));
        }
    }

    // ---- Ways ------------------------------------------------------------------------------------------------------

    /** Judges the ways between the elements of one level. */
    private void judgeWays(@Nullable String level) {
        List<Node> nodes = graph.inside(level);
        if (nodes.isEmpty()) {
            return;
        }
        Node first = nodes.get(0);
        if (first.kind() == NodeKind.DECISION) {
            findings.error(
                    "first-decision",
                    lines.of(first),
                    (level == null ? "the job" : label(level)) + " begins with " + label(first)
                            + ", which the engine refuses, because there is no step before it that it could judge. Put"
                            + " one before it");
        }
        Set<String> reached = reached(level, first);
        if (!leadsSomewhereUnknown(level)) {
            for (Node node : nodes) {
                if (!reached.contains(node.id())) {
                    findings.warning(
                            "unreachable",
                            lines.of(node),
                            label(node) + " is never reached: no transition leads to it. Add one, or remove it");
                }
            }
        }
        judgeLoops(nodes, reached);
    }

    private Set<String> reached(@Nullable String level, Node first) {
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

    private boolean leadsSomewhereUnknown(@Nullable String level) {
        return graph.nodes().stream()
                .flatMap(node -> takeable(node.id()).stream()
                        .filter(transition -> transition.kind() == TransitionKind.STOP
                                ? level == null
                                : Objects.equals(node.parent(), level)))
                .anyMatch(transition -> transition.to() != null && !isKnown(transition.to()));
    }

    private void judgeLoops(List<Node> nodes, Set<String> reached) {
        List<Node> endless = nodes.stream()
                .filter(node -> reached.contains(node.id()) && !canEnd(node.id()))
                .toList();
        Set<String> told = new HashSet<>();
        for (Node node : endless) {
            Set<String> ahead = fromHere(node.id());
            if (!ahead.contains(node.id()) || told.contains(node.id())) {
                continue;
            }
            List<Node> loop = endless.stream()
                    .filter(other ->
                            ahead.contains(other.id()) && fromHere(other.id()).contains(node.id()))
                    .toList();
            loop.forEach(other -> told.add(other.id()));
            findings.error(
                    "endless",
                    lines.of(node),
                    loop.stream().map(GraphRules::label).collect(joining(", "))
                            + (loop.size() == 1 ? " leads to itself and nowhere else" : " lead round and nowhere else")
                            + ", so the job never ends. Add a way out, such as <end on=\"…\"/>, or take one 'next' away");
        }
    }

    /** Whether the job can end at this element, or behind it. */
    private boolean canEnd(String id) {
        Set<String> all = fromHere(id);
        all.add(id);
        return all.stream().anyMatch(each -> ends.computeIfAbsent(each, this::endsHere));
    }

    /** A way to nowhere counts as an end here: it is told of already. */
    private boolean endsHere(String id) {
        Node node = byId.get(id);
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
            case NEXT, NEXT_ATTRIBUTE -> transition.to() == null || !isInside(node.parent(), transition.to());
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
    private Set<String> fromHere(String id) {
        Set<String> found = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(id));
        while (!open.isEmpty()) {
            Node node = byId.get(open.remove());
            if (node == null) {
                continue;
            }
            for (Transition transition : takeable(node.id())) {
                String to = transition.to();
                boolean next =
                        transition.kind() == TransitionKind.NEXT || transition.kind() == TransitionKind.NEXT_ATTRIBUTE;
                if (next && to != null && isInside(node.parent(), to) && found.add(to)) {
                    open.add(to);
                }
            }
        }
        return found;
    }

    // ---- Threads ---------------------------------------------------------------------------------------------------

    private void judgeThreads() {
        for (Node node : graph.inside(null)) {
            int blocked = blocked(node);
            if (blocked >= threads) {
                findings.error(
                        "threads",
                        lines.of(node),
                        label(node) + " can block " + blocked + " threads at once, and all that jobs have is " + threads
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

    // ---- Words -----------------------------------------------------------------------------------------------------

    private List<Transition> takeable(String id) {
        return takeable.getOrDefault(id, List.of());
    }

    private boolean isInside(@Nullable String level, String id) {
        Node node = byId.get(id);
        return node != null && Objects.equals(node.parent(), level);
    }

    private static boolean isKnown(String text) {
        return !text.contains("#{");
    }

    private String label(String id) {
        Node node = byId.get(id);
        return node == null ? Shown.value(id) : label(node);
    }

    private static String label(Node node) {
        String kind = switch (node.kind()) {
            case STEP -> "step ";
            case DECISION -> "decision ";
            case FLOW -> "flow ";
            case SPLIT -> "split ";
        };
        return kind + Shown.value(node.id());
    }

    private static String lead(Node node, Transition transition) {
        String of = " of " + label(node);
        return switch (transition.kind()) {
            case NEXT_ATTRIBUTE -> "the attribute next" + of;
            case NEXT -> "<next on=" + quoted(transition.on()) + ">" + of;
            case END -> "<end on=" + quoted(transition.on()) + ">" + of;
            case FAIL -> "<fail on=" + quoted(transition.on()) + ">" + of;
            case STOP -> "<stop on=" + quoted(transition.on()) + ">" + of;
        };
    }

    private static String quoted(String text) {
        return "\"" + Shown.text(text) + "\"";
    }

    /** Where in the file the elements are. */
    interface Lines {

        int of(Node node);

        /** The line of a node's transition, by its place among them. */
        int of(Node node, int transition);

        boolean isAbstract(String id);

        /** With how many digits the largest number of a partition is written; where that is not known, room for many. */
        int digitsOfPartitions(Node node);
    }

    /** Where findings go. */
    static final class Findings {

        private final String file;
        private final List<Finding> list = new ArrayList<>();

        Findings(String file) {
            this.file = file;
        }

        void error(String rule, int line, String message) {
            list.add(new Finding(Severity.ERROR, rule, file, line, message + end(message)));
        }

        void warning(String rule, int line, String message) {
            list.add(new Finding(Severity.WARNING, rule, file, line, message + end(message)));
        }

        void add(Finding finding) {
            list.add(finding);
        }

        List<Finding> sorted() {
            return list.stream().distinct().sorted().toList();
        }

        private static String end(String message) {
            return message.endsWith("?") || message.endsWith(".") ? "" : ".";
        }
    }
}
