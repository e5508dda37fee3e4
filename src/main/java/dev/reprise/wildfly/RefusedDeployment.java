package dev.reprise.wildfly;

import dev.reprise.log.OneLine;
import org.jboss.msc.service.ServiceRegistryException;
import org.jboss.msc.service.StartException;

/** A deployment that cannot be, with a line that says why. The server's log shows no stack trace of it: none helps. */
final class RefusedDeployment {

    /** Some have the message of a database or of the engine in them. */
    private static final int LONGEST = 2000;

    private static final StackTraceElement[] NOTHING = {};

    private RefusedDeployment() {}

    /** When its services are installed. */
    static ServiceRegistryException installation(String message) {
        ServiceRegistryException refused = new ServiceRegistryException(line(message));
        refused.setStackTrace(NOTHING);
        return refused;
    }

    /** When one of them starts. */
    static StartException start(String message) {
        StartException refused = new StartException(line(message));
        refused.setStackTrace(NOTHING);
        return refused;
    }

    private static String line(String message) {
        return "Reprise: " + OneLine.of(message.strip().replaceAll("\\s*\\R\\s*", " "), LONGEST);
    }
}
