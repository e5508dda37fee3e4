package dev.reprise.flow;

import dev.reprise.flow.ScriptedJob.Element;
import dev.reprise.flow.ScriptedJob.Kind;
import dev.reprise.flow.ScriptedJob.ScriptedDecision;
import dev.reprise.flow.ScriptedJob.ScriptedFlow;
import dev.reprise.flow.ScriptedJob.ScriptedSplit;
import dev.reprise.flow.ScriptedJob.ScriptedStep;
import dev.reprise.flow.ScriptedJob.Transition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** Random jobs without loops: every transition goes forward. */
final class ScriptedJobs {

    private ScriptedJobs() {}

    // ---- Unnamed elements, whose transitions say how far they go ----------------------------------------------------

    /** Where it goes: so many elements on; 0 is nowhere. */
    private record Way(
            Kind kind, String on, int distance, @Nullable String exitStatus) {}

    private sealed interface Gene permits StepGene, DecisionGene, FlowGene, SplitGene {
        List<Way> ways();
    }

    private record StepGene(int next, List<Way> ways, boolean allowStartIfComplete, int startLimit, List<String> script)
            implements Gene {}

    private record DecisionGene(List<Way> ways, List<String> script) implements Gene {}

    private record FlowGene(int next, List<Way> ways, List<Gene> genes) implements Gene {}

    private record SplitGene(int next, List<FlowGene> flows) implements Gene {
        @Override
        public List<Way> ways() {
            return List.of();
        }
    }

    private enum Level {
        JOB,
        INSIDE,
        INNERMOST
    }

    private static final Arbitrary<Integer> NEXT =
            Arbitraries.frequency(Tuple.of(12, 1), Tuple.of(1, 2), Tuple.of(2, 0));

    private static final Arbitrary<List<String>> SCRIPT = Arbitraries.frequency(
                    Tuple.of(6, ScriptedJob.NOTHING),
                    Tuple.of(3, ScriptedJob.THROWS),
                    Tuple.of(2, "A"),
                    Tuple.of(1, "AB"),
                    Tuple.of(1, "A.B"),
                    Tuple.of(1, "FAILED"))
            .list()
            .ofMinSize(1)
            .ofMaxSize(3);

    private static final Arbitrary<List<String>> ANSWERS = Arbitraries.frequency(
                    Tuple.of(4, "A"),
                    Tuple.of(4, "AB"),
                    Tuple.of(4, "B"),
                    Tuple.of(2, "A+B"),
                    Tuple.of(1, ScriptedJob.THROWS))
            .list()
            .ofMinSize(1)
            .ofMaxSize(2);

    private static final Arbitrary<String> PATTERNS = Arbitraries.of(
            "COMPLETED",
            "FAILED",
            "A",
            "B",
            "A.B",
            "A+B",
            "*",
            "A*",
            "F*",
            "?",
            "?B",
            "*B",
            "?*",
            "A?",
            "*ED",
            "C*",
            "A.*",
            "A+?",
            "?.B*",
            "*(");

    static Arbitrary<ScriptedJob> any() {
        return genes(Level.JOB, 2, 8).map(genes -> new Namer().job(genes));
    }

    private static Arbitrary<List<Gene>> genes(Level level, int least, int most) {
        Arbitrary<Gene> step = steps().map(gene -> gene);
        Arbitrary<Gene> decision = decisions().map(gene -> gene);
        if (level == Level.INNERMOST) {
            return Arbitraries.frequencyOf(Tuple.of(5, step), Tuple.of(1, decision))
                    .list()
                    .ofMinSize(least)
                    .ofMaxSize(most);
        }
        Level inside = level == Level.JOB ? Level.INSIDE : Level.INNERMOST;
        Arbitrary<Gene> flow = flows(inside).map(gene -> gene);
        Arbitrary<Gene> split = Combinators.combine(
                        NEXT, flows(inside).list().ofMinSize(2).ofMaxSize(3))
                .as(SplitGene::new);
        return Arbitraries.frequencyOf(Tuple.of(6, step), Tuple.of(2, decision), Tuple.of(2, flow), Tuple.of(2, split))
                .list()
                .ofMinSize(least)
                .ofMaxSize(most);
    }

    private static Arbitrary<StepGene> steps() {
        return Combinators.combine(
                        NEXT,
                        ways(0),
                        Arbitraries.frequency(Tuple.of(3, false), Tuple.of(1, true)),
                        Arbitraries.frequency(Tuple.of(6, 0), Tuple.of(1, 1), Tuple.of(1, 2)),
                        SCRIPT)
                .as(StepGene::new);
    }

