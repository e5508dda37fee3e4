package dev.reprise.job;

import dev.reprise.job.JobXml.Element;
import dev.reprise.log.Shown;
import java.util.List;
import java.util.Optional;

/** What of a change of a step that has begun could repeat, lose or skip its work. */
final class BegunStep {

    private final String id;
    private final StepSoFar soFar;
    private final FoundChanges changes;

    /** @param soFar what it has done */
    BegunStep(String id, StepSoFar soFar, FoundChanges changes) {
        this.id = id;
        this.soFar = soFar;
        this.changes = changes;
    }

    /** @param reached whether a restart came to it before the change, or does now */
    void compare(Element was, Element is, boolean reached) {
        boolean again = is("allow-start-if-complete", is, "true");
        if (soFar.complete()) {
            if (again != is("allow-start-if-complete", was, "true") && reached) {
                changes.harmful(changes.of(id) + ": is complete, and "
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
            changes.harmful(changes.of(id) + ": was a " + kind(chunkWas) + " and is a " + kind(chunkIs)
                    + " now, which does not know what is done of it");
            return;
        }
        boolean batchlet = chunkWas.isEmpty();
        if (partitionWas.isPresent() != partitionIs.isPresent()) {
            if (soFar.hasProgress() || batchlet) {
                changes.harmful(changes.of(id)
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
                        "batchlet",
                        was.children("batchlet").findFirst(),
                        is.children("batchlet").findFirst(),
                        "kept user data which it would be given");
            }
        } else if (soFar.hasProgress()) {
            compareChunk(chunkWas.get(), chunkIs.get());
        }
        if (soFar.partitions() > 0 && partitionWas.isPresent() && partitionIs.isPresent()) {
            comparePartitions(partitionWas.get(), partitionIs.get());
        }
    }

    private static String kind(Optional<Element> chunk) {
        return chunk.isPresent() ? "chunk step" : "batchlet";
    }

    private void compareChunk(Element was, Element is) {
        otherArtifact(
                "reader",
                was.children("reader").findFirst(),
                is.children("reader").findFirst(),
                "has read what the other one would not know of");
        if (soFar.writerCheckpoint()) {
            otherArtifact(
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
                changes.harmful(changes.of(id) + ": the checkpoint of its " + side + " was a " + classWas.get()
                        + " and is a " + classIs.get() + " now, so the recorded one cannot be understood");
            }
        }
    }

    private void comparePartitions(Element was, Element is) {
        otherArtifact(
                "mapper",
                was.children("mapper").findFirst(),
                is.children("mapper").findFirst(),
                "has said what each of the partitions is that have begun");
        Optional<Element> planWas = was.children("plan").findFirst();
        Optional<Element> planIs = is.children("plan").findFirst();
        if (planWas.isPresent() && planIs.isPresent()) {
            String partitionsWas = planWas.get().attribute("partitions").orElse("1");
            String partitionsIs = planIs.get().attribute("partitions").orElse("1");
            boolean otherProperties = !Differences.text(planWas.get().children())
                    .equals(Differences.text(planIs.get().children()));
            if (!partitionsWas.equals(partitionsIs) || otherProperties) {
                changes.harmful(changes.of(id) + ": its plan "
                        + (otherProperties
                                ? "gives its partitions other properties"
                                : "had " + Shown.text(partitionsWas) + " partitions and has "
                                        + Shown.text(partitionsIs))
                        + " now, so those that have begun are not the same any more");
            }
        }
    }

    private void otherArtifact(String what, Optional<Element> was, Optional<Element> is, String why) {
        String refWas = was.flatMap(element -> element.attribute("ref")).orElse("");
        String refIs = is.flatMap(element -> element.attribute("ref")).orElse("");
        if (!refWas.equals(refIs) || !script(was).equals(script(is))) {
            changes.harmful(changes.of(id) + ": its " + what + " was " + artifact(refWas) + " and is " + artifact(refIs)
                    + FoundChanges.lines(was, is) + "; the former " + why);
        }
    }

    private static String artifact(String ref) {
        return ref.isEmpty() ? "none" : "'" + Shown.text(ref) + "'";
    }

    private static String script(Optional<Element> artifact) {
        return artifact.map(
                        element -> Differences.text(element.children("script").toList()))
                .orElse("");
    }

    private static boolean is(String attribute, Element element, String value) {
        return element.attribute(attribute).filter(value::equalsIgnoreCase).isPresent();
    }
}
