package dev.reprise.wildfly;

import dev.reprise.internal.firing.Firing;
import dev.reprise.internal.ownership.Node;
import dev.reprise.internal.ownership.Recovery;
import dev.reprise.state.NodeIdentity;

/** What a node does after its reports. */
record NodeDuties(Recovery recovery, Firing firing) implements Node.Duties {

    @Override
    public void reported() {
        recovery.reported();
        firing.reported();
    }

    @Override
    public void asked() {
        recovery.asked();
        firing.wake();
    }

    @Override
    public void lost(NodeIdentity before, String why) {
        recovery.lost(before, why);
    }
}
