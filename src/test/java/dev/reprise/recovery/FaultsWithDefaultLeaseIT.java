package dev.reprise.recovery;

import dev.reprise.Skip;
import dev.reprise.server.Cluster;
import dev.reprise.server.Trials;
import org.junit.jupiter.api.BeforeAll;

/** {@link FaultsIT} with the heartbeat and the lease that nodes have if nothing is set. */
class FaultsWithDefaultLeaseIT extends FaultsIT {

    @BeforeAll
    static void assumeLongForm() {
        Skip.unless(
                Boolean.getBoolean("reprise.chaos"), "faults with the default lease, in the long form alone, -Pchaos");
    }

    @Override
    Cluster.Pace pace() {
        return Cluster.Pace.DEFAULT;
    }

    /** A minute and more each: one of each job. */
    @Override
    boolean eachCommit() {
        return false;
    }

    @Override
    int count(String fault, int usual) {
        return Trials.count("faults.default." + fault, usual, Integer.getInteger("reprise.chaos.faults.default", 2));
    }
}
