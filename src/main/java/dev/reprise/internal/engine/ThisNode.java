package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.LockWaits;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.internal.decide.TakeOvers;
import dev.reprise.internal.decide.TakeOvers.Outcome;
import dev.reprise.internal.store.Closing;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.Owner;
import dev.reprise.internal.store.Restarts;
import dev.reprise.state.DueRestart;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** What this node does beside running jobs: it tends its own, takes over from the dead, and stops with its server. Thread-safe. */
public final class ThisNode {

    private final Supplier<NodeIdentity> self;
    private final LaunchRules rules;
    private final Database database;
    private final JobExecutions executions;
    private final Restarts restarts;
    private final TakeOvers takeOvers;
    private final LockWaits lockWaits;
    private final OwnershipCheck ownershipCheck;
    private final JobRecorder jobRecorder;
    private final Map<Long, LiveExecution> live;
    private final Wiring wiring;

    private volatile boolean suspended;

    ThisNode(Wiring wiring) {
        this.self = wiring.self;
        this.rules = wiring.rules;
        this.database = wiring.database;
        this.executions = wiring.executions;
        this.restarts = wiring.restarts;
        this.takeOvers = wiring.takeOvers;
        this.lockWaits = wiring.lockWaits;
        this.ownershipCheck = wiring.ownershipCheck;
        this.jobRecorder = wiring.jobRecorder;
        this.live = wiring.live;
        this.wiring = wiring;
    }

    /**
     * Records the ends that the database could not be told when they came, and compares what this node owns with what it
     * runs. To be called after each report of the node, by one thread at a time.
     */
    public void tend() {
        jobRecorder.recordKeptEnds();
        ownershipCheck.compare();
        lockWaits.tell(!live.isEmpty());
    }

    /**
     * This node counted as dead: what it ran is others' now, and is to end.
     *
     * @param before what the node was
     * @param why as people read it
     */
    public void lost(NodeIdentity before, String why) {
        live.values().stream()
                .filter(running -> running.node().equals(before))
                .forEach(running -> running.lose("the node " + why));
        wiring.partitionsHere.lost(before, "the node " + why);
    }

    /**
     * Closes what dead nodes of this application, and earlier incarnations of this one, left running; each execution is
     * closed by one node.
     *
     * @return how many this node has closed
     */
    public int takeOverFromTheDead() {
        return takeOvers.takeOverAll();
    }

    Outcome takeOver(Owner dead) {
        return takeOvers.takeOver(dead);
    }

    /**
     * The restarts that are due, and that this node has taken upon itself now: no other one does them. Not what threads of
     * this node still end, which it has lost: the engine refuses that here, so it is another node's, or this one's once they
     * have ended.
     */
    public List<DueRestart> claimRestarts() {
        return suspended ? List.of() : database.inOwnTransaction(this::claimRestarts);
    }

    private List<DueRestart> claimRestarts(Handle handle) {
        List<DueRestart> claimed = new ArrayList<>(restarts.claim(handle, this::isDeployed));
        claimed.removeIf(due -> {
            boolean ending = live.containsKey(due.executionId());
            if (ending) {
                restarts.postpone(handle, due, Duration.ZERO);
            }
            return ending;
        });
        return claimed;
    }

    /** Those of the executions that the database knows. */
    public Set<Long> known(Collection<Long> executionIds) {
        return executionIds.isEmpty() ? Set.of() : database.read(handle -> executions.known(handle, executionIds));
    }

    private boolean isDeployed(String jobName) {
        try {
            return rules.recoveryOf(jobName, wiring.known(jobName)) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A restart that was claimed has happened, or must not happen any more. */
    public void restarted(DueRestart restart) {
        database.doInOwnTransaction(handle -> restarts.done(handle, restart));
    }

    /** A restart that was claimed could not happen: it is due again after a pause, on any node. */
    public void postpone(DueRestart restart, Duration pause) {
        database.doInOwnTransaction(handle -> restarts.postpone(handle, restart, pause));
    }

    /**
     * A restart that was claimed must not happen here: it is due again after a pause, on any node, and the execution says
     * why until then.
     */
    public void leave(DueRestart restart, Duration pause, Refusal why) {
        database.doInOwnTransaction(handle -> {
            restarts.postpone(handle, restart, pause);
            String before = executions.exitMessage(handle, restart.executionId());
            Closing.say(handle, restart.executionId(), TakeOvers.notRestarted(before, why));
        });
    }

    /** Whether the node takes no launches now, because its server stops. */
    public boolean isSuspended() {
        return suspended;
    }

    /**
     * Takes no launches any more, and stops everything that this node runs, because its server stops. What it stops is
     * restarted when the server is back, or by another node if this one leaves. Does not wait for it.
     */
    public void suspend() {
        suspended = true;
        synchronized (wiring.beginning) { // what is being taken is stopped and waited for, too
            live.values().forEach(LiveExecution::stopForServer);
            wiring.partitionsHere.stopForServer();
        }
    }

    /** Takes launches again. */
    public void resume() {
        suspended = false;
    }

    /**
     * Waits for the ends of all executions of this node, which somebody has asked to stop, and of what it runs for others.
     *
     * @return whether nothing runs on this node (any more)
     */
    public boolean awaitEnds(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean jobs = jobRecorder.awaitEnds(atMost);
        return wiring.partitionsHere.awaitEnds(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))) && jobs;
    }

    /** Schedules, and their ticks. */
    public Scheduled scheduled() {
        return wiring.scheduled;
    }

    /** This node; empty while it counts as dead. */
    public Optional<NodeIdentity> node() {
        try {
            return Optional.of(self.get());
        } catch (IllegalStateException dead) {
            return Optional.empty();
        }
    }
}
