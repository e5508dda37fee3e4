package dev.reprise.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server that Arquillian starts has to find: a folder of its own, free ports, and the database that
 * {@code reprise.it.database} names. The TCK begins with it too, and takes nothing else of the tests.
 */
public final class ArquillianServer implements AutoCloseable {

    private static final Path FOLDER = ServerFolder.root().resolve("arquillian");

    private final @Nullable EmbeddedPostgres postgres;

    private ArquillianServer(@Nullable EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /** Whether this process is to test with a server: a run of unit tests is not. */
    public static boolean isAskedFor() {
        return !System.getProperty("reprise.it.database", "").isEmpty();
    }

    /** Prepares everything, and says in system properties where it is, before Arquillian reads them. */
    public static ArquillianServer prepare() {
        int offset = FreePorts.offset();
        System.setProperty("reprise.it.base", ServerFolder.create(FOLDER).toString());
        System.setProperty("reprise.it.data", data().toString());
        System.setProperty("reprise.it.config", ServerFolder.configuration());
        System.setProperty("reprise.it.offset", String.valueOf(offset));
        System.setProperty("reprise.it.management", String.valueOf(9990 + offset));
        return new ArquillianServer(ServerFolder.database().equals("postgresql") ? startPostgres() : null);
    }

    /** An address on it. */
    public static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + (8080 + Integer.getInteger("reprise.it.offset")) + path);
    }

    /** What it has logged so far, a line each. */
    public static List<String> log() {
        try {
            return Files.readAllLines(FOLDER.resolve("base/log/server.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where its {@code reprise.data} is. */
    static Path data() {
        return ServerFolder.data(FOLDER);
    }

    private static EmbeddedPostgres startPostgres() {
        try {
            return EmbeddedPostgres.builder()
                    .setPort(Integer.getInteger("reprise.it.postgresql.port"))
                    .setPGStartupWait(Duration.ofMinutes(10))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start", e);
        }
    }

    /** Ends the database; the server ends with Arquillian. */
    @Override
    public void close() {
        try {
            if (postgres != null) {
                postgres.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not stop", e);
        }
    }
}