    private static Arbitrary<DecisionGene> decisions() {
        return Combinators.combine(ways(1), ANSWERS).as(DecisionGene::new);
    }

    private static Arbitrary<FlowGene> flows(Level inside) {
        return Combinators.combine(NEXT, ways(0), genes(inside, 1, 3)).as(FlowGene::new);
    }

    private static Arbitrary<List<Way>> ways(int least) {
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(6, Kind.NEXT),
                                Tuple.of(1, Kind.END),
                                Tuple.of(1, Kind.FAIL),
                                Tuple.of(1, Kind.STOP)),
                        PATTERNS,
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of("X", "Y").injectNull(0.5))
                .as(Way::new)
                .list()
                .ofMinSize(least)
                .ofMaxSize(3);
    }

    // ---- Names and targets -----------------------------------------------------------------------------------------

    /** Names the elements in document order, and turns distances into names. */
    private static final class Namer {

        private final Map<String, Integer> count = new HashMap<>();
        private List<String> restartPositions = List.of();

        ScriptedJob job(List<Gene> genes) {
            List<Gene> valid = withoutDecisionsFirst(genes);
            List<String> names = names(valid);
            restartPositions =
                    names.stream().filter(name -> !name.startsWith("decision")).toList();
            return new ScriptedJob(elements(valid, names));
        }

        /** A decision comes after something. */
        private static List<Gene> withoutDecisionsFirst(List<Gene> genes) {
            int first = 0;
            while (first < genes.size() && genes.get(first) instanceof DecisionGene) {
                first++;
            }
            return first < genes.size()
                    ? genes.subList(first, genes.size())
                    : List.of(new StepGene(0, List.of(), false, 0, List.of(ScriptedJob.NOTHING)));
        }

        private List<String> names(List<? extends Gene> genes) {
            return genes.stream().map(this::name).toList();
        }

        private String name(Gene gene) {
            String kind = gene instanceof StepGene
                    ? "step"
                    : gene instanceof DecisionGene ? "decision" : gene instanceof FlowGene ? "flow" : "split";
            return kind + count.merge(kind, 1, Integer::sum);
        }

        private List<Element> elements(List<Gene> genes, List<String> names) {
            List<Element> elements = new ArrayList<>();
            for (int i = 0; i < genes.size(); i++) {
                List<String> further = names.subList(i + 1, names.size());
                elements.add(element(genes.get(i), names.get(i), further));
            }
            return elements;
        }

        private Element element(Gene gene, String name, List<String> further) {
            List<Transition> transitions = transitions(gene, further);
            if (gene instanceof StepGene step) {
                return new ScriptedStep(
                        name,
                        target(step.next(), further),
                        transitions,
                        step.allowStartIfComplete(),
                        step.startLimit(),
                        step.script());
            } else if (gene instanceof DecisionGene decision) {
                return new ScriptedDecision(name, transitions, decision.script());
            } else if (gene instanceof FlowGene flow) {
                return flow(flow, name, target(flow.next(), further), transitions);
            }
            SplitGene split = (SplitGene) gene;
            List<String> flows = names(split.flows());
            List<ScriptedFlow> inside = new ArrayList<>();
            for (int i = 0; i < flows.size(); i++) {
                // It is the split that goes on, not one of its flows.
                inside.add(flow(split.flows().get(i), flows.get(i), null, List.of()));
            }
            return new ScriptedSplit(name, target(split.next(), further), inside);
        }

        private ScriptedFlow flow(FlowGene flow, String name, @Nullable String next, List<Transition> transitions) {
            List<Gene> valid = withoutDecisionsFirst(flow.genes());
            return new ScriptedFlow(name, next, transitions, elements(valid, names(valid)));
        }

        private List<Transition> transitions(Gene gene, List<String> further) {
            List<Transition> transitions = new ArrayList<>();
            for (Way way : gene.ways()) {
                String target = target(way.distance(), further);
                switch (way.kind()) {
                    case NEXT -> {
                        if (target != null) {
                            transitions.add(new Transition(Kind.NEXT, way.on(), target, null));
                        }
                    }
                    case END, FAIL -> transitions.add(new Transition(way.kind(), way.on(), null, way.exitStatus()));
                    case STOP ->
                        transitions.add(new Transition(
                                Kind.STOP,
                                way.on(),
                                way.distance() == 0
                                        ? null
                                        : restartPositions.get(way.distance() % restartPositions.size()),
                                way.exitStatus()));
                }
            }
            return transitions;
        }

        private static @Nullable String target(int distance, List<String> further) {
            return distance == 0 || further.isEmpty() ? null : further.get(Math.min(distance, further.size()) - 1);
        }
    }
}
