package dev.reprise.internal.engine;

import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.doorbell.Bell;
import dev.reprise.internal.engine.LaunchedElsewhere.Prepared;
import dev.reprise.internal.store.Waiting;
import dev.reprise.internal.store.Work.Definition;
import dev.reprise.log.LogThread;
import dev.reprise.state.NodeIdentity;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jberet.creation.ArtifactFactoryWrapper;
import org.jberet.job.model.Job;
import org.jberet.repository.ApplicationAndJobName;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.runner.JobExecutionRunner;
import org.jberet.spi.BatchEnvironment;
import org.jberet.spi.JobTask;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Executions that any node may run, as far as this one does (decision 054). What takes one is a task in the queue for the
 * engine's threads, and it takes when it has one: so no node has what it cannot run at once. Thread-safe.
 */
public final class DispatchedHere implements AutoCloseable {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    /** As many as the engine wants to be left for a job's own partitions and flows. */
    private static final int PERMITS = 2;

    private final Wiring wiring;
    private final LaunchedElsewhere launched;
    private final Set<BatchEnvironment> queued = ConcurrentHashMap.newKeySet();
    private final Set<String> foreign = ConcurrentHashMap.newKeySet();
    private final CannotRun cannotRun = new CannotRun();
    private final AtomicBoolean listening = new AtomicBoolean();
    private volatile Runnable looking = () -> {};

    DispatchedHere(Wiring wiring) {
        this.wiring = wiring;
        this.launched = wiring.launchedElsewhere;
    }

    /**
     * Says when there may be something to take.
     *
     * @param looks returns at once
     */
    public void attend(Runnable looks) {
        looking = looks;
    }

    /** An execution was launched here for any node. */
    void launched() {
        ring();
        looking.run();
    }

