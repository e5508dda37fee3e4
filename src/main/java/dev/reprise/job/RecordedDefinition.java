package dev.reprise.job;

import dev.reprise.job.JobGraph.Node;
import dev.reprise.job.JobGraph.NodeKind;
import dev.reprise.job.JobGraph.Transition;
import dev.reprise.job.JobGraph.TransitionKind;
import dev.reprise.job.JobXml.Element;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A job's definition as one version of its application had it (contract.md §8.2): job XML with all that is inherited, in
 * one form for all that mean the same, whose elements know the lines that they were read from. Immutable.
 */
public final class RecordedDefinition {

    private final String xml;
    private final String digest;
    private volatile @Nullable Element root;

    private RecordedDefinition(String xml) {
        this.xml = xml;
        this.digest = digest(xml);
    }

    /**
     * The definition of a job that is deployed.
     *
     * @param job the engine's model of it, whose inheritance is resolved and whose expressions are not
     * @param lines where its elements begin, from {@link #lines}
     * @param artifacts the class that a {@code ref} names, or null if it is not known
     */
    public static RecordedDefinition of(
            JobModel job, Map<String, Integer> lines, Function<String, @Nullable Class<?>> artifacts) {
        return new RecordedDefinition(ResolvedXml.of(job.engines(), lines, artifacts));
    }

    /**
     * Where the elements of a job begin in the file that it was read from.
     *
     * @param jobXmlName the name of the file, with or without {@code .xml}
     * @param application where {@code META-INF/batch-jobs} is
     * @return by the id of each, or what is called by it; empty if there is no such file, or it cannot be read
     */
    public static Map<String, Integer> lines(String jobXmlName, ClassLoader application) {
        try {
            return lines(new JobFiles(application).bytes(JobFiles.nameOf(jobXmlName)));
        } catch (IOException e) {
            return Map.of();
        }
    }

    /**
     * A definition that was recorded.
     *
     * @throws IllegalArgumentException if it is not of this class's form
     */
    public static RecordedDefinition read(String xml) {
        RecordedDefinition definition = new RecordedDefinition(xml);
        definition.root();
        return definition;
    }

    /** Its SHA-256, in 64 hexadecimal digits. */
    public String digest() {
        return digest;
    }

    /** Its text: job XML that the engine could run, with lines and classes of checkpoints in a namespace of their own. */
    public String xml() {
        return xml;
    }

    /** False if it says that it cannot be restarted. */
    public boolean restartable() {
        return root().attribute("restartable").filter("false"::equalsIgnoreCase).isEmpty();
    }

    /** Its elements and the ways between them; expressions are in it as they are. */
    public JobGraph graph() {
        List<Node> nodes = new ArrayList<>();
        collect(root(), null, nodes);
        return new JobGraph(root().attribute("id").orElse(""), nodes);
    }

    private static void collect(Element around, @Nullable String parent, List<Node> nodes) {
        for (Element element : around.children()) {
            NodeKind kind = kind(element.tag());
            if (kind != null) {
                String id = element.attribute("id").orElse("");
                nodes.add(new Node(
                        id, kind, parent, kind == NodeKind.STEP ? step(id, element) : null, ways(id, element)));
                collect(element, id, nodes);
            }
        }
    }

    private static @Nullable NodeKind kind(String tag) {
        return switch (tag) {
            case "step" -> NodeKind.STEP;
            case "decision" -> NodeKind.DECISION;
            case "flow" -> NodeKind.FLOW;
            case "split" -> NodeKind.SPLIT;
            default -> null;
        };
    }

    private static StepDefinition step(String id, Element element) {
        return new StepDefinition(
                id,
                element.attribute("allow-start-if-complete")
                        .filter("true"::equalsIgnoreCase)
                        .isPresent(),
                element.children("partition").findFirst().isPresent(),
                element.children("chunk").findFirst().isPresent(),
                JobGraph.startLimit(element.attribute("start-limit").orElse(null)));
    }

    private static List<Transition> ways(String from, Element element) {
        List<Transition> ways = new ArrayList<>();
        for (Element way : element.children()) {
            String on = way.attribute("on").orElse("");
            String exitStatus = way.attribute("exit-status").orElse(null);
            switch (way.tag()) {
                case "next" ->
                    ways.add(new Transition(
                            from, TransitionKind.NEXT, on, way.attribute("to").orElse(null), null));
                case "end" -> ways.add(new Transition(from, TransitionKind.END, on, null, exitStatus));
                case "fail" -> ways.add(new Transition(from, TransitionKind.FAIL, on, null, exitStatus));
                case "stop" ->
                    ways.add(new Transition(
                            from,
                            TransitionKind.STOP,
                            on,
                            way.attribute("restart").orElse(null),
                            exitStatus));
                default -> {
                    // no way on
                }
            }
        }
        element.attribute("next")
                .ifPresent(next -> ways.add(new Transition(from, TransitionKind.NEXT_ATTRIBUTE, "*", next, null)));
        return ways;
    }

    Element root() {
        Element known = root;
        if (known == null) {
            try {
                known = JobXml.read(xml.getBytes(StandardCharsets.UTF_8));
            } catch (JobXml.Unreadable e) {
                throw new IllegalArgumentException("a recorded definition cannot be read: " + e.getMessage(), e);
            }
            root = known;
        }
        return known;
    }

    /** The elements that have an id, in document order. */
    Map<String, Element> byId() {
        Map<String, Element> byId = new LinkedHashMap<>();
        root().withAllInside()
                .skip(1)
                .forEach(element -> element.attribute("id").ifPresent(id -> byId.put(id, element)));
        return byId;
    }

    /** Where an element began in the file that it was read from. */
    static Optional<String> lineOf(Element element) {
        return own(element, ResolvedXml.LINE);
    }

    /** The class of the checkpoints that a reader or writer declares. */
    static Optional<String> checkpointOf(Element element) {
        return own(element, ResolvedXml.CHECKPOINT);
    }

    private static Optional<String> own(Element element, String name) {
        return element.attributes().stream()
                .filter(attribute -> attribute.name().getNamespaceURI().equals(ResolvedXml.NAMESPACE)
                        && attribute.name().getLocalPart().equals(name))
                .map(JobXml.Attribute::value)
                .findFirst();
    }

    static Map<String, Integer> lines(byte @Nullable [] source) {
        Map<String, Integer> lines = new HashMap<>();
        if (source != null) {
            try {
                Element job = JobXml.read(source);
                lines.put("", job.line());
                job.children().forEach(child -> addLines(child, "", lines));
            } catch (JobXml.Unreadable e) {
                lines.clear(); // the linter says so
            }
        }
        return lines;
    }

    private static void addLines(Element element, String around, Map<String, Integer> lines) {
        String id = element.attribute("id").orElse(null);
        lines.putIfAbsent(id == null ? ResolvedXml.place(around, element.tag()) : id, element.line());
        element.children().forEach(child -> addLines(child, id == null ? around : id, lines));
    }

    /** The SHA-256 of a text, in hexadecimal digits. */
    public static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
