package dev.reprise.internal.doorbell;

import dev.reprise.log.OneLine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who is called back. What goes wrong with one of them is no other's. Thread-safe. */
final class Listeners {

    private static final Logger LOG = System.getLogger(Doorbell.class.getName());

    private final List<Consumer<Bell>> all = new CopyOnWriteArrayList<>();

    void add(Consumer<Bell> listener) {
        all.add(listener);
    }

    void tell(Bell bell) {
        for (Consumer<Bell> listener : all) {
            try {
                listener.accept(bell);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.WARNING, "What " + bell.text() + " rings for failed: " + OneLine.of(e.toString()), e);
            }
        }
    }
}
