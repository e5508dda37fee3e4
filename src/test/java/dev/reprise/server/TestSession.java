package dev.reprise.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Prepares a run of the container tests before Arquillian reads its configuration: the database that
 * {@code reprise.it.database} names, a server folder and free ports. Does nothing in a run of unit tests.
 */
public final class TestSession implements LauncherSessionListener {

    private @Nullable EmbeddedPostgres postgres;

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        String database = System.getProperty("reprise.it.database", "");
        if (database.isEmpty()) {
            return;
        }
        Path folder = ServerFolder.root().resolve("arquillian");
        int offset = FreePorts.offset();
        System.setProperty("reprise.it.base", ServerFolder.create(folder).toString());
        System.setProperty("reprise.it.data", ServerFolder.data(folder).toString());
        System.setProperty("reprise.it.config", ServerFolder.configuration());
        System.setProperty("reprise.it.offset", String.valueOf(offset));
        System.setProperty("reprise.it.management", String.valueOf(9990 + offset));
        if (database.equals("postgresql")) {
            try {
                postgres = EmbeddedPostgres.builder()
                        .setPort(Integer.getInteger("reprise.it.postgresql.port"))
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not start", e);
            }
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        Trials.print();
        Cluster.closeIfStarted();
        EmbeddedPostgres running = postgres;
        if (running != null) {
            try {
                running.close();
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL did not stop", e);
            }
        }
    }
}
