package dev.reprise.lint;

import dev.reprise.job.JobXml;
import dev.reprise.lint.Surroundings.Artifact;
import dev.reprise.log.Shown;
import dev.reprise.parameters.SimilarName;
import jakarta.annotation.Resource;
import jakarta.batch.api.chunk.AbstractItemReader;
import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.jberet.job.model.Chunk;
import org.jberet.job.model.RefArtifact;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/** What can be said of the classes that a job's XML refers to. */
final class ArtifactRules {

    private static final Set<String> WITH_REF = Set.of(
            "batchlet",
            "reader",
            "processor",
            "writer",
            "checkpoint-algorithm",
            "listener",
            "decision",
            "mapper",
            "collector",
            "analyzer",
            "reducer");

    private static final Set<String> FILTERS =
            Set.of("skippable-exception-classes", "retryable-exception-classes", "no-rollback-exception-classes");

    private final ClassLoader application;
    private final ArtifactLookup artifacts;
    private final Surroundings surroundings;
    private final Findings findings;

    ArtifactRules(ClassLoader application, Surroundings surroundings, Findings findings) {
        this.application = application;
        this.artifacts = new ArtifactLookup(application, surroundings);
        this.surroundings = surroundings;
        this.findings = findings;
    }

    /** Each {@code ref} of the file, those of abstract elements included. */
    void judgeRefs(JobXml.Element root) {
        root.withAllInside()
                .filter(element -> WITH_REF.contains(element.tag()))
                .forEach(element -> element.attribute("ref").ifPresent(ref -> judgeRef(element, ref)));
    }

    private void judgeRef(JobXml.Element element, String ref) {
        if (ref.contains("#{") || artifacts.find(ref).isPresent()) {
            return;
        }
        String lead = "<" + element.tag() + "> refers to " + Shown.value(ref) + ", and ";
        Optional<String> unreadable = artifacts.unreadable(ref);
        if (unreadable.isPresent()) {
            findings.error("ref", element.line(), lead + unreadable.get() + ". Put there what it needs");
            return;
        }
        String advice = SimilarName.of(ref, artifacts.names())
                .map(similar -> "Did you mean '" + similar + "'?")
                .orElse("Correct the ref, name a CDI bean so, or list it in META-INF/batch.xml");
        findings.error(
                "ref",
                element.line(),
                lead + "there is no bean, entry of META-INF/batch.xml or class of that name. " + advice);
    }

    /**
     * The classes of exceptions to skip or to retry. The engine compares names, those of an exception and of the classes
     * above it up to {@code Exception}, so any other name is one of nothing.
     */
    void judgeExceptions(JobXml.Element root) {
        root.withAllInside()
                .filter(element -> FILTERS.contains(element.tag()))
                .forEach(filter -> filter.children()
                        .forEach(
                                part -> part.attribute("class").ifPresent(name -> judgeException(filter, part, name))));
    }

    private void judgeException(JobXml.Element filter, JobXml.Element part, String name) {
        if (name.contains("#{")) {
            return;
        }
        String lead = "<" + part.tag() + "> of <" + filter.tag() + "> names " + Shown.value(name) + ", which is ";
        try {
            Class<?> type = Class.forName(name, false, application);
            if (!Exception.class.isAssignableFrom(type)) {
                findings.warning(
                        "exception-class",
                        part.line(),
                        lead
                                + "no class of exceptions, so the engine takes none for it. Write Exception or a class below"
                                + " it");
            }
        } catch (ClassNotFoundException e) {
            findings.warning(
                    "exception-class",
                    part.line(),
                    lead
                            + "not to be found, so the engine takes no exception for it. Write the name of a class with its"
                            + " package, and with $ before a class in a class");
        } catch (LinkageError e) {
            findings.unjudged(
                    part.line(),
                    "whether " + Shown.value(name) + " is a class of exceptions cannot be judged: "
                            + ArtifactLookup.whyNot(name, e));
        }
    }

