package dev.reprise.recovery;

import dev.reprise.server.Cluster;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A test that breaks the two servers of the {@link Cluster}, each of its faults once or, in the long form, often. */
@Tag("chaos")
abstract class OnTwoServers {

    Cluster cluster;
    Aftermath aftermath;

    @BeforeEach
    void mend() {
        cluster = Cluster.ready(pace(), pool());
        aftermath = new Aftermath(cluster.database());
    }

    Cluster.Pace pace() {
        return Cluster.Pace.SHORT;
    }

    Cluster.Pool pool() {
        return Cluster.Pool.IRONJACAMAR;
    }
}
