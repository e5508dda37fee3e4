package dev.reprise;

import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * How long a test waits for what has to come before it says that it hangs. Nothing is promised by it, because how fast
 * a machine is that does other things too is for no test to judge: what has a time in the contract is counted in events,
 * such as the reports of a node.
 */
public final class Patience {

    /** The same for whatever waits without Awaitility. */
    public static final long MINUTES = 10;

    public static final Duration GUARD = Duration.ofMinutes(MINUTES);

    private Patience() {}

    /** Makes it what Awaitility waits. */
    public static void begin() {
        Awaitility.setDefaultTimeout(GUARD);
    }
}
