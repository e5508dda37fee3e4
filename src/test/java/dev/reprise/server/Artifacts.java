package dev.reprise.server;

import dev.reprise.Patience;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What is published, as others get it: made by Maven in a process of its own, once for all tests of this one. */
public final class Artifacts {

    private static final Path FOLDER = Path.of("artifacts");

    private static boolean built;

    private Artifacts() {}

    /** The library, with what it brings under names of its own. */
    public static File library() {
        return jar("reprise");
    }

    /** What goes beside it for a console. */
    public static File console() {
        return jar("reprise-console");
    }

    private static synchronized File jar(String name) {
        if (!built) {
            build();
            built = true;
        }
        try (Stream<Path> files = Files.list(FOLDER.resolve(name).resolve("target"))) {
            return files.filter(
                            file -> file.getFileName().toString().matches(name + "-[0-9].*(?<!sources|javadoc)\\.jar"))
                    .findFirst()
                    .orElseThrow()
                    .toFile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void build() {
        try {
            Path log = Files.createTempFile("artifacts", ".log");
            Process maven = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("reprise.it.maven"), "bin", "mvn")
                                    .toString(),
                            "--batch-mode",
                            "--offline",
                            "--file=" + FOLDER.resolve("pom.xml"),
                            "--projects=reprise,reprise-console",
                            "package"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!maven.waitFor(Patience.MINUTES, TimeUnit.MINUTES) || maven.exitValue() != 0) {
                maven.destroyForcibly();
                throw new IllegalStateException("The artifacts cannot be made:\n" + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
