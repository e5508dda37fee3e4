package dev.reprise.flow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jberet.job.model.Decision;
import org.jberet.job.model.DecisionBuilder;
import org.jberet.job.model.Flow;
import org.jberet.job.model.FlowBuilder;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobBuilder;
import org.jberet.job.model.Split;
import org.jberet.job.model.SplitBuilder;
import org.jberet.job.model.Step;
import org.jberet.job.model.StepBuilder;
import org.jspecify.annotations.Nullable;

/** A job whose steps and deciders do what a script says; shown as text that reads like job XML. */
record ScriptedJob(List<Element> elements) {

    /** In a script: this call throws. */
    static final String THROWS = "!";

    /** In a script: this call returns null. */
    static final String NOTHING = "-";

    /** What a job, or a flow, is made of. */
    sealed interface Element permits ScriptedStep, ScriptedDecision, ScriptedFlow, ScriptedSplit {
        String id();

        /** The attribute. */
        @Nullable
        String next();

        List<Transition> transitions();
    }

    enum Kind {
        NEXT,
        END,
        FAIL,
        STOP
    }

    /**
     * @param to where a {@code next} goes, or where a {@code stop} lets the restart begin
     * @param exitStatus of the job, for all but {@code next}
     */
    record Transition(
            Kind kind,
            String on,
            @Nullable String to,
            @Nullable String exitStatus) {

        /** The exit status of the job; the given one if it does not say. */
        @Nullable
        String exitStatus(@Nullable String given) {
            return exitStatus == null ? given : exitStatus;
        }

        @Override
        public String toString() {
            String target = to == null ? "" : (kind == Kind.STOP ? " restart " : " to ") + to;
            return kind.name().toLowerCase(Locale.ROOT) + " on " + on + target
                    + (exitStatus == null ? "" : " exit-status " + exitStatus);
        }
    }

    /**
     * @param startLimit 0 for none
     * @param script what each call of its batchlet returns; the last one holds for all further calls
     */
    record ScriptedStep(
            String id,
            @Nullable String next,
            List<Transition> transitions,
            boolean allowStartIfComplete,
            int startLimit,
            List<String> script)
            implements Element {}

    /**
     * @param script what each call of its decider returns
     */
    record ScriptedDecision(String id, List<Transition> transitions, List<String> script) implements Element {
        @Override
        public @Nullable String next() {
            return null;
        }
    }

    record ScriptedFlow(String id, @Nullable String next, List<Transition> transitions, List<Element> elements)
            implements Element {}

    record ScriptedSplit(String id, @Nullable String next, List<ScriptedFlow> flows) implements Element {
        @Override
        public List<Transition> transitions() {
            return List.of();
        }
    }

    /** What a script says of the n-th call, from 0. */
    static String call(List<String> script, int n) {
        return script.get(Math.min(n, script.size() - 1));
    }

    // ---- Where things are ------------------------------------------------------------------------------------------

    /** The scripts of all steps and decisions, by id. */
    Map<String, List<String>> scripts() {
        Map<String, List<String>> scripts = new LinkedHashMap<>();
        collectScripts(elements, scripts);
        return scripts;
    }

    private static void collectScripts(List<? extends Element> elements, Map<String, List<String>> scripts) {
        for (Element element : elements) {
            if (element instanceof ScriptedStep step) {
                scripts.put(step.id(), step.script());
            } else if (element instanceof ScriptedDecision decision) {
                scripts.put(decision.id(), decision.script());
            } else if (element instanceof ScriptedFlow flow) {
                collectScripts(flow.elements(), scripts);
            } else if (element instanceof ScriptedSplit split) {
                collectScripts(split.flows(), scripts);
            }
        }
    }

    /** Whether two steps or decisions are in different flows of one split. */
    boolean areParallel(String one, String other) {
        List<String> path = path(elements, one);
        List<String> otherPath = path(elements, other);
        int i = 0;
        while (i < path.size() && i < otherPath.size() && path.get(i).equals(otherPath.get(i))) {
            i++;
        }
        return i > 0
                && i < path.size()
                && i < otherPath.size()
                && path.get(i - 1).startsWith("split");
    }

    /** The ids of what an element is in, outermost first, and its own. */
    private static List<String> path(List<? extends Element> elements, String id) {
        for (Element element : elements) {
            List<String> inside = element instanceof ScriptedFlow flow
                    ? path(flow.elements(), id)
                    : element instanceof ScriptedSplit split ? path(split.flows(), id) : List.of();
            if (!inside.isEmpty() || element.id().equals(id)) {
                List<String> path = new ArrayList<>(List.of(element.id()));
                path.addAll(inside);
                return path;
            }
        }
        return List.of();
    }

