package dev.reprise.internal.decide;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.store.Closing;
import dev.reprise.internal.store.Closing.Closed;
import dev.reprise.internal.store.Owner;
import dev.reprise.internal.store.Owners;
import dev.reprise.internal.store.Restarts;
import dev.reprise.job.JobModel;
import dev.reprise.job.RecoveryPolicy;
import dev.reprise.log.LogThread;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.Refusal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Closes what nobody runs any more, and says what becomes of it (contract.md §6): one transaction for each execution,
 * which one node wins. Thread-safe.
 */
public final class TakeOvers {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private final Database database;
    private final Owners owners;
    private final Restarts restarts;
    private final LaunchRules rules;
    private final Function<String, @Nullable JobModel> jobs;
    private final Supplier<NodeIdentity> self;
    private final Duration lease;

    /** What could not be closed because of a lock, and was said to be so. */
    private final Set<Long> locked = ConcurrentHashMap.newKeySet();

    /**
     * @param jobs that ran here, by name
     */
    public TakeOvers(
            Database database,
            Owners owners,
            Restarts restarts,
            LaunchRules rules,
            Function<String, @Nullable JobModel> jobs,
            Supplier<NodeIdentity> self,
            Duration lease) {
        this.database = database;
        this.owners = owners;
        this.restarts = restarts;
        this.rules = rules;
        this.jobs = jobs;
        this.self = self;
        this.lease = lease;
    }

    /** How a take-over ended. */
    public enum Outcome {
        /** The execution is closed. */
        DONE,
        /** Somebody else closed it, or it was not dead after all. */
        GONE,
        /** A session of the dead node still holds locks, and could not be ended: to be tried again. */
        LOCKED
    }

    /** What became of an execution that was closed, and what becomes of it now. */
    private record Fate(String status, String next) {}

    /**
     * {@link #takeOver} of all that dead nodes left. What fails is tried again the next time.
     *
     * @return how many executions this node has closed
     */
    public int takeOverAll() {
        Set<NodeIdentity> ended = new HashSet<>();
        int taken = 0;
        for (Owner dead : database.read(owners::ofTheDead)) {
            if (ended.add(dead.node())) {
                endSessions(dead.node());
            }
            try {
                if (closeForTheDead(dead) == Outcome.DONE) {
                    taken++;
                }
            } catch (RuntimeException e) {
                LOG.log(
                        Level.WARNING,
                        "What dead node " + dead.node() + " left of execution " + dead.executionId()
                                + " cannot be closed yet; it is tried again",
                        e);
            }
        }
        return taken;
    }

    /** Closes what a dead node left, and plans its restart if its job's policy says so. */
    public Outcome takeOver(Owner dead) {
        endSessions(dead.node());
        return closeForTheDead(dead);
    }

    private Outcome closeForTheDead(Owner dead) {
        String reason = "Node " + dead.node() + " died while it ran this; closed by node " + self.get() + ".";
        return close(dead, reason, "Node " + dead.node() + " died while it ran execution " + dead.executionId() + ".");
    }

    /** Closes what this node owns and no thread of it runs. */
    public Outcome closeWithoutThread(Owner own) {
        return close(
                own,
                "No thread of node " + self.get() + " ran this; closed by the node itself.",
                "Execution " + own.executionId() + " belongs to this node, but no thread of it runs it.");
    }

    private Outcome close(Owner owner, String reason, String logged) {
        Optional<Fate> fate;
        try {
            // Who has reported since it was found dead keeps what it has.
            fate = database.withShortLockWaits(handle -> !owner.mine() && owners.isAlive(handle, owner.node())
                    ? Optional.empty()
                    : close(handle, owner, reason));
        } catch (RuntimeException e) {
            if (!SqlFailures.isLockTimeout(e)) {
                throw e;
            }
            boolean first = locked.add(owner.executionId());
            LOG.log(
                    first ? Level.WARNING : Level.DEBUG,
                    "{0} Its rows are locked by {1}, which could not be ended, so it cannot be closed yet; it is tried"
                            + " again. An administrator of the database can end it: select pg_terminate_backend(…).",
                    logged,
                    first ? lockHolders() : "the same session");
            return Outcome.LOCKED;
        }
        locked.remove(owner.executionId());
        fate.ifPresent(closed -> LOG.log(Level.WARNING, "{0} It is {1}. {2}", logged, closed.status(), closed.next()));
        return fate.isPresent() ? Outcome.DONE : Outcome.GONE;
    }

