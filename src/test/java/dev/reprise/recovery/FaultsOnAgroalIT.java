package dev.reprise.recovery;

import dev.reprise.Skip;
import dev.reprise.server.Cluster;
import dev.reprise.server.Trials;
import org.junit.jupiter.api.BeforeAll;

/** {@link FaultsIT} with data sources of WildFly's subsystem datasources-agroal. */
class FaultsOnAgroalIT extends FaultsIT {

    @BeforeAll
    static void assumeLongForm() {
        Skip.unless(Boolean.getBoolean("reprise.chaos"), "faults on Agroal, in the long form alone, -Pchaos");
    }

    @Override
    Cluster.Pool pool() {
        return Cluster.Pool.AGROAL;
    }

    @Override
    int count(String fault, int usual) {
        return Trials.count("faults.agroal." + fault, usual, Integer.getInteger("reprise.chaos.faults.agroal", 2));
    }
}
