package dev.reprise.wildfly;

import dev.reprise.internal.checks.Misfit;
import dev.reprise.internal.checks.SelfTest;
import dev.reprise.internal.database.DataSourceChecks;
import dev.reprise.internal.database.Schema;
import dev.reprise.internal.engine.RepositoryParts;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.engine.ServerParts;
import dev.reprise.internal.engine.checks.EngineChecks;
import dev.reprise.internal.firing.Firing;
import dev.reprise.internal.ownership.Node;
import dev.reprise.internal.ownership.Recovery;
import dev.reprise.internal.schedule.DeployedSchedules;
import dev.reprise.internal.store.KeySource;
import dev.reprise.internal.store.NodeRegistry;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.lint.JobLinter;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.monitor.ProgressLog;
import dev.reprise.operate.Archive;
import dev.reprise.operate.RequestsHere;
import dev.reprise.schedule.JobSchedule;
import jakarta.transaction.TransactionManager;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jberet.repository.JobRepository;
import org.jboss.msc.Service;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StartException;
import org.jboss.msc.service.StopContext;
import org.jspecify.annotations.Nullable;

/** The life of a deployment's repository: schema, this node's incarnation, what it left behind, then the repository. */
final class RepositoryService implements Service {

    private static final String OURS = "dev.reprise.";

    private static final Logger LOG = System.getLogger(RepositoryService.class.getName());

    private final String application;
    private final Configuration configuration;
    private final Application deployed;
    private final Needs needs;
    private final Consumer<JobRepository> provided;

    private @Nullable Node node;
    private @Nullable RepriseRepository opened;
    private @Nullable ProgressLog progress;
    private @Nullable ExecutionLogs logs;
    private volatile @Nullable ServerSuspension suspension;
    private @Nullable Recovery recovery;
    private @Nullable Firing firing;
    private boolean jobsEnded;

    /**
     * What it has of the server, once that is up.
     *
     * @param dataSource that the configuration names
     * @param executor for what takes its time
     * @param suspendController for {@link ServerSuspension}
     * @param key for secret parameters
     */
    record Needs(
            Supplier<DataSource> dataSource,
            Supplier<Executor> executor,
            Supplier<Object> suspendController,
            KeySource key) {}

    RepositoryService(
            String application,
            Configuration configuration,
            Application deployed,
            Needs needs,
            Consumer<JobRepository> provided) {
        this.application = application;
        this.configuration = configuration;
        this.deployed = deployed;
        this.needs = needs;
        this.provided = provided;
    }

