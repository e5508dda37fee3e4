package dev.reprise.state;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a partition is that any node may run (contract.md §9).
 *
 * @param waits for what; null while it runs and when it has ended
 * @param node that runs it, or was the last to; null if none has yet
 * @param earlier the nodes that ran it before that one, each once, the first one first
 * @param nodesDied how many nodes have died of it
 * @param committed when its last chunk was committed, by the database's clock; null before the first one
 */
public record Placement(
        @Nullable Wait waits,
        @Nullable String node,
        List<String> earlier,
        int nodesDied,
        @Nullable Instant committed) {

    public Placement {
        earlier = List.copyOf(earlier);
    }

    /** For what a partition waits. */
    public enum Wait {
        /** For its turn: as many of its step wait or run as may at a time. */
        PLANNED,
        /** For a node that has room. */
        READY
    }
}
