package dev.reprise.job;

import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.job.JobXml.Element;
import dev.reprise.job.RestartWay.Reach;
import dev.reprise.log.Shown;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is not in a job's definition as it was when an execution ran that is to be restarted, and what of it could repeat,
 * lose or skip work (contract.md §8.2). Only steps that have begun in the instance have work to repeat or to lose.
 */
public final class DefinitionChanges {

    private final RecordedDefinition before;
    private final RecordedDefinition now;
    private final Map<String, Element> elementsBefore;
    private final Map<String, Element> elementsNow;
    private final JobGraph graphBefore;
    private final JobGraph graphNow;
    private final @Nullable String position;
    private final Map<String, StepSoFar> steps;
    private final RestartWay wayBefore;
    private final RestartWay wayNow;
    private final RestartWay wayFromTheHead;
    private final FoundChanges changes;

    private DefinitionChanges(
            RecordedDefinition before,
            RecordedDefinition now,
            @Nullable String position,
            Map<String, StepSoFar> steps) {
        this.before = before;
        this.now = now;
        this.elementsBefore = before.byId();
        this.elementsNow = now.byId();
        this.changes = new FoundChanges(elementsBefore, elementsNow);
        this.graphBefore = before.graph();
        this.graphNow = now.graph();
        this.position = position;
        this.steps = steps;
        this.wayBefore = RestartWay.of(graphBefore, position, steps);
        this.wayNow = RestartWay.of(graphNow, position, steps);
        this.wayFromTheHead = RestartWay.of(graphNow, null, Map.of());
    }

    /**
     * Compares the definition that ran with the one that is deployed.
     *
     * @param position where a restart begins, as the execution has left it; null for the first element
     * @param steps what each step has done that ever began in the instance, by its id
     * @return what is harmful first
     */
    public static List<DefinitionChange> between(
            RecordedDefinition before,
            RecordedDefinition now,
            @Nullable String position,
            Map<String, StepSoFar> steps) {
        return new DefinitionChanges(before, now, position, steps).all();
    }

    /** The change that is there where a restart is to begin at what the job does not have, or not on its own level. */
    public static Optional<DefinitionChange> goneTarget(JobGraph now, @Nullable String position) {
        if (position == null
                || now.inside(null).stream().anyMatch(node -> node.id().equals(position))) {
            return Optional.empty();
        }
        return Optional.of(new DefinitionChange(
                true,
                Shown.value(position) + ": the restart is to begin there, as a <stop restart> said, and the job has no"
                        + " such element on its own level; if that is accepted, it begins at the first one"));
    }

    private List<DefinitionChange> all() {
        Optional<DefinitionChange> gone = goneTarget(graphNow, position);
        gone.ifPresent(changes::add);
        if (gone.isEmpty()) {
            stopLeadsElsewhere();
        }
        elementsBefore.forEach(this::compareElement);
        elementsNow.forEach((id, element) -> {
            if (!elementsBefore.containsKey(id)) {
                added(id, element);
            }
        });
        reordered();
        compareJob();
        return changes.sorted();
    }

    /** A step that is complete and stopped the job for a restart elsewhere leads elsewhere now. */
    private void stopLeadsElsewhere() {
        if (position == null) {
            return;
        }
        steps.forEach((id, soFar) -> {
            Transition stop = taken(graphBefore, id, soFar);
            Transition other = taken(graphNow, id, soFar);
            boolean stopped = stop != null
                    && stop.kind() == TransitionKind.STOP
                    && position.equals(stop.to())
                    && soFar.complete();
            if (stopped && other != null && other.to() != null && !position.equals(other.to())) {
                changes.harmful(changes.of(id) + ": its <stop> let the restart begin at " + Shown.text(position)
                        + ", and with the same exit" + " status it leads to " + Shown.text(other.to())
                        + " now, which the restart would pass over");
            }
        });
    }

    private static @Nullable Transition taken(JobGraph graph, String step, StepSoFar soFar) {
        return graph.taken(step, soFar.exitStatus(), false).orElse(null);
    }

