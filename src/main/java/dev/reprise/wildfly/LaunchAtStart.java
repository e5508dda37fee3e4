package dev.reprise.wildfly;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import jakarta.annotation.Resource;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Launches one job when the deployment is up, if the server was started with {@code -Dreprise.launch=<job>}. Its
 * parameters are the system properties {@code reprise.launch.<name>}; {@code reprise.launch.hint} is logged with a
 * refusal.
 */
@ApplicationScoped
class LaunchAtStart {

    private static final Logger LOG = System.getLogger(LaunchAtStart.class.getName());

    private static final String PROPERTY = "reprise.launch";
    private static final String HINT = PROPERTY + ".hint";

    /** How long the server may take to come up. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final JobLauncher launcher;
    private final Supplier<RepriseRepository> repository;

    @Resource
    private ManagedExecutorService executor;

    @Inject
    LaunchAtStart(JobLauncher launcher, Supplier<RepriseRepository> repository) {
        this.launcher = launcher;
        this.repository = repository;
    }

    void deployed(@Observes @Initialized(ApplicationScoped.class) Object event) {
        String job = System.getProperty(PROPERTY, "");
        if (!job.isBlank()) {
            executor.execute(() -> launch(job));
        }
    }

    private void launch(String job) {
        try {
            awaitServer(repository);
            // What a dead node left may be restarted at this moment, by this node or another.
            LaunchRequest request = LaunchRequest.of(job).attaching();
            for (String property : System.getProperties().stringPropertyNames()) {
                String value = System.getProperty(property, "");
                if (property.startsWith(PROPERTY + ".") && !property.equals(HINT) && !value.isEmpty()) {
                    request = request.with(property.substring(PROPERTY.length() + 1), value);
                }
            }
            JobExecution execution = launcher.run(request);
            if (execution.getBatchStatus() != BatchStatus.COMPLETED) {
                LOG.log(
                        Level.WARNING,
                        "{0}: execution {1,number,#} ended {2}. The same launch restarts it where it stopped.",
                        job,
                        execution.getExecutionId(),
                        execution.getBatchStatus());
            }
        } catch (LaunchRefusedException e) {
            // Several applications may be on the server, and one of them has the job.
            Level level = e.refusal().kind() == Refusal.Kind.NO_SUCH_JOB ? Level.INFO : Level.WARNING;
            LOG.log(level, "Not launched: " + (e.getMessage() + " " + System.getProperty(HINT, "")).strip());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "Job " + job + " could not be launched", e);
        }
    }

    /** The beans of a deployment are up before its job operator is, and that before a server that boots. */
    static void awaitServer(Supplier<RepriseRepository> repository) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!JobLauncher.isOperatorUp() || !repository.get().server().up().getAsBoolean()) {
            if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("the server was not up after " + PATIENCE.toSeconds() + " s");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(200);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
