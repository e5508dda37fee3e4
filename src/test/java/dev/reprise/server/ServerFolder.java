package dev.reprise.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A server base folder of its own for each server that a test starts; the modules stay in the one WildFly. */
final class ServerFolder {

    private ServerFolder() {}

    /** Where the folders of this run's database are. */
    static Path root() {
        return Path.of("target", "it", database()).toAbsolutePath();
    }

    static String database() {
        return System.getProperty("reprise.it.database", "h2");
    }

    static Path home() {
        return Path.of(System.getProperty("reprise.it.home", "target/wildfly-39.0.1.Final"))
                .toAbsolutePath();
    }

    static String configuration() {
        return database().equals("postgresql") ? "standalone-postgresql.xml" : "standalone.xml";
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

    /** Where a server in that folder has its {@code reprise.data}. */
    static Path data(Path folder) {
        return folder.resolve("database");
    }

    /** Empties the folder and gives it the server's configuration. */
    static Path create(Path folder) {
        empty(folder);
        try {
            Path base = folder.resolve("base");
            Path from = home().resolve("standalone/configuration");
            try (Stream<Path> files = Files.walk(from)) {
                for (Path file : files.toList()) {
                    Path to = base.resolve("configuration")
                            .resolve(from.relativize(file).toString());
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(to);
                    } else if (!file.toString().contains("standalone_xml_history")) {
                        Files.createDirectories(to.getParent());
                        Files.copy(file, to);
                    }
                }
            }
            Files.createDirectories(base.resolve("deployments"));
            return base;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
