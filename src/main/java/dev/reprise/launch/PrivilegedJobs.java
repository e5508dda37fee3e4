package dev.reprise.launch;

import dev.reprise.access.Action;
import java.util.Set;

/**
 * Jobs whose launch is more than a launch. Who owns them declares them, in {@code META-INF/services}; the launcher then asks
 * for the role of what they do, and records it as that.
 */
public interface PrivilegedJobs {

    /** Their names. */
    Set<String> names();

    /** What a launch or a restart of one is. */
    Action action();
}