    /** As people find them. */
    String lockHolders() {
        List<String> holders = database.inOwnTransaction(database.dialect()::lockHolders);
        return holders.isEmpty() ? "a session of the database" : String.join("; ", holders);
    }

    private Optional<Fate> close(Handle handle, Owner owner, String reason) {
        Optional<Closed> closed = Closing.execution(handle, owner, reason);
        if (closed.isEmpty()) {
            return Optional.empty();
        }
        Closed execution = closed.get();
        String next = execution.status().equals("FAILED")
                ? planRestart(handle, owner, execution.jobName(), execution.interrupted(), execution.restartsInARow())
                : afterAStop(handle, owner, execution);
        Closing.say(handle, owner.executionId(), reason + " " + next);
        return Optional.of(new Fate(execution.status(), next));
    }

    /** Stopped because somebody wanted that; or because its server stopped, and then its restart is planned already. */
    private String afterAStop(Handle handle, Owner owner, Closed execution) {
        if (!restarts.forget(handle, owner.instanceId(), owner.executionId())) {
            return "It was to be stopped.";
        }
        return "Its server was stopping. "
                + planRestart(handle, owner, execution.jobName(), execution.interrupted(), execution.restartsInARow());
    }

    /**
     * Plans the restart of an execution that failed through no fault of its own, if the policy of its job says so.
     *
     * @param interrupted the steps that were running
     * @return what becomes of it, as people read it
     */
    public String planRestart(
            Handle handle, Owner owner, String jobName, Collection<String> interrupted, int restartsInARow) {
        RecoveryPolicy policy;
        try {
            policy = rules.recoveryOf(jobName, jobs.apply(jobName));
        } catch (IllegalArgumentException e) {
            return "It is not restarted by itself: " + e.getMessage();
        }
        Optional<String> objection = policy.objection(interrupted, restartsInARow);
        if (objection.isPresent()) {
            return "It is not restarted by itself: " + objection.get() + ".";
        }
        int attempt = restartsInARow + 1;
        Duration pause = policy.pauseBefore(attempt);
        restarts.plan(handle, owner.instanceId(), owner.executionId(), attempt, pause);
        return pause.isZero()
                ? "It is restarted."
                : "It is restarted in " + Text.duration(pause.toNanos()) + ", for the " + attempt + ". time in a row.";
    }

    /** What is said of an execution whose restart was planned and is refused: in the first line, which people see. */
    public static String notRestarted(String before, Refusal why) {
        String first = before.lines().findFirst().orElse("");
        return first.replaceFirst(" It is (not )?restarted.*", "") + " It is not restarted by itself: " + why.message()
                + before.substring(first.length());
    }

    /**
     * Ends what sessions of a dead node still hold: a paused process in mid-chunk has locks on its rows and on those of
     * the job's own tables.
     */
    void endSessions(NodeIdentity dead) {
        try {
            int ended = database.inOwnTransaction(handle -> database.dialect().endSessions(handle, dead, lease));
            if (ended > 0) {
                LOG.log(Level.WARNING, "Ended {0} database sessions that dead node {1} held open", ended, dead);
            }
        } catch (RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "The database sessions of dead node {0} could not be ended: {1}. If they hold locks, what it ran has to"
                            + " wait for the database to notice. May the database user call pg_terminate_backend?",
                    dead,
                    Text.line(String.valueOf(e.getMessage())));
        }
    }
}