    @Override
    public void start(StartContext context) {
        context.asynchronous();
        needs.executor().get().execute(() -> {
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            Thread.currentThread().setContextClassLoader(RepositoryService.class.getClassLoader());
            try {
                provided.accept(open());
                context.complete();
            } catch (NamingException | RuntimeException | Error e) {
                close();
                context.failed(failure(e));
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        });
    }

    /** What this code has foreseen needs nothing but its message. */
    private StartException failure(Throwable thrown) {
        StackTraceElement[] stack = thrown.getStackTrace();
        boolean foreseen = stack.length > 0
                && stack[0].getClassName().startsWith(OURS)
                && (thrown instanceof IllegalStateException || thrown instanceof IllegalArgumentException);
        StartException failure = RefusedDeployment.start("the job repository '" + application + "' does not start. "
                + Misfit.of(thrown).orElseGet(() -> foreseen ? thrown.getMessage() : thrown.toString()));
        if (!foreseen) {
            failure.initCause(thrown);
        }
        return failure;
    }

    @SuppressWarnings("BanJNDI") // a constant name of the server's own
    private synchronized RepriseRepository open() throws NamingException {
        SelfTest.run(ServerChecks.all());
        ServerChecks.judge(RepositoryService.class.getClassLoader());
        DataSource database = needs.dataSource().get();
        TransactionManager transactions = InitialContext.doLookup("java:jboss/TransactionManager");
        DataSourceChecks.run(configuration.dataSource(), database, transactions);
        Schema.migrate(database, configuration.schema());
        Optional<Path> archive = Optional.ofNullable(configuration.archive()).map(Archive::usable);
        Node joined = Node.join(
                database,
                new NodeRegistry(database, configuration.schema(), transactions),
                new Node.Settings(
                        application,
                        configuration.node(),
                        configuration.heartbeat(),
                        configuration.lease(),
                        configuration.others()));
        node = joined;
        ClassLoader loader = deployed.loader();
        DeploymentRules rules = new DeploymentRules(
                loader,
                configuration.identityNone(),
                JobLinter.of(loader, new ServerSurroundings(configuration.dataSource(), deployed::beans)),
                deployed::beans);
        ExecutionLogs opening = ExecutionLogs.open(
                Path.of(System.getProperty("jboss.server.log.dir", "log")),
                application,
                configuration.logLimit(),
                loader);
        logs = opening;
        EngineChecks.run();
        RepriseRepository repository = new RepriseRepository(new RepositoryParts(
                database,
                transactions,
                joined::identity,
                configuration.lease(),
                configuration.outage(),
                rules,
                Submitter.ofThisThread(),
                loader,
                configuration.serialFilter(),
                needs.key(),
                configuration.executionsListed(),
                configuration.share(),
                configuration.schema(),
                configuration.others(),
                configuration.capacity(),
                configuration.doorbell(),
                new ServerParts(Submitter::caller, this::isServerUp, Optional.of(opening), archive, Submitter::run)));
        SelfTest.warnOfUnknownEngine();
        if (deployed.hasModules()) {
            repository.thisNode().suspend(); // until they are known
        }
        opened = repository;
        int closed = repository.thisNode().takeOverFromTheDead();
        ServerSuspension server = ServerSuspension.register(
                needs.suspendController().get(), new StopsWithTheServer(repository, configuration.stopTimeout()));
        suspension = server;
        BooleanSupplier mayRestart = () -> !server.isSuspended() && deployed.isUp();
        Recovery recovering = new Recovery(
                repository,
                deployed::homeOf,
                mayRestart,
                configuration.others() ? new RequestsHere(repository, deployed::homeOf, mayRestart)::answer : () -> {});
        recovery = recovering;
        Firing fires = new Firing(
                repository,
                () -> new DeployedSchedules(deployed.jobNames(), deployed::homeOf, purge(loader)),
                deployed::homeOf,
                mayRestart);
        firing = fires;
        joined.attend(new NodeDuties(recovering, fires));
        progress = new ProgressLog(repository, configuration.progress());
        LOG.log(
                Level.INFO,
                "Job repository {0} is open: data source {1} ({2}), node {3}, {4}{5}",
                application,
                configuration.dataSource(),
                Schema.place(database, configuration.schema()),
                joined.identity(),
                leftBehind(closed),
                configuration.identityNone() ? ", identity=none: each start is a new instance" : "");
        return repository;
    }

    private List<JobSchedule> purge(ClassLoader loader) {
        DailyPurge daily = configuration.purge();
        if (daily == null) {
            return List.of();
        }
        LOG.log(
                Level.INFO,
                "History that is older than {0} is purged every day at {1}, but for the newest {2,number,#} executions of"
                        + " each job",
                daily.olderThan(),
                daily.at(),
                daily.keep());
        return List.of(daily.schedule(application, loader));
    }

    private boolean isServerUp() {
        ServerSuspension server = suspension;
        return server != null && !server.isSuspended() && deployed.isKnown();
    }

    private static String leftBehind(int executions) {
        return switch (executions) {
            case 0 -> "nothing left behind by a dead node";
            case 1 -> "1 execution of a dead node closed";
            default -> executions + " executions of dead nodes closed";
        };
    }

    /** What runs here ends at the next chunk, and goes on when the server does. */
    private record StopsWithTheServer(RepriseRepository repository, Duration atMost)
            implements ServerSuspension.Listener {

        @Override
        public CompletionStage<Void> suspending() {
            repository.thisNode().suspend();
            return CompletableFuture.runAsync(
                    () -> repository.thisNode().awaitEnds(atMost),
                    waiting -> new Thread(waiting, "reprise-suspension").start());
        }

        /** The next report finds what is to be restarted. */
        @Override
        public void resumed() {
            repository.thisNode().resume();
        }
    }

    /** The modules of an EAR are as they must be, and their jobs may run. */
    synchronized void modulesKnown(List<Application.Module> modules) {
        deployed.consistsOf(modules);
        beginJobs();
    }

    /** Takes launches, again if need be. */
    synchronized void beginJobs() {
        RepriseRepository beginning = opened;
        jobsEnded = false;
        if (beginning != null) {
            beginning.thisNode().resume();
        }
    }

    /** Stops what runs, and waits for it as long as the configuration says; only once. */
    synchronized void endJobs() {
        RepriseRepository ending = opened;
        if (ending == null || jobsEnded) {
            return;
        }
        jobsEnded = true;
        ending.thisNode().suspend();
        if (!ending.thisNode().awaitEnds(configuration.stopTimeout())) {
            LOG.log(
                    Level.WARNING,
                    "Some jobs of {0} did not end in {1} s; who takes them over goes on after their last committed chunk",
                    application,
                    configuration.stopTimeout().toSeconds());
        }
    }

    @Override
    public void stop(StopContext context) {
        provided.accept(null);
        context.asynchronous();
        needs.executor().get().execute(() -> {
            try {
                close();
            } finally {
                context.complete();
            }
        });
    }

    private synchronized void close() {
        ProgressLog lines = progress;
        progress = null;
        if (lines != null) {
            lines.close();
        }
        ServerSuspension listening = suspension;
        suspension = null;
        if (listening != null) {
            listening.close();
        }
        Firing fires = firing;
        firing = null;
        if (fires != null) {
            fires.close();
        }
        Recovery recovering = recovery;
        recovery = null;
        if (recovering != null) {
            recovering.close();
        }
        endJobs();
        RepriseRepository closing = opened;
        opened = null;
        if (closing != null) {
            closing.running().partitions().close();
        }
        Node leaving = node;
        node = null;
        if (leaving != null) {
            leaving.close();
        }
        ExecutionLogs writing = logs;
        logs = null;
        if (writing != null) {
            writing.close();
        }
    }
}
