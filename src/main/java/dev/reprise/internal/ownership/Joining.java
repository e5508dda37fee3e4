package dev.reprise.internal.ownership;

import dev.reprise.internal.ownership.Node.Settings;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.internal.store.NodeRegistry.Entry;
import dev.reprise.state.NodeIdentity;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How a process comes to be a node. */
final class Joining {

    /** Under the name of what is joined. */
    private static final Logger LOG = System.getLogger(Node.class.getName());

    private Joining() {}

    /**
     * Enters this process under its name. If another process of that name has reported lately, waits until it has missed two
     * reports.
     *
     * @throws IllegalStateException if that one reports again: two nodes have one name
     */
    static NodeIdentity enter(NodeRegistry registry, Settings settings) {
        Entry first = null;
        while (true) {
            Entry entry = registry.enter(settings.application(), settings.name(), settings.heartbeat(), null);
            if (entry.entered()) {
                return new NodeIdentity(settings.application(), settings.name(), entry.incarnation());
            }
            if (first == null) {
                first = entry;
                LOG.log(
                        Level.INFO,
                        "Node {0} reported a moment ago, at {1}, from {2}; waiting whether that process is still there",
                        settings.name(),
                        entry.lastReport(),
                        entry.process());
            } else if (!String.valueOf(first.lastReport()).equals(entry.lastReport())) {
                throw new IllegalStateException("There is a live node " + settings.name() + " of application "
                        + settings.application() + ": " + entry.process() + ", which last reported at "
                        + entry.lastReport()
                        + ". Give this server a name of its own: the system property reprise.node.");
            }
            pause(settings.heartbeat().dividedBy(5));
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.max(50, time.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while joining the nodes of the application", e);
        }
    }
}
