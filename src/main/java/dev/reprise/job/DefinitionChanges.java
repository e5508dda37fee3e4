package dev.reprise.job;

import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.job.JobXml.Element;
import dev.reprise.job.RestartWay.Reach;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is not in a job's definition as it was when an execution ran that is to be restarted, and what of it could repeat,
 * lose or skip work (semantics.md §8.2). Only steps that have begun in the instance have work to repeat or to lose.
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
    private final List<DefinitionChange> changes = new ArrayList<>();

    private DefinitionChanges(
            RecordedDefinition before,
            RecordedDefinition now,
            @Nullable String position,
            Map<String, StepSoFar> steps) {
        this.before = before;
        this.now = now;
        this.elementsBefore = before.byId();
        this.elementsNow = now.byId();
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
        return changes.stream()
                .sorted((one, other) -> Boolean.compare(other.harmful(), one.harmful()))
                .toList();
    }

    private void harmful(String text) {
        changes.add(new DefinitionChange(true, text));
    }

    private void harmless(String text) {
        changes.add(new DefinitionChange(false, text));
    }

    // ---- The way ---------------------------------------------------------------------------------------------------

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
                harmful(of(id) + ": its <stop> let the restart begin at " + Shown.text(position)
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
                    harmful(of(then) + ": came after step " + Shown.text(first)
                            + ", and comes before it now; both have begun");
                }
            }
        }
    }

    // ---- Elements --------------------------------------------------------------------------------------------------

    private static boolean isStep(@Nullable Element element) {
        return element != null && element.tag().equals("step");
    }

    private void added(String id, Element element) {
        boolean skipped = isStep(element)
                && wayNow.to(id) == Reach.NOT
                && wayFromTheHead.to(id).compareTo(Reach.IF_COMPLETE) >= 0;
        if (skipped) {
            harmful(of(id) + ": was added before the place where the restart goes on, which would pass over it");
        } else {
            harmless(of(id) + ": was added");
        }
    }

    private void compareElement(String id, Element was) {
        Element is = elementsNow.get(id);
        StepSoFar soFar = steps.get(id);
        if (is == null || !is.tag().equals(was.tag())) {
            if (isStep(was) && soFar != null) {
                harmful(of(id) + ": has begun in this instance, and is not there any more" + renamed());
            } else {
                harmless(of(id) + (is == null ? ": was removed" : ": is a " + is.tag() + " now"));
            }
            return;
        }
        if (isStep(was)) {
            notReached(id, soFar);
            if (soFar != null) {
                compareBegun(id, was, is, soFar);
            }
        }
        listed(id, was, is);
    }

    private String renamed() {
        String candidates = elementsNow.entrySet().stream()
                .filter(entry -> isStep(entry.getValue()) && !elementsBefore.containsKey(entry.getKey()))
                .map(entry -> of(entry.getKey()))
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
            harmful(of(id) + ": has begun and is not complete, and the restart would not come to it any more");
        } else if (soFar == null
                && wayBefore.to(id).compareTo(Reach.IF_COMPLETE) >= 0
                && wayFromTheHead.to(id) != Reach.NOT) {
            harmful(of(id)
                    + ": came after the place where the restart goes on and comes before it now; it never ran, and"
                    + " the restart would pass over it");
        }
    }

    private void compareBegun(String id, Element was, Element is, StepSoFar soFar) {
        boolean again = is("allow-start-if-complete", is, "true");
        if (soFar.complete()) {
            if (again != is("allow-start-if-complete", was, "true")
                    && (wayBefore.to(id) != Reach.NOT || wayNow.to(id) != Reach.NOT)) {
                harmful(of(id) + ": is complete, and "
                        + (again
                                ? "allow-start-if-complete=\"true\" would run it again"
                                : "without allow-start-if-complete=\"true\" it would be skipped"));
            }
            return;
        }
        Optional<Element> chunkWas = was.children("chunk").findFirst();
        Optional<Element> chunkIs = is.children("chunk").findFirst();
        Optional<Element> partitionWas = was.children("partition").findFirst();
        Optional<Element> partitionIs = is.children("partition").findFirst();
        if (chunkWas.isPresent() != chunkIs.isPresent()) {
            harmful(of(id) + ": was a " + kind(chunkWas) + " and is a " + kind(chunkIs)
                    + " now, which does not know what is done of it");
            return;
        }
        boolean batchlet = chunkWas.isEmpty();
        if (partitionWas.isPresent() != partitionIs.isPresent()) {
            if (soFar.hasProgress() || batchlet) {
                harmful(of(id)
                        + (partitionIs.isPresent()
                                ? ": is partitioned now and was not"
                                : ": was partitioned and is" + " not now")
                        + ", so what is done of it would be done again");
            }
            return;
        }
        if (batchlet) {
            if (soFar.userData()) {
                otherArtifact(
                        id,
                        "batchlet",
                        was.children("batchlet").findFirst(),
                        is.children("batchlet").findFirst(),
                        "kept user data which it would be given");
            }
        } else if (soFar.hasProgress()) {
            compareChunk(id, chunkWas.get(), chunkIs.get(), soFar);
        }
        if (soFar.partitions() > 0 && partitionWas.isPresent() && partitionIs.isPresent()) {
            comparePartitions(id, partitionWas.get(), partitionIs.get());
        }
    }

    private static String kind(Optional<Element> chunk) {
        return chunk.isPresent() ? "chunk step" : "batchlet";
    }

    private void compareChunk(String id, Element was, Element is, StepSoFar soFar) {
        otherArtifact(
                id,
                "reader",
                was.children("reader").findFirst(),
                is.children("reader").findFirst(),
                "has read what the other one would not know of");
        if (soFar.writerCheckpoint()) {
            otherArtifact(
                    id,
                    "writer",
                    was.children("writer").findFirst(),
                    is.children("writer").findFirst(),
                    "has left a checkpoint which it would be given");
        }
        for (String side : List.of("reader", "writer")) {
            boolean recorded = side.equals("reader") ? soFar.readerCheckpoint() : soFar.writerCheckpoint();
            Optional<String> classWas = was.children(side).findFirst().flatMap(RecordedDefinition::checkpointOf);
            Optional<String> classIs = is.children(side).findFirst().flatMap(RecordedDefinition::checkpointOf);
            if (recorded && classWas.isPresent() && classIs.isPresent() && !classWas.equals(classIs)) {
                harmful(of(id) + ": the checkpoint of its " + side + " was a " + classWas.get() + " and is a "
                        + classIs.get() + " now, so the recorded one cannot be understood");
            }
        }
    }

    private void comparePartitions(String id, Element was, Element is) {
        otherArtifact(
                id,
                "mapper",
                was.children("mapper").findFirst(),
                is.children("mapper").findFirst(),
                "has said what each of the partitions is that have begun");
        Optional<Element> planWas = was.children("plan").findFirst();
        Optional<Element> planIs = is.children("plan").findFirst();
        if (planWas.isPresent() && planIs.isPresent()) {
            String partitionsWas = planWas.get().attribute("partitions").orElse("1");
            String partitionsIs = planIs.get().attribute("partitions").orElse("1");
            boolean otherProperties =
                    !text(planWas.get().children()).equals(text(planIs.get().children()));
            if (!partitionsWas.equals(partitionsIs) || otherProperties) {
                harmful(of(id) + ": its plan "
                        + (otherProperties
                                ? "gives its partitions other properties"
                                : "had " + Shown.text(partitionsWas) + " partitions and has "
                                        + Shown.text(partitionsIs))
                        + " now, so those that have begun are not the same any more");
            }
        }
    }

    private void otherArtifact(String id, String what, Optional<Element> was, Optional<Element> is, String why) {
        String refWas = was.flatMap(element -> element.attribute("ref")).orElse("");
        String refIs = is.flatMap(element -> element.attribute("ref")).orElse("");
        if (!refWas.equals(refIs) || !script(was).equals(script(is))) {
            harmful(of(id) + ": its " + what + " was " + artifact(refWas) + " and is " + artifact(refIs)
                    + lines(was, is) + "; the former " + why);
        }
    }

    private static String artifact(String ref) {
        return ref.isEmpty() ? "none" : "'" + Shown.text(ref) + "'";
    }

    private static String script(Optional<Element> artifact) {
        return artifact.map(element -> text(element.children("script").toList()))
                .orElse("");
    }

    // ---- What is listed --------------------------------------------------------------------------------------------

    /** Everything that is different and was not told of; one text for each element. */
    private void listed(String id, Element was, Element is) {
        Set<String> parts = differences(was, is);
        boolean told = changes.stream()
                .anyMatch(change -> change.harmful() && change.text().startsWith(of(id) + ":"));
        if (!parts.isEmpty() && !told) {
            harmless(of(id) + ": " + String.join(", ", parts) + " changed");
        }
    }

    private void compareJob() {
        Set<String> parts = differences(before.root(), now.root());
        if (!parts.isEmpty()) {
            harmless("job " + Shown.text(before.root().attribute("id").orElse("")) + ": " + String.join(", ", parts)
                    + " changed");
        }
    }

    /** The attributes and children by name that are not the same; of a chunk or partition what in it is not. */
    private static Set<String> differences(Element was, Element is) {
        Set<String> parts = new LinkedHashSet<>();
        Map<String, String> attributesWas = attributes(was);
        Map<String, String> attributesIs = attributes(is);
        Set<String> names = new TreeSet<>(attributesWas.keySet());
        names.addAll(attributesIs.keySet());
        names.stream()
                .filter(name -> !Objects.equals(attributesWas.get(name), attributesIs.get(name)))
                .forEach(parts::add);
        Set<String> tags = new LinkedHashSet<>();
        was.children().forEach(child -> tags.add(child.tag()));
        is.children().forEach(child -> tags.add(child.tag()));
        for (String tag : tags) {
            List<Element> childrenWas =
                    was.children(tag).filter(DefinitionChanges::isPart).toList();
            List<Element> childrenIs =
                    is.children(tag).filter(DefinitionChanges::isPart).toList();
            if (!text(childrenWas).equals(text(childrenIs))) {
                boolean inside =
                        Set.of("chunk", "partition").contains(tag) && childrenWas.size() == 1 && childrenIs.size() == 1;
                if (inside) {
                    parts.addAll(differences(childrenWas.get(0), childrenIs.get(0)));
                } else {
                    parts.add("<" + tag + ">");
                }
            }
        }
        return parts;
    }

    /** What has an id is compared for itself. */
    private static boolean isPart(Element element) {
        return element.attribute("id").isEmpty();
    }

    private static Map<String, String> attributes(Element element) {
        Map<String, String> attributes = new HashMap<>();
        element.attributes().stream()
                .filter(attribute -> attribute.name().getNamespaceURI().isEmpty())
                .forEach(attribute -> attributes.put(attribute.name().getLocalPart(), attribute.value()));
        return attributes;
    }

    /** Without lines. */
    private static String text(List<Element> elements) {
        return elements.stream()
                .map(element -> "<" + element.tag() + new java.util.TreeMap<>(attributes(element)) + element.text()
                        + text(element.children()) + ">")
                .collect(Collectors.joining());
    }

    private static boolean is(String attribute, Element element, String value) {
        return element.attribute(attribute).filter(value::equalsIgnoreCase).isPresent();
    }

    // ---- Names and lines -------------------------------------------------------------------------------------------

    private String of(String id) {
        Element was = elementsBefore.get(id);
        Element is = elementsNow.get(id);
        String tag = was != null ? was.tag() : is != null ? is.tag() : "step";
        return tag + " " + Shown.text(id) + lines(Optional.ofNullable(was), Optional.ofNullable(is));
    }

    private static String lines(Optional<Element> was, Optional<Element> is) {
        List<String> lines = new ArrayList<>();
        was.flatMap(RecordedDefinition::lineOf).ifPresent(line -> lines.add("line " + line + " before"));
        is.flatMap(RecordedDefinition::lineOf).ifPresent(line -> lines.add("line " + line + " now"));
        return lines.isEmpty() ? "" : " (" + String.join(", ", lines) + ")";
    }
}
