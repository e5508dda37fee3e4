package dev.reprise.internal.firing;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.Scheduled;
import dev.reprise.internal.schedule.DeployedSchedules;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of a deployment on this node. It knows when the next tick is due, so that nothing is asked until then; how long
 * that is the database has said, whose clock counts, and this process' own does not. Thread-safe.
 */
public final class Firing implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Firing.class.getName());

    private static final Duration AFTER_TROUBLE = Duration.ofSeconds(5);

    private static final Duration ENDING = Duration.ofSeconds(5);

    private final RepriseRepository repository;
    private final Supplier<DeployedSchedules> schedules;
    private final TickLauncher launcher;
    private final BooleanSupplier mayLaunch;
    private final ScheduledThreadPoolExecutor clock;
    private final Set<String> ended = new TreeSet<>();

    private @Nullable Future<?> next;

    /** Whether somebody has called since the last look began. */
    private boolean awake;

    private volatile @Nullable DeployedSchedules deployed;
    private @Nullable Rounds rounds;
    private boolean failing;

    /**
     * @param schedules are read once, when the jobs of the deployment are known
     * @param homes for a job the class loader that leads to its job operator
     * @param mayLaunch whether jobs may begin on this node now; not while its server starts or is suspended
     */
    public Firing(
            RepriseRepository repository,
            Supplier<DeployedSchedules> schedules,
            Function<String, ClassLoader> homes,
            BooleanSupplier mayLaunch) {
        this.repository = repository;
        this.schedules = schedules;
        this.launcher = new TickLauncher(homes, this::mayLaunch);
        this.mayLaunch = mayLaunch;
        this.clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "reprise-schedules");
            thread.setDaemon(true);
            thread.setContextClassLoader(Firing.class.getClassLoader());
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        repository.thisNode().scheduled().attend(this::ended, this::wake);
    }

    /** The node has reported: the first time, there is everything to be looked at. */
    public void reported() {
        if (deployed == null) {
            wake();
        }
    }

    /** Something is due, on whichever node. What is being looked at now is looked at once more. */
    public synchronized void wake() {
        awake = true;
        lookAfter(Duration.ZERO);
    }

    private synchronized void lookBegins() {
        awake = false;
    }

    /** Unless somebody has called since the look began. */
    private synchronized void sleep(Duration time) {
        if (!awake) {
            lookAfter(time);
        }
    }

    private void ended(String job) {
        DeployedSchedules known = deployed;
        if (known != null && !known.waitingFor(job).isEmpty()) {
            synchronized (ended) {
                ended.add(job);
            }
            wake();
        }
    }

    private synchronized void lookAfter(Duration time) {
        Future<?> before = next;
        if (before != null) {
            before.cancel(false);
        }
        try {
            next = clock.schedule(this::look, time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.log(Level.DEBUG, "closed meanwhile", closed);
        }
    }

    private void look() {
        lookBegins();
        try {
            if (mayLaunch()) {
                round().ifPresent(time -> sleep(time.compareTo(Rounds.LONGEST) < 0 ? time : Rounds.LONGEST));
            } else if (rounds != null && !clock.isShutdown()) {
                rounds.hold();
            }
            failing = false;
        } catch (RuntimeException | LinkageError e) {
            LOG.log(failing ? Level.DEBUG : Level.WARNING, "Trouble with schedules; they are looked at again", e);
            failing = true;
            sleep(AFTER_TROUBLE);
        }
    }

    private boolean mayLaunch() {
        return !clock.isShutdown()
                && mayLaunch.getAsBoolean()
                && !repository.thisNode().isSuspended();
    }

    private Optional<Duration> round() {
        Rounds its = rounds;
        if (its == null) {
            DeployedSchedules found = schedules.get();
            Scheduled scheduled = repository.thisNode().scheduled();
            its = new Rounds(scheduled, found, launcher, UnaryOperator.identity());
            its.begin();
            scheduled.know(found);
            rounds = its;
            deployed = found;
        }
        Set<String> jobs;
        synchronized (ended) {
            jobs = Set.copyOf(ended);
            ended.clear();
        }
        if (!jobs.isEmpty()) {
            its.ended(jobs);
        }
        return its.look();
    }

    /** Launches nothing more, and waits a little for what is being launched, without an interrupt, as {@code Recovery} does. */
    @Override
    public void close() {
        clock.shutdown();
        try {
            if (!clock.awaitTermination(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(Level.DEBUG, "schedules are still looked at");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