    /** It is found without that, too. */
    private void ring() {
        try {
            wiring.database.inOneRoundTrip(handle -> {
                wiring.doorbell.ring(handle, Bell.JOBS);
                return true;
            });
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "Nobody was told of an execution that waits for a node", e);
        }
    }

    /**
     * Looks whether anything waits that this node has, and queues for a thread then. By one thread at a time.
     *
     * @param environments where a job of this deployment runs, by its name
     * @param mayBegin whether jobs may begin on this node now
     */
    public void look(
            RepriseRepository repository, Function<String, BatchEnvironment> environments, BooleanSupplier mayBegin) {
        if (!wiring.database.dialect().letsManyTake()) {
            return;
        }
        if (listening.compareAndSet(false, true)) {
            wiring.doorbell.listen(bell -> {
                if (bell.kind() == Bell.Kind.JOBS) {
                    looking.run();
                }
            });
        }
        // Who waits for a thread looks by itself when it has one.
        while (queued.isEmpty() && mayBegin.getAsBoolean()) {
            Optional<Definition> oldest = wiring.database
                    .read(handle -> Waiting.oldest(handle, wiring.name, foreign, cannotRun.executions()))
                    .map(Waiting.Execution::definition);
            if (oldest.isEmpty()) {
                return;
            }
            if (job(oldest.get(), environments).isPresent()) {
                String name = oldest.get().jobName();
                new Taker(repository, environments, mayBegin, environments.apply(name)).queue();
                return;
            }
        }
    }

    private Optional<Job> job(Definition definition, Function<String, BatchEnvironment> environments) {
        Optional<Job> job = launched.job(definition, environments);
        if (job.isEmpty()) {
            foreign.add(definition.digest() == null ? "" : definition.digest());
        }
        return job;
    }

    /** Takes one execution when it gets a thread, if one waits still, and runs it. */
    private final class Taker implements JobTask {

        private final RepriseRepository repository;
        private final Function<String, BatchEnvironment> environments;
        private final BooleanSupplier mayBegin;
        private final BatchEnvironment environment;
        private @Nullable Prepared taking;

        Taker(
                RepriseRepository repository,
                Function<String, BatchEnvironment> environments,
                BooleanSupplier mayBegin,
                BatchEnvironment environment) {
            this.repository = repository;
            this.environments = environments;
            this.mayBegin = mayBegin;
            this.environment = environment;
        }

        /** At most one waits for a thread. */
        void queue() {
            if (!queued.add(environment)) {
                return;
            }
            boolean submitted = false;
            try {
                EngineOperator.submit(environment, this);
                submitted = true;
            } finally {
                if (!submitted) {
                    queued.remove(environment);
                }
            }
        }

        @Override
        public int getRequiredRemainingPermits() {
            return PERMITS;
        }

        @Override
        public void run() {
            queued.remove(environment);
            Optional<Prepared> taken;
            try {
                synchronized (wiring.beginning) {
                    taken = take();
                    taken.ifPresent(
                            mine -> wiring.live.put(mine.execution().execution().getExecutionId(), mine.execution()));
                }
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "What waits for a node cannot be taken now; it is tried again", e);
                return;
            }
            taken.ifPresent(mine -> {
                queueNext();
                run(mine);
            });
        }

        /** There may be more. */
        private void queueNext() {
            try {
                new Taker(repository, environments, mayBegin, environment).queue();
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "Whatever else waits for a node is looked for after the next report", e);
            }
        }

        private Optional<Prepared> take() {
            Optional<NodeIdentity> node = repository.thisNode().node();
            if (node.isEmpty() || repository.thisNode().isSuspended() || !mayBegin.getAsBoolean()) {
                return Optional.empty();
            }
            try {
                return wiring.database.inOwnTransaction(handle -> take(handle, node.get()));
            } catch (RuntimeException e) {
                Prepared last = taking;
                if (last == null || !SqlFailures.isAway(e)) {
                    throw e;
                }
                return wiring.database.throughOutages(last.execution(), handle -> isTaken(handle, last, node.get()))
                        ? Optional.of(last)
                        : Optional.empty();
            }
        }

        /** It may have been recorded, and the answer be lost. */
        private static boolean isTaken(Handle handle, Prepared prepared, NodeIdentity node) {
            return Waiting.isTaken(handle, prepared.execution().execution().getExecutionId(), node);
        }

        private Optional<Prepared> take(Handle handle, NodeIdentity node) {
            Prepared before = taking;
            if (before != null && isTaken(handle, before, node)) {
                return Optional.of(before);
            }
            taking = null;
            Collection<Long> passed = cannotRun.executions();
            while (true) {
                Waiting.Execution oldest =
                        Waiting.lockOldest(handle, wiring.name, foreign, passed).orElse(null);
                if (oldest == null) {
                    return Optional.empty();
                }
                Optional<Prepared> prepared =
                        job(oldest.definition(), environments).flatMap(job -> prepare(handle, oldest, job, node));
                if (prepared.isPresent() && Waiting.take(handle, oldest.id(), node)) {
                    taking = prepared.get();
                    return prepared;
                }
                passed.add(oldest.id());
            }
        }

        private Optional<Prepared> prepare(Handle handle, Waiting.Execution waiting, Job job, NodeIdentity node) {
            BatchEnvironment its = environments.apply(job.getId());
            if (its != environment) { // of another module
                new Taker(repository, environments, mayBegin, its).queue();
                return Optional.empty();
            }
            try {
                Optional<Prepared> prepared = launched.prepare(handle, waiting, job, node);
                if (prepared.isEmpty()) {
                    cannotRun.ever(waiting.id());
                }
                return prepared;
            } catch (RuntimeException | LinkageError e) {
                if (SqlFailures.isDatabases(e)) {
                    throw e;
                }
                LOG.log(
                        Level.ERROR,
                        "Execution " + waiting.id() + " cannot run on this node, and is left to others",
                        e);
                cannotRun.now(waiting.id());
                return Optional.empty();
            }
        }

        private void run(Prepared taken) {
            LiveExecution running = taken.execution();
            JobExecutionImpl execution = running.execution();
            Job job = execution.getJobInstance().getUnsubstitutedJob();
            repository.addJob(new ApplicationAndJobName(environment.getApplicationName(), job.getId()), job);
            execution.registerJobStopNotifier(wiring.jobRecorder::stopRequested);
            LOG.log(
                    Level.INFO,
                    "{0}: execution {1,number,#} is run by this node",
                    running.label(),
                    execution.getExecutionId());
            JobExecutionRunner runner;
            try {
                runner = new JobExecutionRunner(new JobContextImpl(
                        execution,
                        taken.original(),
                        new ArtifactFactoryWrapper(environment.getArtifactFactory()),
                        repository,
                        environment));
            } catch (RuntimeException e) {
                repository.launching().failWhatNeverRan(running, e);
                return;
            }
            wiring.server.inTheNameOf().accept(execution.getUser(), runner);
        }
    }

    /** This node has reported. */
    void reported() {
        cannotRun.tryAgain();
    }

    /** Hears of nothing more. */
    @Override
    public void close() {
        looking = () -> {};
    }
}
