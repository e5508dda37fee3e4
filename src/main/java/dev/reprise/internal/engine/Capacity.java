package dev.reprise.internal.engine;

import java.util.Set;

/**
 * Which partitions a node runs of steps whose partitions any node may run.
 *
 * @param partitions how many at a time; 0: none
 * @param groups of nodes that it is in, for steps that want one
 */
public record Capacity(int partitions, Set<String> groups) {

    /** As many as there are processors, of steps that want no group. */
    public static final Capacity OF_THIS_MACHINE =
            new Capacity(Runtime.getRuntime().availableProcessors(), Set.of());

    public Capacity {
        groups = Set.copyOf(groups);
    }
}
