package dev.reprise.lint;

import dev.reprise.lint.Surroundings.Artifact;
import java.util.Collection;
import java.util.Optional;
import org.jberet.creation.ArchiveXmlLoader;
import org.jberet.job.model.BatchArtifacts;
import org.jspecify.annotations.Nullable;

/** What a {@code ref} can name: a bean, an entry of {@code META-INF/batch.xml}, or a class. */
final class ArtifactLookup {

    private final ClassLoader loader;
    private final Surroundings surroundings;
    private final @Nullable BatchArtifacts batchXml;

    ArtifactLookup(ClassLoader loader, Surroundings surroundings) {
        this.loader = loader;
        this.surroundings = surroundings;
        this.batchXml = ArchiveXmlLoader.loadBatchXml(loader);
    }

    /** Empty if there is certainly none. */
    Optional<Artifact> find(String ref) {
        String listed = batchXml == null ? null : batchXml.getClassNameForRef(ref);
        Class<?> type = load(listed == null ? ref : listed, loader);
        return type == null ? surroundings.bean(ref) : Optional.of(new Artifact(type));
    }

    Collection<String> names() {
        return surroundings.beanNames();
    }

    /** The class, not initialised, or null if there is none that can be loaded. */
    static @Nullable Class<?> load(String name, ClassLoader loader) {
        if (name.isEmpty()) {
            return null;
        }
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }
}
