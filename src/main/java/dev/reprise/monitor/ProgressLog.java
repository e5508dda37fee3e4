package dev.reprise.monitor;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.item.Position;
import dev.reprise.log.LogThread;
import dev.reprise.log.OneLine;
import dev.reprise.state.StepProgress;
import java.io.Serializable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Logs every few seconds how far each running step is: items, items per second since the last line, and a percentage
 * where its reader's checkpoint is a {@link Position}.
 */
public final class ProgressLog implements AutoCloseable {

    private static final Logger LOG = System.getLogger(ProgressLog.class.getName());

    private final RepriseRepository repository;
    private final ScheduledExecutorService timer;
    private final ScheduledFuture<?> lines;
    private Map<Long, Seen> seen = new HashMap<>();

    /** Where a step was after it had run for a time. */
    private record Seen(long items, long nanos) {}

    private static final Seen BEGIN = new Seen(0, 0);

    /**
     * @param repository of this node
     * @param interval between two lines of a step
     */
    public ProgressLog(RepriseRepository repository, Duration interval) {
        this.repository = repository;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "reprise-progress");
            thread.setDaemon(true);
            return thread;
        });
        this.lines =
                timer.scheduleAtFixedRate(this::write, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void write() {
        try {
            Map<Long, Seen> now = new HashMap<>();
            for (StepProgress step : repository.running().progress()) {
                Seen next = new Seen(step.itemsRead(), step.runningFor().toNanos());
                Seen last = seen.getOrDefault(step.stepExecutionId(), BEGIN);
                if (next.items() > last.items()) {
                    String line = line(step, last, next);
                    LogThread.of(step.executionId(), () -> LOG.log(Level.INFO, OneLine.of(line)))
                            .run();
                }
                now.put(step.stepExecutionId(), next);
            }
            seen = now;
        } catch (RuntimeException | Error e) { // a task that throws is not run again
            LOG.log(Level.WARNING, "No progress line: {0}", e.toString());
        }
    }

    private static String line(StepProgress step, Seen last, Seen now) {
        double perSecond = (now.items() - last.items()) * 1e9 / Math.max(1, now.nanos() - last.nanos());
        return String.format(
                Locale.ROOT,
                "%s: step %s: %,d items, %,.0f items/s%s",
                step.label(),
                step.step(),
                now.items(),
                perSecond,
                percent(step.checkpoint()));
    }

    private static String percent(@Nullable Serializable checkpoint) {
        if (!(checkpoint instanceof Position position) || position.total() <= 0) {
            return "";
        }
        long done = Math.min(position.done(), position.total());
        return String.format(
                Locale.ROOT, ", %.0f %% of %,d %s", 100.0 * done / position.total(), position.total(), position.unit());
    }

    @Override
    public void close() {
        lines.cancel(false);
        timer.shutdownNow();
    }
}
