package dev.reprise.internal.store;

import dev.reprise.state.NodeIdentity;

/**
 * Who runs an execution.
 *
 * @param node that runs it; {@link NodeIdentity#none} if it waits for one, which is as good as alive
 * @param mine whether it is this incarnation of this node
 * @param alive whether its node reported within the lease, as this incarnation
 */
public record Owner(long instanceId, long executionId, NodeIdentity node, boolean mine, boolean alive) {}
