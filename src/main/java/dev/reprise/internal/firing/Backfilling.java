package dev.reprise.internal.firing;

import dev.reprise.internal.store.TickRow;
import dev.reprise.internal.store.TickRows;
import dev.reprise.schedule.JobSchedule;
import java.time.Instant;
import java.util.List;

/** Ticks of backfills, each at its turn. */
final class Backfilling {

    private final TickRows ticks;
    private final TickLauncher launcher;

    Backfilling(TickRows ticks, TickLauncher launcher) {
        this.ticks = ticks;
        this.launcher = launcher;
    }

    /**
     * Launches those whose turn it is.
     *
     * @param known the ticks of the schedule of which something may come
     * @return whether others wait for theirs
     */
    boolean goOn(JobSchedule schedule, List<TickRow> known, Instant now) {
        return false;
    }
}
