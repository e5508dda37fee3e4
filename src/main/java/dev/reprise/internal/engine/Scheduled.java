package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.internal.store.ScheduleRows;
import dev.reprise.internal.store.SeenTicks;
import dev.reprise.internal.store.TickRows;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is known of schedules and their ticks, and who hears when one may go on. Thread-safe. */
public final class Scheduled {

    private final ScheduleRows schedules;
    private final TickRows ticks;
    private final SeenTicks seen;
    private volatile @Nullable DeployedSchedules deployed;
    private volatile Consumer<String> whenEnded = job -> {};
    private volatile Runnable whenChanged = () -> {};

    Scheduled(Database database, String application) {
        this.schedules = new ScheduleRows(database, application);
        this.ticks = new TickRows(database, application);
        this.seen = new SeenTicks(database, application);
    }

    /** How far each schedule has come. */
    public ScheduleRows schedules() {
        return schedules;
    }

    /** What became of their ticks. */
    public TickRows ticks() {
        return ticks;
    }

    /** The same, as people look for it. */
    public SeenTicks seen() {
        return seen;
    }

    /**
     * Says when ticks may go on, as far as this node knows of it: what another one does it tells nobody. Both return at once.
     *
     * @param ended hears of which job an execution has ended on this node, or was given up by way of it, wherever it had run
     * @param changed somebody has changed a schedule by way of this node
     */
    public void attend(Consumer<String> ended, Runnable changed) {
        whenEnded = ended;
        whenChanged = changed;
    }

    /** What this deployment has is known now. */
    public void know(DeployedSchedules schedules) {
        deployed = schedules;
    }

    /** The schedules of this deployment; empty as long as nobody has read them, and where none fire. */
    public Optional<DeployedSchedules> deployed() {
        return Optional.ofNullable(deployed);
    }

    /** What is wrong with the schedules of this deployment that cannot be used, by job, line by line. */
    public Map<String, String> broken() {
        return deployed().map(DeployedSchedules::faults).orElse(Map.of());
    }

    /** An execution of a job has ended on this node, or was given up by way of it. */
    void ended(String job) {
        whenEnded.accept(job);
    }

    /** Something is to be looked at now, because of what was done by way of this node. */
    public void changed() {
        whenChanged.run();
    }
}
