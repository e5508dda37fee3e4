package dev.reprise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Where things are: the bench writes below {@code bench/target} alone, until a run is complete. */
record Folders(Path project) {

    /** The folders of a bench that was started in the project's folder. */
    static Folders here() {
        Path project = Path.of("").toAbsolutePath();
        if (!Files.exists(project.resolve("bench/pom.xml"))) {
            throw new UsageException("The bench runs in the project's folder: bench/run.");
        }
        return new Folders(project);
    }

    Path target() {
        return project.resolve("bench/target");
    }

    /** Databases, servers and logs of the newest run. */
    Path run() {
        return target().resolve("bench");
    }

    /** Everything that was measured last; a workload that runs again replaces its own part. */
    Path results() {
        return target().resolve("results.json");
    }

    Path classes() {
        return target().resolve("classes");
    }

    Path wildfly() {
        try (Stream<Path> files = Files.list(target())) {
            return files.filter(file -> file.getFileName().toString().startsWith("wildfly-"))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("There is no WildFly in " + target() + ": start bench/run."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder with nothing in it; it need not have been there. */
    static Path empty(Path folder) {
        try {
            if (Files.exists(folder)) {
                try (Stream<Path> old = Files.walk(folder)) {
                    for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
