package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.doorbell.Bell;
import dev.reprise.internal.doorbell.Doorbell;
import dev.reprise.internal.store.CollectedData;
import dev.reprise.internal.store.CollectedData.Piece;
import dev.reprise.internal.store.WorkOfSteps;
import dev.reprise.internal.store.WorkOfSteps.Ended;
import dev.reprise.job.PartitionPlace;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jberet.runtime.context.StepContextImpl;

/**
 * The steps of this node whose partitions any node may run: tells them what has ended, and lets the next ones be taken. One
 * thread looks for all, and there is none while there are no such steps. Thread-safe.
 */
final class OfferedSteps implements AutoCloseable {

    private static final Logger LOG = System.getLogger(OfferedSteps.class.getName());

    /** How often the database is asked where no bell rings. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Database database;
    private final Doorbell doorbell;
    private final Runnable offered;
    private final Runnable changed;
    private final Map<Long, OfferedPartitions> steps = new ConcurrentHashMap<>();
    private final Watch watch;

    /**
     * Of one repository.
     *
     * @param offered is called when there is something that may be taken
     * @param changed is called when something is to be done to what was taken
     */
    OfferedSteps(Database database, Doorbell doorbell, Runnable offered, Runnable changed) {
        this.database = database;
        this.doorbell = doorbell;
        this.offered = offered;
        this.changed = changed;
        this.watch = new Watch("reprise-partitions", LOOK, () -> !steps.isEmpty(), this::look);
    }

    /** Whether any node may run a step's partitions. */
    boolean takes(StepContextImpl step) {
        return PartitionPlace.mayLeave(step.getStep()) && database.dialect().letsManyTake();
    }

    /**
     * How many of so many may run at a time.
     *
     * @param threads as the plan has them; 0 if it says nothing
     */
    static int most(StepContextImpl step, int threads, int partitions) {
        return PartitionPlace.most(step.getStep(), threads > 0 ? Math.min(threads, partitions) : partitions);
    }

    /** Its partitions are planned. */
    void add(OfferedPartitions step) {
        steps.put(step.step(), step);
        offered.run();
        look(step);
    }

    /** Looks at it soon. */
    @SuppressWarnings("FutureReturnValueIgnored") // it says itself what goes wrong in it
    void look(OfferedPartitions step) {
        try {
            watch.schedule(this::look, Duration.ZERO);
            watch.lookAfter(LOOK);
        } catch (RejectedExecutionException closed) {
            step.lost();
        }
    }

    /** The bell has rung: for a step of this node or of another one, or instead of what was not heard. */
    void rung(Bell bell) {
        if (bell.kind() == Bell.Kind.ENDED) {
            look(bell.id());
        } else {
            steps.values().stream().findAny().ifPresent(this::look);
        }
    }

    /** Looks at a step soon, if it is one of this node's. */
    void look(long step) {
        OfferedPartitions offered = steps.get(step);
        if (offered != null) {
            look(offered);
        }
    }

    private void look() {
        try {
            for (OfferedPartitions step : List.copyOf(steps.values())) {
                if (step.isLost()) {
                    steps.remove(step.step());
                    step.lost();
                } else if (step.isToStop()) {
                    stop(step);
                }
            }
            List<Ended> ended;
            do {
                ended = steps.isEmpty()
                        ? List.of()
                        : database.read(handle -> WorkOfSteps.ended(handle, steps.keySet()));
                hear();
                tell(ended);
            } while (!ended.isEmpty());
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "It is not known yet what has ended elsewhere: {0}", e.toString());
        }
    }

    /** Whoever runs one of its partitions is told, too. */
    private void stop(OfferedPartitions step) {
        boolean first = !step.isStopped();
        database.doIdempotently(handle -> {
            WorkOfSteps.stop(handle, step.step());
            if (first) {
                doorbell.ring(handle, Bell.WORK);
            }
        });
        if (first) {
            step.stopped();
            changed.run();
        }
    }

    /** What was collected of partitions that have ended is there by now. */
    private void hear() {
        List<Long> collecting = steps.values().stream()
                .filter(OfferedPartitions::collects)
                .map(OfferedPartitions::step)
                .toList();
        List<Piece> pieces;
        do {
            pieces = collecting.isEmpty() ? List.of() : database.read(handle -> CollectedData.find(handle, collecting));
            if (!pieces.isEmpty()) {
                for (Piece piece : pieces) {
                    OfferedPartitions step = steps.get(piece.partitionOf());
                    if (step != null) {
                        step.collected(piece);
                    }
                }
                List<Piece> heard = pieces;
                database.doIdempotently(handle -> CollectedData.forget(handle, heard));
            }
        } while (pieces.size() == CollectedData.AT_ONCE);
    }

    private void tell(List<Ended> ended) {
        if (ended.isEmpty()) {
            return;
        }
        ended.stream().collect(Collectors.groupingBy(Ended::partitionOf)).forEach((id, some) -> {
            OfferedPartitions step = steps.get(id);
            if (step != null && step.ended(some)) {
                steps.remove(id);
            }
        });
        List<OfferedPartitions> going = List.copyOf(steps.values());
        boolean more = database.inOwnTransaction(handle -> {
            WorkOfSteps.forget(handle, ended.stream().map(Ended::id).toList());
            boolean some = false;
            for (OfferedPartitions step : going) {
                some |= WorkOfSteps.next(handle, step.step(), step.most());
            }
            if (some) {
                doorbell.ring(handle, Bell.WORK);
            }
            return some;
        });
        if (more) {
            offered.run();
        }
    }

    @Override
    public void close() {
        watch.close();
        steps.values().forEach(OfferedPartitions::lost);
        steps.clear();
    }
}
