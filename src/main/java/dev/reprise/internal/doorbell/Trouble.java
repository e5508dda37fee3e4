package dev.reprise.internal.doorbell;

import dev.reprise.log.OneLine;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;

/** What is said of a doorbell that does not work: a line when that begins, and one when it is over. Thread-safe. */
final class Trouble {

    private final String doorbell;
    private final Logger log;
    private final Set<Wire> broken = new HashSet<>();

    /** @param doorbell as people know it */
    Trouble(String doorbell) {
        this(doorbell, System.getLogger(Doorbell.class.getName()));
    }

    Trouble(String doorbell, Logger log) {
        this.doorbell = doorbell;
        this.log = log;
    }

    synchronized void breaks(Wire wire, Throwable why) {
        boolean first = broken.isEmpty();
        broken.add(wire);
        String message = why.getMessage() == null ? why.toString() : why.getMessage();
        log.log(
                first ? Level.WARNING : Level.DEBUG,
                "The doorbell {0} does not work, so nodes find what there is to do by their own looks every few seconds;"
                        + " it is tried again: {1}",
                doorbell,
                OneLine.of(message));
        log.log(Level.DEBUG, "why", why);
    }

    synchronized void works(Wire wire) {
        if (broken.remove(wire) && broken.isEmpty()) {
            log.log(Level.INFO, "The doorbell {0} works again", doorbell);
        }
    }

    /** Something that is so for as long as the connection lasts, and that nobody else would see. */
    void warn(String what) {
        log.log(Level.WARNING, what);
    }
}
