package dev.reprise.maven;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.maven.model.Resource;
import org.apache.maven.project.MavenProject;

/** Where a project has job XML: what it builds, and what that is built from. */
final class JobPlaces {

    static final String FOLDER = "META-INF/batch-jobs";

    private final MavenProject project;

    JobPlaces(MavenProject project) {
        this.project = project;
    }

    /** The file of a resource folder that a built file was copied from; empty if it comes from elsewhere. */
    Optional<Path> sourceOf(String name) {
        for (Resource resource : project.getResources()) {
            Path target = Path.of(resource.getTargetPath() == null ? "" : resource.getTargetPath());
            Path built = Path.of(FOLDER, name);
            if (target.toString().isEmpty() || built.startsWith(target)) {
                Path source = Path.of(resource.getDirectory())
                        .resolve(target.toString().isEmpty() ? built : target.relativize(built));
                if (Files.isRegularFile(source)) {
                    return Optional.of(source);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Job XML of the project, but for its tests, that is not among these.
     *
     * @param judged names of files
     */
    Set<Path> others(Set<String> judged) throws IOException {
        Path top = project.getBasedir().toPath();
        Path built = Path.of(project.getBuild().getDirectory());
        Path sources = top.resolve("src");
        Set<Path> others = new TreeSet<>();
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean another = !folder.equals(top) && Files.exists(folder.resolve("pom.xml"));
                boolean hidden = folder.getFileName().toString().startsWith(".");
                boolean test = sources.equals(folder.getParent()) && !folder.endsWith("main");
                return another || hidden || test || folder.equals(built)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = file.getFileName().toString();
                if (file.getParent().endsWith(FOLDER) && name.endsWith(".xml") && !judged.contains(name)) {
                    others.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return others;
    }
}
