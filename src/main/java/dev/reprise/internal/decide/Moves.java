package dev.reprise.internal.decide;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.store.Work;
import dev.reprise.internal.store.WorkOfTheDead;
import dev.reprise.internal.store.WorkOfTheDead.Left;
import dev.reprise.job.JobModel;
import dev.reprise.log.LogThread;
import dev.reprise.state.NodeIdentity;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of partitions whose node died: another one goes on after their last committed chunk, in the same execution
 * (contract.md §9). Thread-safe.
 */
public final class Moves {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    /** How many nodes may die of a partition: it is likely to be the reason. */
    static final int MOST_DEATHS = 3;

    private final Database database;
    private final TakeOvers takeOvers;
    private final LaunchRules rules;
    private final Function<String, @Nullable JobModel> jobs;
    private final Supplier<NodeIdentity> self;
    private final Duration lease;

    /** @param jobs that ran here, by name */
    public Moves(
            Database database,
            TakeOvers takeOvers,
            LaunchRules rules,
            Function<String, @Nullable JobModel> jobs,
            Supplier<NodeIdentity> self,
            Duration lease) {
        this.database = database;
        this.takeOvers = takeOvers;
        this.rules = rules;
        this.jobs = jobs;
        this.self = self;
        this.lease = lease;
    }

    /** Puts back what dead nodes had taken, or ends it, and forgets what nobody waits for. What fails is tried again the next time. */
    public void fromTheDead() {
        database.doIdempotently(
                handle -> WorkOfTheDead.forgetEnded(handle, self.get().application()));
        List<Left> found =
                database.read(handle -> WorkOfTheDead.find(handle, self.get().application(), lease));
        Set<NodeIdentity> ended = new HashSet<>();
        for (Left left : found) {
            if (ended.add(left.node())) {
                takeOvers.endSessions(left.node());
            }
            try {
                String what = database.withShortLockWaits(handle -> move(handle, left));
                if (!what.isEmpty()) {
                    LOG.log(
                            Level.WARNING,
                            "Node {0} died while it ran {1} of execution {2,number,#}. {3}",
                            left.node(),
                            left.name(),
                            left.executionId(),
                            what);
                }
            } catch (RuntimeException e) {
                LOG.log(
                        SqlFailures.isLockTimeout(e) ? Level.DEBUG : Level.WARNING,
                        "What dead node " + left.node() + " left of " + left.name() + " of execution "
                                + left.executionId() + " cannot be moved yet; it is tried again",
                        e);
            }
        }
    }

    /** Nothing if it is somebody else's by now. */
    private String move(Handle handle, Left left) {
        if (left.toStop()) {
            return WorkOfTheDead.end(handle, left, "STOPPED", "") ? "It was to be stopped, and is STOPPED." : "";
        }
        Optional<String> objection = objection(left);
        if (objection.isPresent()) {
            String why = "Node " + left.node() + " died while it ran this. It does not go on elsewhere: "
                    + objection.get() + ".";
            return WorkOfTheDead.end(handle, left, "FAILED", Text.fit(why, Text.TEXT_COLUMN))
                    ? "It is FAILED: " + objection.get() + "."
                    : "";
        }
        return Work.putBack(handle, left.id(), left.version(), true)
                ? "Another node goes on with it, after its last committed chunk."
                : "";
    }

    private Optional<String> objection(Left left) {
        if (left.deaths() + 1 >= MOST_DEATHS) {
            return Optional.of(MOST_DEATHS + " nodes died while they ran it, so it may be why");
        }
        try {
            return rules.recoveryOf(left.jobName(), jobs.apply(left.jobName())).objection(List.of(left.step()), 0);
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
