package dev.reprise.wildfly;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.operate.PurgeJobs;
import dev.reprise.state.LaunchRefusedException;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Launches the job {@code reprise-purge-daily} every day at the time that {@code purge-at} says, on every node: one of them
 * of an application starts it, because the day and the application are its identity.
 */
@ApplicationScoped
class PurgeSchedule {

    private static final Logger LOG = System.getLogger(PurgeSchedule.class.getName());

    private final JobLauncher launcher;
    private final Supplier<RepriseRepository> repository;

    @Resource
    private ManagedScheduledExecutorService executor;

    private volatile @Nullable ScheduledFuture<?> next;

    @Inject
    PurgeSchedule(JobLauncher launcher, Supplier<RepriseRepository> repository) {
        this.launcher = launcher;
        this.repository = repository;
    }

    void deployed(@Observes @Initialized(ApplicationScoped.class) Object event) {
        DailyPurge purge =
                Configuration.read(PurgeSchedule.class.getClassLoader()).purge();
        if (purge != null) {
            LOG.log(
                    Level.INFO,
                    "History that is older than {0} is purged every day at {1}, but for the newest {2,number,#}"
                            + " executions of each job",
                    purge.olderThan(),
                    purge.at(),
                    purge.keep());
            schedule(purge);
        }
    }

    private void schedule(DailyPurge purge) {
        try {
            next = executor.schedule(
                    () -> launch(purge), until(purge.at(), now()).toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "the deployment is going away", e);
        }
    }

    private static ZonedDateTime now() {
        return ZonedDateTime.now(ZoneId.systemDefault());
    }

    void undeployed(@Observes @BeforeDestroyed(ApplicationScoped.class) Object event) {
        ScheduledFuture<?> waiting = next;
        if (waiting != null) {
            waiting.cancel(false);
        }
    }

    /** How long it is until a time of day comes next, at least a moment. */
    static Duration until(LocalTime at, ZonedDateTime now) {
        ZonedDateTime next = now.with(at);
        return Duration.between(now, next.isAfter(now) ? next : now.plusDays(1).with(at));
    }

    /** The day is the node's, and nothing comes of it if that is wrong but a purge at another time. */
    private void launch(DailyPurge purge) {
        try {
            launcher.start(LaunchRequest.of(PurgeJobs.DAILY)
                    .with("day", now().toLocalDate().toString())
                    .with("application", repository.get().application())
                    .with("olderThan", purge.olderThan())
                    .with("keep", String.valueOf(purge.keep())));
        } catch (LaunchRefusedException e) {
            boolean another = switch (e.refusal().kind()) {
                case ALREADY_RUNNING, ALREADY_COMPLETE, NOT_THE_LAST, RESTART_INSTEAD -> true;
                case NO_SUCH_JOB,
                        INVALID_JOB,
                        INVALID_PARAMETERS,
                        OTHER_APPLICATION,
                        ABANDONED,
                        UNKNOWN_STATE,
                        NOT_RESTARTABLE,
                        DEFINITION_CHANGED,
                        NODE_UNAVAILABLE -> false;
            };
            LOG.log(another ? Level.DEBUG : Level.WARNING, "No purge today by this node: {0}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "History could not be purged; it is tried again tomorrow", e);
        } finally {
            schedule(purge);
        }
    }
}