    // ---- For the engine --------------------------------------------------------------------------------------------

    /**
     * The same for the engine, with the artifacts of {@link ScriptedArtifacts}.
     */
    Job forTheEngine(String name) {
        JobBuilder job = new JobBuilder(name);
        for (Element element : elements) {
            if (element instanceof ScriptedStep step) {
                job.step(build(step));
            } else if (element instanceof ScriptedDecision decision) {
                job.decision(build(decision));
            } else if (element instanceof ScriptedFlow flow) {
                job.flow(build(flow));
            } else if (element instanceof ScriptedSplit split) {
                job.split(build(split));
            }
        }
        return job.build();
    }

    private static Step build(ScriptedStep step) {
        StepBuilder builder = new StepBuilder(step.id())
                .batchlet(ScriptedArtifacts.BATCHLET)
                .allowStartIfComplete(step.allowStartIfComplete())
                .startLimit(step.startLimit());
        if (step.next() != null) {
            builder.next(step.next());
        }
        Step built = builder.build();
        step.transitions().forEach(transition -> built.addTransitionElement(build(transition)));
        return built;
    }

    private static Decision build(ScriptedDecision decision) {
        Decision built = new DecisionBuilder(decision.id(), ScriptedArtifacts.DECIDER)
                .property(ScriptedArtifacts.DECISION, decision.id())
                .build();
        decision.transitions().forEach(transition -> built.addTransitionElement(build(transition)));
        return built;
    }

    private static Flow build(ScriptedFlow flow) {
        FlowBuilder builder = new FlowBuilder(flow.id());
        if (flow.next() != null) {
            builder.next(flow.next());
        }
        for (Element element : flow.elements()) {
            if (element instanceof ScriptedStep step) {
                builder.step(build(step));
            } else if (element instanceof ScriptedDecision decision) {
                builder.decision(build(decision));
            } else if (element instanceof ScriptedFlow inner) {
                builder.flow(build(inner));
            } else if (element instanceof ScriptedSplit split) {
                builder.split(build(split));
            }
        }
        Flow built = builder.build();
        flow.transitions().forEach(transition -> built.addTransitionElement(build(transition)));
        return built;
    }

    private static Split build(ScriptedSplit split) {
        SplitBuilder builder = new SplitBuilder(split.id());
        if (split.next() != null) {
            builder.next(split.next());
        }
        split.flows().forEach(flow -> builder.flow(build(flow)));
        return builder.build();
    }

    private static org.jberet.job.model.Transition<?> build(Transition transition) {
        return switch (transition.kind()) {
            case NEXT -> {
                var next = new org.jberet.job.model.Transition.Next<>(transition.on());
                next.setTo(transition.to());
                yield next;
            }
            case END -> terminating(new org.jberet.job.model.Transition.End<>(transition.on()), transition);
            case FAIL -> terminating(new org.jberet.job.model.Transition.Fail<>(transition.on()), transition);
            case STOP ->
                terminating(new org.jberet.job.model.Transition.Stop<>(transition.on(), transition.to()), transition);
        };
    }

    private static org.jberet.job.model.Transition<?> terminating(
            org.jberet.job.model.Transition.Termination<?> built, Transition transition) {
        built.setExitStatus(transition.exitStatus());
        return built;
    }

    // ---- For people ------------------------------------------------------------------------------------------------

    @Override
    public String toString() {
        return "\n" + text(elements, "  ");
    }

    private static String text(List<? extends Element> elements, String indent) {
        return elements.stream().map(element -> text(element, indent)).collect(Collectors.joining());
    }

    private static String text(Element element, String indent) {
        StringBuilder text = new StringBuilder(indent).append(element.id());
        if (element instanceof ScriptedStep step) {
            text.append(" ").append(step.script());
            text.append(step.allowStartIfComplete() ? " allow-start-if-complete" : "");
            text.append(step.startLimit() == 0 ? "" : " start-limit " + step.startLimit());
        } else if (element instanceof ScriptedDecision decision) {
            text.append(" ").append(decision.script());
        }
        text.append(element.next() == null ? "" : " next " + element.next());
        element.transitions().forEach(transition -> text.append("; ").append(transition));
        text.append("\n");
        if (element instanceof ScriptedFlow flow) {
            text.append(text(flow.elements(), indent + "  "));
        } else if (element instanceof ScriptedSplit split) {
            text.append(text(split.flows(), indent + "  "));
        }
        return text.toString();
    }
}
