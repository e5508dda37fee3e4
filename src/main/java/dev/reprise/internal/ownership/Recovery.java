package dev.reprise.internal.ownership;

import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.JobLauncher;
import dev.reprise.state.DueRestart;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.Refusal;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionNotMostRecentException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * What a live node does after each of its reports (contract.md §6): it compares what it owns with what it runs, closes
 * what dead nodes of its application left, and restarts what is to be restarted. On threads of its own, so that a report
 * never waits for it. Thread-safe.
 */
public final class Recovery implements Node.Duties, AutoCloseable {

    private static final Logger LOG = System.getLogger(Recovery.class.getName());

    /** Until what could not be restarted is tried again. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private static final int LOGS_AT_ONCE = 200;

    private static final Duration ENDING = Duration.ofSeconds(5);

    private final RepriseRepository repository;
    private final Function<String, ClassLoader> homes;
    private final BooleanSupplier mayRestart;
    private final ExecutorService threads;
    /** What was said already to be left to others. */
    private final Set<Long> left = ConcurrentHashMap.newKeySet();

    private final Duty tending = new Duty("looking after what this node runs", this::tend);
    private final Duty recovering = new Duty("looking for what dead nodes left", this::recover);
    private final Duty taking = new Duty("running partitions that any node may run", this::take);
    private final Duty dispatching = new Duty("running executions that any node may run", this::dispatch);
    private final Duty answering;
    private final Duty forgetting = new Duty("removing logs of what was purged", this::forget);

    /**
     * @param homes for a job the class loader that leads to its job operator
     * @param mayRestart whether jobs may begin on this node now; not while its server starts or is suspended
     * @param answer does what others ask of this node
     */
    public Recovery(
            RepriseRepository repository,
            Function<String, ClassLoader> homes,
            BooleanSupplier mayRestart,
            Runnable answer) {
        this.answering = new Duty("doing what other nodes ask", answer);
        this.repository = repository;
        this.homes = homes;
        this.mayRestart = mayRestart;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "reprise-recovery");
            thread.setDaemon(true);
            thread.setContextClassLoader(Recovery.class.getClassLoader());
            return thread;
        });
        repository.running().partitions().attend(taking::wake);
        repository.running().dispatched().attend(dispatching::wake);
    }

    @Override
    public void reported() {
        tending.wake();
        recovering.wake();
        forgetting.wake();
    }

    @Override
    public void asked() {
        answering.wake();
        repository.running().partitions().reported();
        dispatching.wake();
    }

    /** At once, whatever else is being done, because that may be waiting for the database. */
    @Override
    public void lost(NodeIdentity before, String why) {
        execute(() -> repository.thisNode().lost(before, why));
    }

    private void tend() {
        repository.thisNode().tend();
    }

    private void take() {
        repository.running().partitions().look(repository, EngineOperator.environments(homes), mayRestart);
    }

    private void dispatch() {
        repository.running().dispatched().look(repository, EngineOperator.environments(homes), mayRestart);
    }

    private void forget() {
        repository.server().logs().ifPresent(logs -> logs.deleteForgotten(LOGS_AT_ONCE, repository.thisNode()::known));
    }

    private void recover() {
        repository.thisNode().takeOverFromTheDead();
        if (mayRestart.getAsBoolean()) {
            repository.thisNode().claimRestarts().forEach(this::restart);
        }
    }

    private void restart(DueRestart due) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(homes.apply(due.jobName()));
        try {
            restartHere(due);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private void restartHere(DueRestart due) {
        try {
            long restarted = JobLauncher.recover(due);
            LOG.log(
                    Level.INFO,
                    "Execution {0,number,#} of {1} is restarted as execution {2,number,#}",
                    due.executionId(),
                    due.jobName(),
                    restarted);
        } catch (JobExecutionAlreadyCompleteException | JobExecutionNotMostRecentException somebodyElseDid) {
            LOG.log(Level.DEBUG, "restarted already", somebodyElseDid);
        } catch (LaunchRefusedException e) {
            if (e.refusal().kind() == Refusal.Kind.NODE_UNAVAILABLE) {
                repository.thisNode().postpone(due, Duration.ZERO);
                return;
            }
            if (e.refusal().kind() == Refusal.Kind.DEFINITION_CHANGED) {
                leave(due, e.refusal());
                return;
            }
            boolean done = switch (e.refusal().kind()) {
                case ALREADY_RUNNING, ALREADY_COMPLETE, NOT_THE_LAST, ABANDONED, OTHER_APPLICATION -> true;
                case NO_SUCH_JOB,
                        INVALID_JOB,
                        INVALID_PARAMETERS,
                        UNKNOWN_STATE,
                        NOT_RESTARTABLE,
                        DEFINITION_CHANGED,
                        RESTART_INSTEAD,
                        NODE_UNAVAILABLE -> false;
            };
            LOG.log(
                    done ? Level.DEBUG : Level.ERROR,
                    "Execution {0,number,#} of {1} is not restarted: {2}",
                    due.executionId(),
                    due.jobName(),
                    e.getMessage());
        } catch (RuntimeException e) {
            boolean stopping = repository.thisNode().isSuspended() || !mayRestart.getAsBoolean();
            if (!stopping) {
                LOG.log(
                        Level.ERROR,
                        "Execution " + due.executionId() + " of " + due.jobName()
                                + " could not be restarted. It is tried" + " again in " + PAUSE.toSeconds()
                                + " s, on whichever node; abandon it to end that.",
                        e);
            }
            repository.thisNode().postpone(due, stopping ? Duration.ZERO : PAUSE);
            return;
        }
        repository.thisNode().restarted(due);
    }

    /** For a node that has the definition that ran, as while versions are exchanged node by node; or for a person. */
    private void leave(DueRestart due, Refusal refusal) {
        LOG.log(
                left.add(due.executionId()) ? Level.WARNING : Level.DEBUG,
                "Execution {0,number,#} of {1} is not restarted by this node: {2}",
                due.executionId(),
                due.jobName(),
                refusal.message());
        repository.thisNode().leave(due, PAUSE, refusal);
    }

    private void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException closed) {
            LOG.log(Level.DEBUG, "closed meanwhile", closed);
        }
    }

    /** Something that one thread does at a time; who asks while it is being done has it done once more. */
    private final class Duty {

        private final String what;
        private final Runnable work;
        private final AtomicBoolean busy = new AtomicBoolean();
        private volatile boolean again;
        private volatile boolean failing;

        Duty(String what, Runnable work) {
            this.what = what;
            this.work = work;
        }

        void wake() {
            again = true;
            if (busy.compareAndSet(false, true)) {
                boolean begun = false;
                try {
                    execute(this::run);
                    begun = true;
                } finally {
                    if (!begun) {
                        busy.set(false);
                    }
                }
            }
        }

        private void run() {
            again = false;
            try {
                work.run();
                failing = false;
            } catch (RuntimeException | LinkageError e) {
                LOG.log(
                        failing ? Level.DEBUG : Level.WARNING,
                        "Trouble while " + what + "; it is tried again after the next report",
                        e);
                failing = true;
            } finally {
                busy.set(false);
                if (again && !threads.isShutdown()) {
                    wake();
                }
            }
        }
    }

    /**
     * Does nothing more, and waits a little for what is being done. That is not interrupted: an interrupt in the middle
     * of a write closes an embedded H2 database for everybody.
     */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(Level.DEBUG, "recovery is still at work");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
