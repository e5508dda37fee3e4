package dev.reprise.server;

import dev.reprise.Patience;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Prepares a run of tests: how long they wait, and for the container tests their server; ends what those have started. */
public final class TestSession implements LauncherSessionListener {

    private @Nullable ArquillianServer server;

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Patience.begin();
        if (ArquillianServer.isAskedFor()) {
            server = ArquillianServer.prepare();
            TestUser.create(ArquillianServer.data());
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        Trials.print();
        Cluster.closeIfStarted();
        ArquillianServer prepared = server;
        if (prepared != null) {
            prepared.close();
        }
    }
}
