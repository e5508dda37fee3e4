package dev.reprise.flow;

import dev.reprise.flow.ScriptedJob.Element;
import dev.reprise.flow.ScriptedJob.ScriptedDecision;
import dev.reprise.flow.ScriptedJob.ScriptedFlow;
import dev.reprise.flow.ScriptedJob.ScriptedSplit;
import dev.reprise.flow.ScriptedJob.ScriptedStep;
import dev.reprise.flow.ScriptedJob.Transition;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a job does according to Jakarta Batch (chapters "Transitioning Rules", "Batch and Exit Status", "Restart
 * Processing") and contract.md §5: one instance, execution after execution. Flows of a split run one after the other.
 */
final class ReferenceInterpreter {

    /** What the specification leaves open, or the engine does in its own way; in a trace, and as an exit status. */
    static final String UNSPECIFIED = "?";

    /**
     * What one execution did.
     *
     * @param trace the steps and decisions in order
     * @param steps the rows of the steps that ran, by name
     */
    record Observed(List<String> trace, BatchStatus status, String exitStatus, Map<String, String> steps) {}

    /** The job ends here, wherever in it. */
    private record JobEnd(
            BatchStatus status,
            @Nullable String exitStatus,
            @Nullable String restart) {
        static final JobEnd FAILED = new JobEnd(BatchStatus.FAILED, null, null);
    }

    /**
     * An element is done.
     *
     * @param last the steps that a decision after it is given
     * @param end if the job ends inside it
     */
    private record Done(
            String exitStatus,
            boolean failed,
            List<String> last,
            @Nullable JobEnd end) {}

    private final List<Element> job;

    // What is remembered of the instance
    private final Map<String, String> completed = new HashMap<>();
    private final Map<String, Integer> starts = new HashMap<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private @Nullable String position;

    // One execution
    private List<String> trace = new ArrayList<>();
    private Map<String, String> rows = new TreeMap<>();
    private @Nullable String exitStatus;

    ReferenceInterpreter(ScriptedJob job) {
        this.job = job.elements();
    }

    /** The next execution. */
    Observed run() {
        trace = new ArrayList<>();
        rows = new TreeMap<>();
        exitStatus = null;
        Element first = position == null ? job.get(0) : find(job, position);
        Done done = sequence(job, first);
        JobEnd end = done.end() == null ? new JobEnd(BatchStatus.COMPLETED, null, null) : done.end();
        position = end.restart();
        String given = end.exitStatus() == null ? exitStatus : end.exitStatus();
        return new Observed(trace, end.status(), given == null ? end.status().name() : given, rows);
    }

    /** The elements of a job or flow, from one of them on, as far as they lead. */
    private Done sequence(List<Element> elements, Element first) {
        Element current = first;
        List<String> preceding = List.of();
        List<String> last = List.of();
        String exitStatusOfDecision = null;
        while (true) {
            Done done = run(current, preceding);
            if (current instanceof ScriptedDecision) {
                exitStatusOfDecision = done.exitStatus();
            } else {
                // After a flow whose last element is a flow or split, the engine gives a decider the step before that.
                last = current instanceof ScriptedStep ? done.last() : List.of(UNSPECIFIED);
            }
            if (done.end() != null) {
                return done;
            }
            String given = current instanceof ScriptedDecision ? done.exitStatus() : null;
            if (given != null) {
                exitStatus = given;
            }
            Transition taken = firstMatch(current.transitions(), done.exitStatus());
            if (taken == null && done.failed()) {
                return ending(done, JobEnd.FAILED);
            }
            String next = taken == null ? current.next() : taken.to();
            if (taken != null) {
                switch (taken.kind()) {
                    case NEXT -> {}
                    case END -> {
                        return ending(done, new JobEnd(BatchStatus.COMPLETED, taken.exitStatus(given), null));
                    }
                    case FAIL -> {
                        return ending(done, new JobEnd(BatchStatus.FAILED, taken.exitStatus(given), null));
                    }
                    case STOP -> {
                        return ending(done, new JobEnd(BatchStatus.STOPPED, taken.exitStatus(given), taken.to()));
                    }
                }
            }
            if (next == null) {
                // What the exit status of a flow is, Jakarta Batch leaves open; this is what the engine takes for it.
                String ofFlow = exitStatusOfDecision == null ? "COMPLETED" : exitStatusOfDecision;
                return new Done(ofFlow, false, last, null);
            }
            preceding = done.last();
            current = find(elements, next);
        }
    }

    private static Done ending(Done done, JobEnd end) {
        return new Done(done.exitStatus(), done.failed(), done.last(), end);
    }

    private Done run(Element element, List<String> preceding) {
        if (element instanceof ScriptedStep step) {
            return run(step);
        } else if (element instanceof ScriptedDecision decision) {
            return run(decision, preceding);
        } else if (element instanceof ScriptedFlow flow) {
            return sequence(flow.elements(), flow.elements().get(0));
        }
        return run((ScriptedSplit) element);
    }

    private Done run(ScriptedStep step) {
        List<String> last = List.of(step.id());
        String before = completed.get(step.id());
        if (before != null && !step.allowStartIfComplete()) {
            return new Done(before, false, last, null);
        }
        if (step.startLimit() > 0 && starts.getOrDefault(step.id(), 0) >= step.startLimit()) {
            return new Done("FAILED", true, last, JobEnd.FAILED);
        }
        starts.merge(step.id(), 1, Integer::sum);
        trace.add(step.id());
        String says = call(step.id(), step.script());
        boolean fails = says.equals(ScriptedJob.THROWS);
        BatchStatus status = fails ? BatchStatus.FAILED : BatchStatus.COMPLETED;
        String given = fails || says.equals(ScriptedJob.NOTHING) ? status.name() : says;
        rows.put(step.id(), status + " " + given);
        if (fails) {
            completed.remove(step.id());
        } else {
            completed.put(step.id(), given);
        }
        return new Done(given, fails, last, null);
    }

    private Done run(ScriptedDecision decision, List<String> preceding) {
        trace.add(decision.id() + "(" + String.join(" ", preceding) + ")");
        String says = call(decision.id(), decision.script());
        if (says.equals(ScriptedJob.THROWS)) {
            return new Done("FAILED", true, preceding, JobEnd.FAILED);
        }
        return new Done(says, false, preceding, null);
    }

    /** All flows run to their ends; then FAILED goes before STOPPED, and STOPPED before COMPLETED. */
    private Done run(ScriptedSplit split) {
        List<String> last = new ArrayList<>();
        List<JobEnd> ends = new ArrayList<>();
        for (ScriptedFlow flow : split.flows()) {
            Done done = run(flow, List.of());
            last.addAll(done.last());
            if (done.end() != null) {
                ends.add(done.end());
            }
        }
        JobEnd end = null;
        for (JobEnd other : ends) {
            // Of several that are alike, the specification says nothing; the engine takes the first failure, else the
            // last.
            boolean goesBefore = end == null || rank(other) < rank(end) || (rank(other) == rank(end) && rank(end) > 0);
            end = goesBefore ? other : end;
        }
        if (end != null && end.status() == BatchStatus.STOPPED) {
            // The last that names one says where to restart.
            String restart = ends.stream()
                    .filter(other -> other.status() == BatchStatus.STOPPED && other.restart() != null)
                    .reduce((first, later) -> later)
                    .map(JobEnd::restart)
                    .orElse(null);
            end = new JobEnd(end.status(), end.exitStatus(), restart);
        }
        if (end != null && end.exitStatus() == null && exitStatus != null) {
            // Should be left as it is; the engine takes the batch status.
            exitStatus = UNSPECIFIED;
        }
        return new Done("COMPLETED", false, last, end);
    }

    private static int rank(JobEnd end) {
        return List.of(BatchStatus.FAILED, BatchStatus.STOPPED, BatchStatus.COMPLETED)
                .indexOf(end.status());
    }

    private String call(String id, List<String> script) {
        return ScriptedJob.call(script, calls.merge(id, 1, Integer::sum) - 1);
    }

    private static Element find(List<Element> elements, String id) {
        return elements.stream()
                .filter(element -> element.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static @Nullable Transition firstMatch(List<Transition> transitions, String exitStatus) {
        return transitions.stream()
                .filter(transition -> matches(transition.on(), exitStatus))
                .findFirst()
                .orElse(null);
    }

    /** {@code *} is any number of characters, {@code ?} is one. */
    static boolean matches(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        String rest = pattern.substring(1);
        if (pattern.charAt(0) == '*') {
            return matches(rest, text) || (!text.isEmpty() && matches(pattern, text.substring(1)));
        }
        return !text.isEmpty()
                && (pattern.charAt(0) == '?' || pattern.charAt(0) == text.charAt(0))
                && matches(rest, text.substring(1));
    }
}
