package dev.reprise.internal.database;

import dev.reprise.log.LogThread;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Says for whom this node's sessions wait: a job that waits for a lock looks as if it hung. For one thread at a time. */
public final class LockWaits {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    /** From so long a wait on, and not more often. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Database database;
    private final Duration patience;
    private Set<String> told = Set.of();
    private long looked = System.nanoTime();

    public LockWaits(Database database) {
        this(database, PATIENCE);
    }

    public LockWaits(Database database, Duration patience) {
        this.database = database;
        this.patience = patience;
    }

    /**
     * A session of this node that waits.
     *
     * @param who both sessions, by which a wait is told from another one
     * @param message as people read it
     */
    public record Wait(String who, String message) {}

    /** What waits for long now, each wait told of once. Costs nothing where nothing runs. */
    public void tell(boolean anythingRuns) {
        if (!anythingRuns || System.nanoTime() - looked < patience.toNanos()) {
            return;
        }
        looked = System.nanoTime();
        Set<String> waiting = new HashSet<>();
        for (Wait wait : waits()) {
            waiting.add(wait.who());
            LOG.log(told.contains(wait.who()) ? Level.DEBUG : Level.WARNING, "{0}", wait.message());
        }
        told = waiting;
    }

    public List<Wait> waits() {
        return database.read(handle -> database.dialect().lockWaits(handle, patience));
    }
}
