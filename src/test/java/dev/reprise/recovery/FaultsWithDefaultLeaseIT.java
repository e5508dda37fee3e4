package dev.reprise.recovery;

import dev.reprise.server.Cluster;
import dev.reprise.server.Trials;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** {@link FaultsIT} with the heartbeat and the lease that nodes have if nothing is set. */
class FaultsWithDefaultLeaseIT extends FaultsIT {

    @BeforeAll
    static void assumeLongForm() {
        if (!Boolean.getBoolean("reprise.chaos")) {
            String reason = "Skipped: faults with the default lease, in the long form alone, -Pchaos";
            System.out.println(reason);
            Assumptions.abort(reason);
        }
    }

    @Override
    Cluster.Pace pace() {
        return Cluster.Pace.DEFAULT;
    }

    @Override
    int count(String fault, int usual) {
        return Trials.count("faults.default." + fault, usual, Integer.getInteger("reprise.chaos.faults.default", 2));
    }
}
