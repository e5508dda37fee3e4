package dev.reprise.internal.store;

import dev.reprise.state.NodeIdentity;
import dev.reprise.state.StepCounts;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A partition that a node has taken upon itself.
 *
 * @param id of its row
 * @param partitionOf the row of its step
 * @param node that has taken it
 * @param digest the definition that its execution runs; null if none is recorded
 * @param number in the plan
 * @param name of its row
 * @param attempt how many nodes died of it before
 * @param version that its row has now
 * @param counts what earlier nodes have committed of it
 * @param toStop whether somebody wants the execution stopped
 * @param kept what it begins with, by parameter of the statements
 * @param plan its properties in the plan, as they are stored; null if there are none
 */
public record Taken(
        long id,
        long partitionOf,
        long executionId,
        NodeIdentity node,
        String jobName,
        @Nullable String digest,
        int number,
        String name,
        int attempt,
        long version,
        StepCounts counts,
        boolean toStop,
        Map<String, byte @Nullable []> kept,
        @Nullable String plan) {

    /** The step that it is a partition of. */
    public String step() {
        return name.substring(
                0, name.length() - NewStep.partitionName("", number).length());
    }
}
