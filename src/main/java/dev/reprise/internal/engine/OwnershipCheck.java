package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.TakeOvers;
import dev.reprise.internal.store.Owner;
import dev.reprise.internal.store.Owners;
import dev.reprise.internal.store.Owners.Own;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Compares what this node owns in the database with what its threads run (contract.md §6): nothing stays STARTED that no
 * thread runs, no thread goes on with what is another node's, and who was asked to stop on another node stops here. One
 * statement each time. Not thread-safe.
 */
final class OwnershipCheck {

    private final Database database;
    private final Owners owners;
    private final TakeOvers takeOvers;
    private final Map<Long, LiveExecution> live;

    /** Owned and not running at the last look: somebody who starts or ends is seen so for a moment. */
    private Set<Long> withoutThread = Set.of();

    OwnershipCheck(Database database, Owners owners, TakeOvers takeOvers, Map<Long, LiveExecution> live) {
        this.database = database;
        this.owners = owners;
        this.takeOvers = takeOvers;
        this.live = live;
    }

    void compare() {
        // Before the rows are read: what begins meanwhile is in both, or in the rows alone.
        Set<LiveExecution> running = Set.copyOf(live.values());
        Map<Long, Own> owned = database.read(owners::ofThisNode);
        for (LiveExecution execution : running) {
            Own own = owned.get(execution.execution().getExecutionId());
            if (own == null) {
                if (!execution.stage().isDone()) {
                    execution.lose("another node has taken it over");
                }
            } else if (own.stopRequested() && !execution.stage().isDone()) {
                execution.stop();
            }
        }
        Set<Long> seen = new HashSet<>();
        for (Own own : owned.values()) {
            Owner owner = own.owner();
            if (!live.containsKey(owner.executionId())) {
                if (withoutThread.contains(owner.executionId())) {
                    takeOvers.closeWithoutThread(owner);
                } else {
                    seen.add(owner.executionId());
                }
            }
        }
        withoutThread = seen;
    }
}
