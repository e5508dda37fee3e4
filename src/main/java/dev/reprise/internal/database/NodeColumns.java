package dev.reprise.internal.database;

import dev.reprise.state.NodeIdentity;
import java.util.Map;

/** The columns in which a node stands. */
public final class NodeColumns {

    private NodeColumns() {}

    /** As statements name them: {@code :application}, {@code :node} and {@code :incarnation}. */
    public static Map<String, Object> of(NodeIdentity node) {
        return Map.of("application", node.application(), "node", node.name(), "incarnation", node.incarnation());
    }
}
