package dev.reprise.lint;

import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.NodeKind;
import dev.reprise.job.JobXml;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where in the file of a job its elements are. */
final class Lines {

    private static final Set<String> TRANSITIONS = Set.of("next", "end", "fail", "stop");
    private static final Set<String> WITH_ID = Set.of("step", "flow", "split", "decision");

    private final JobXml.Element root;

    Lines(JobXml.Element root) {
        this.root = root;
    }

    int of(Node node) {
        return element(node.id()).line();
    }

    /** The line of a node's transition, by its place among them. */
    int of(Node node, int transition) {
        JobXml.Element element = element(node.id());
        List<JobXml.Element> written = element.children().stream()
                .filter(child -> TRANSITIONS.contains(child.tag()))
                .toList();
        return transition < written.size() && node.kind() != NodeKind.SPLIT
                ? written.get(transition).line()
                : element.line();
    }

    boolean isAbstract(String id) {
        return find(id).flatMap(element -> element.attribute("abstract"))
                .filter("true"::equals)
                .isPresent();
    }

    /** The element of this id, or the job for one that is inherited from another file. */
    JobXml.Element element(String id) {
        return find(id).orElse(root);
    }

    private Optional<JobXml.Element> find(String id) {
        return root.withAllInside()
                .filter(element -> WITH_ID.contains(element.tag())
                        && element.attribute("id").filter(id::equals).isPresent())
                .findFirst();
    }

    /** Of what lies in an element, by its tag; of the element where there is none. */
    static int ofPart(JobXml.Element element, String tag) {
        return element.withAllInside()
                .filter(inside -> inside.tag().equals(tag))
                .findFirst()
                .orElse(element)
                .line();
    }

    /** Of a property of an element; of the element where it does not have it. */
    static int ofProperty(JobXml.Element element, String property) {
        return element.children("properties")
                .flatMap(properties -> properties.children("property"))
                .filter(inside ->
                        inside.attribute("name").filter(property::equals).isPresent())
                .findFirst()
                .orElse(element)
                .line();
    }
}
