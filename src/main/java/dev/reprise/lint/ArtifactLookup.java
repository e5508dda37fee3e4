package dev.reprise.lint;

import dev.reprise.lint.Surroundings.Artifact;
import dev.reprise.log.Shown;
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
        Class<?> type = load(className(ref), loader);
        return type == null ? surroundings.bean(ref) : Optional.of(new Artifact(type));
    }

    /** Why what a {@code ref} may mean cannot be loaded; empty if nothing is there. */
    Optional<String> unreadable(String ref) {
        String name = className(ref);
        try {
            Class.forName(name, false, loader);
        } catch (LinkageError e) {
            return Optional.of(whyNot(name, e));
        } catch (ClassNotFoundException e) {
            // then it is no class
        }
        return surroundings.unreadable(ref);
    }

    /** What a class needs that is not there. */
    static String whyNot(String className, Throwable reason) {
        String name = Shown.text(className);
        if (reason instanceof NoClassDefFoundError missing && missing.getCause() instanceof ClassNotFoundException) {
            return "class " + name + " needs "
                    + Shown.text(String.valueOf(missing.getMessage()).replace('/', '.'))
                    + ", which is not on the class path";
        }
        if (reason instanceof TypeNotPresentException missing) {
            return "class " + name + " needs " + Shown.text(missing.typeName()) + ", which is not on the class path";
        }
        return "class " + name + " cannot be loaded: " + Shown.text(String.valueOf(reason), 300);
    }

    private String className(String ref) {
        String listed = batchXml == null ? null : batchXml.getClassNameForRef(ref);
        return listed == null ? ref : listed;
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
