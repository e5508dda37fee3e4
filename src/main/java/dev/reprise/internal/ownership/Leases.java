package dev.reprise.internal.ownership;

import dev.reprise.internal.ownership.Node.Settings;
import dev.reprise.internal.store.NodeRegistry.Unfit;
import java.math.BigDecimal;
import java.time.Duration;

/** Whether the nodes of an application agree on when one of them is dead. */
final class Leases {

    private Leases() {}

    /** Whether one of the two counts as dead for the other between any two of its reports. */
    static boolean isDeadlyTo(Settings here, Unfit other) {
        return other.heartbeat().compareTo(here.lease()) >= 0
                || (other.lease() != null && here.heartbeat().compareTo(other.lease()) >= 0);
    }

    /** What differs, and what to do about it. */
    static String differing(Settings here, Unfit other) {
        String lease = other.lease() == null ? "an unknown time" : seconds(other.lease());
        return "Node " + here.name() + " of application " + here.application() + " reports every "
                + seconds(here.heartbeat()) + " and takes whoever is silent for " + seconds(here.lease())
                + " for dead; node " + other.node() + " reports every " + seconds(other.heartbeat())
                + " and takes whoever is silent for " + lease
                + " for dead. So one takes over what the other still runs."
                + " Give all nodes of an application the same reprise.heartbeat and reprise.lease.";
    }

    private static String seconds(Duration time) {
        return BigDecimal.valueOf(time.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }
}