    private void reordered() {
        List<String> begun = graphBefore.nodes().stream()
                .map(Node::id)
                .filter(id -> steps.containsKey(id) && isStep(elementsNow.get(id)))
                .toList();
        Set<String> told = new LinkedHashSet<>();
        for (String first : begun) {
            for (String then : begun) {
                if (graphBefore.leadsTo(first, then)
                        && !graphBefore.leadsTo(then, first)
                        && graphNow.leadsTo(then, first)
                        && !graphNow.leadsTo(first, then)
                        && told.add(then)) {
                    changes.harmful(changes.of(then) + ": came after step " + Shown.text(first)
                            + ", and comes before it now; both have begun");
                }
            }
        }
    }

    private static boolean isStep(@Nullable Element element) {
        return element != null && element.tag().equals("step");
    }

    private void added(String id, Element element) {
        boolean skipped = isStep(element)
                && wayNow.to(id) == Reach.NOT
                && wayFromTheHead.to(id).compareTo(Reach.IF_COMPLETE) >= 0;
        if (skipped) {
            changes.harmful(changes.of(id)
                    + ": was added before the place where the restart goes on, which would pass over it");
        } else {
            changes.harmless(changes.of(id) + ": was added");
        }
    }

    private void compareElement(String id, Element was) {
        Element is = elementsNow.get(id);
        StepSoFar soFar = steps.get(id);
        if (is == null || !is.tag().equals(was.tag())) {
            if (isStep(was) && soFar != null) {
                changes.harmful(changes.of(id) + ": has begun in this instance, and is not there any more" + renamed());
            } else {
                changes.harmless(changes.of(id) + (is == null ? ": was removed" : ": is a " + is.tag() + " now"));
            }
            return;
        }
        if (isStep(was)) {
            notReached(id, soFar);
            if (soFar != null) {
                boolean reached = wayBefore.to(id) != Reach.NOT || wayNow.to(id) != Reach.NOT;
                new BegunStep(id, soFar, changes).compare(was, is, reached);
            }
        }
        listed(id, was, is);
    }

    private String renamed() {
        String candidates = elementsNow.entrySet().stream()
                .filter(entry -> isStep(entry.getValue()) && !elementsBefore.containsKey(entry.getKey()))
                .map(entry -> changes.of(entry.getKey()))
                .collect(Collectors.joining(", "));
        return candidates.isEmpty()
                ? ""
                : "; if it was renamed, its work would be repeated by what is new: " + candidates;
    }

    /** What is begun would be left as it is; what never ran would be skipped. */
    private void notReached(String id, @Nullable StepSoFar soFar) {
        if (wayNow.to(id) != Reach.NOT || wayBefore.to(id) == Reach.NOT) {
            return;
        }
        if (soFar != null && !soFar.complete()) {
            changes.harmful(
                    changes.of(id) + ": has begun and is not complete, and the restart would not come to it any more");
        } else if (soFar == null
                && wayBefore.to(id).compareTo(Reach.IF_COMPLETE) >= 0
                && wayFromTheHead.to(id) != Reach.NOT) {
            changes.harmful(changes.of(id)
                    + ": came after the place where the restart goes on and comes before it now; it never ran, and"
                    + " the restart would pass over it");
        }
    }

    /** Everything that is different and was not told of; one text for each element. */
    private void listed(String id, Element was, Element is) {
        Set<String> parts = Differences.between(was, is);
        if (!parts.isEmpty() && !changes.isToldOf(id)) {
            changes.harmless(changes.of(id) + ": " + String.join(", ", parts) + " changed");
        }
    }

    private void compareJob() {
        Set<String> parts = Differences.between(before.root(), now.root());
        if (!parts.isEmpty()) {
            changes.harmless("job " + Shown.text(before.root().attribute("id").orElse("")) + ": "
                    + String.join(", ", parts) + " changed");
        }
    }
}