    /**
     * Whether a restart would begin at the beginning. Seen where the reader's class is known and has its {@code
     * checkpointInfo} from {@link AbstractItemReader}, which returns null; one of the reader's own that returns null is not.
     */
    void judgeCheckpoint(Step step, ToIntFunction<String> line) {
        Chunk chunk = step.getChunk();
        RefArtifact reader = chunk == null ? null : chunk.getReader();
        Class<?> type = classOf(reader);
        if (reader == null || type == null || !AbstractItemReader.class.isAssignableFrom(type)) {
            return;
        }
        try {
            if (type.getMethod("checkpointInfo").getDeclaringClass() == AbstractItemReader.class) {
                findings.warning(
                        "checkpoint",
                        line.applyAsInt("reader"),
                        "reader " + Shown.value(reader.getRef()) + " (" + type.getName()
                                + ") does not override checkpointInfo, so a restart of step "
                                + Shown.value(step.getId())
                                + " reads everything again. Return a checkpoint and begin at it in open, or say"
                                + " restartable=\"false\" in the job");
            }
        } catch (NoSuchMethodException | LinkageError | TypeNotPresentException e) {
            findings.unjudged(
                    line.applyAsInt("reader"),
                    "whether reader " + Shown.value(reader.getRef()) + " has a checkpoint cannot be judged: "
                            + ArtifactLookup.whyNot(type.getName(), e));
        }
    }

    /**
     * Whether a chunk's rows and its checkpoint can be in one transaction. Seen are data sources that the writer's class
     * or one above it has injected with {@code @Resource} and a {@code lookup} or {@code mappedName}, and that the server
     * knows. Not seen are those of beans that the writer uses, of persistence units, of {@code java:comp/env} names and
     * those that are looked up in code; nor is any of this without a server.
     */
    void judgeDataSource(Step step, ToIntFunction<String> line) {
        Chunk chunk = step.getChunk();
        RefArtifact writer = chunk == null ? null : chunk.getWriter();
        Class<?> type = classOf(writer);
        if (writer == null || type == null) {
            return;
        }
        Set<String> names;
        try {
            names = dataSourcesOf(type);
        } catch (LinkageError | TypeNotPresentException e) {
            findings.unjudged(
                    line.applyAsInt("writer"),
                    "which data sources writer " + Shown.value(writer.getRef()) + " uses cannot be judged: "
                            + ArtifactLookup.whyNot(type.getName(), e));
            return;
        }
        for (String jndiName : names) {
            surroundings
                    .stranger(jndiName)
                    .ifPresent(stranger -> findings.warning(
                            "data-source",
                            line.applyAsInt("writer"),
                            "writer " + Shown.value(writer.getRef()) + " (" + type.getName() + ") of step "
                                    + Shown.value(step.getId()) + " uses data source " + Shown.value(stranger)
                                    + ", which cannot be in one transaction with the job repository's. Write to that of"
                                    + " the repository, or make both XA data sources"));
        }
    }

    private static Set<String> dataSourcesOf(Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (AnnotatedElement field : at.getDeclaredFields()) {
                lookup(field).ifPresent(names::add);
            }
            for (AnnotatedElement method : at.getDeclaredMethods()) {
                lookup(method).ifPresent(names::add);
            }
        }
        return names;
    }

    private static Optional<String> lookup(AnnotatedElement element) {
        Resource resource = element.getAnnotation(Resource.class);
        if (resource == null) {
            return Optional.empty();
        }
        String name = resource.lookup().isEmpty() ? resource.mappedName() : resource.lookup();
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private @Nullable Class<?> classOf(@Nullable RefArtifact artifact) {
        if (artifact == null || artifact.getRef().isEmpty() || artifact.getRef().contains("#{")) {
            return null;
        }
        return artifacts.find(artifact.getRef()).map(Artifact::type).orElse(null);
    }
}
