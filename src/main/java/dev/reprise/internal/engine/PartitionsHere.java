package dev.reprise.internal.engine;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.Subject;
import dev.reprise.internal.doorbell.Bell;
import dev.reprise.internal.engine.stored.LoadedExecutions;
import dev.reprise.internal.store.Secrets;
import dev.reprise.internal.store.Stored;
import dev.reprise.internal.store.Taken;
import dev.reprise.internal.store.Work;
import dev.reprise.internal.store.Work.Definition;
import dev.reprise.internal.store.Work.Held;
import dev.reprise.internal.store.WorkOfTheDead;
import dev.reprise.job.JobModel;
import dev.reprise.state.NodeIdentity;
import jakarta.batch.runtime.JobExecution;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jberet.job.model.Job;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.JobInstanceImpl;
import org.jberet.spi.BatchEnvironment;
import org.jspecify.annotations.Nullable;

/** The partitions that this node has taken, of its own executions and of others' (contract.md §9). Thread-safe. */
public final class PartitionsHere implements AutoCloseable {

    private static final Logger LOG = System.getLogger(PartitionsHere.class.getName());

    private final Wiring wiring;
    private final Database database;
    private final LoadedExecutions loaded;
    private final Secrets secrets;
    private final Capacity capacity;
    private final Map<Long, PartitionHere> running = new ConcurrentHashMap<>();
    private final Map<JobExecution, LiveExecution> executions = Collections.synchronizedMap(new IdentityHashMap<>());
    private final Set<String> foreign = ConcurrentHashMap.newKeySet();
    private Set<Long> withoutThread = Set.of();
    private final Object begins = new Object();
    private final AtomicBoolean listening = new AtomicBoolean();
    private volatile Runnable taking = () -> {};

    PartitionsHere(Wiring wiring, Capacity capacity) {
        this.wiring = wiring;
        this.database = wiring.database;
        this.loaded = wiring.loaded;
        this.secrets = wiring.secrets;
        this.capacity = capacity;
    }

    /**
     * Says when there may be something to take.
     *
     * @param takes returns at once
     */
    public void attend(Runnable takes) {
        taking = takes;
    }

    /** There may be something to take. */
    void offered() {
        taking.run();
    }

    /** The execution of a partition that runs here; null for any other. */
    @Nullable
    LiveExecution of(JobExecution execution) {
        return executions.isEmpty() ? null : executions.get(execution);
    }

    private Optional<NodeIdentity> node() {
        try {
            return Optional.of(wiring.self.get());
        } catch (IllegalStateException dead) {
            return Optional.empty();
        }
    }

    /**
     * Looks after what this node has taken and what dead nodes had, and then runs what there is room for. By one thread at a time.
     *
     * @param environment where a job of this deployment runs, by its name
     * @param mayBegin whether partitions may begin on this node now
     */
    public void look(
            RepriseRepository repository, Function<String, BatchEnvironment> environment, BooleanSupplier mayBegin) {
        if (!database.dialect().letsManyTake()) {
            return;
        }
        if (listening.compareAndSet(false, true)) {
            wiring.doorbell.listen(bell -> {
                wiring.offeredSteps.rung(bell);
                if (bell.kind() == Bell.Kind.WORK) {
                    offered();
                }
            });
        }
        compare();
        wiring.moves.fromTheDead();
        boolean more = true;
        while (more) {
            synchronized (begins) {
                List<Taken> taken =
                        mayBegin.getAsBoolean() && !repository.thisNode().isSuspended() ? take(environment) : List.of();
                taken.forEach(one -> run(one, environment.apply(one.jobName()), repository));
                more = !taken.isEmpty();
            }
        }
    }

    /**
     * Takes as many partitions as there is room for.
     *
     * @param environment where a job of this deployment runs, by its name
     * @return what is to run now
     */
    private List<Taken> take(Function<String, BatchEnvironment> environment) {
        int free = free();
        Optional<NodeIdentity> node = node();
        if (free <= 0 || node.isEmpty()) {
            return List.of();
        }
        return database.inOwnTransaction(handle -> Work.take(
                handle,
                node.get(),
                free,
                capacity.groups(),
                definition -> isDeployed(definition, environment),
                foreign));
    }

    /** None as long as what was taken waits for a thread, and no more than have one: others may have more room. */
    private int free() {
        long begun = running.values().stream().filter(PartitionHere::hasBegun).count();
        return begun < running.size() ? 0 : (int) Math.min(capacity.partitions() - begun, Math.max(1, begun));
    }

    private boolean isDeployed(Definition definition, Function<String, BatchEnvironment> environment) {
        try {
            JobModel job =
                    new JobModel(EngineOperator.job(environment.apply(definition.jobName()), definition.jobName()));
            return definition.digest() == null
                    || wiring.definitions.of(job).digest().equals(definition.digest());
        } catch (RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "Partitions of job {0} wait for another node: this one cannot read the job: {1}",
                    definition.jobName(),
                    e.getMessage());
            return false;
        }
    }

    /** Runs what was taken, on a thread of the environment's; what cannot begin goes back. */
    private void run(Taken taken, BatchEnvironment environment, RepriseRepository repository) {
        PartitionHere partition = null;
        try {
            JobExecutionImpl stored = database.read(handle -> loaded.find(handle, taken.executionId()))
                    .orElseThrow(() -> new IllegalStateException("there is no such execution"));
            LiveExecution execution = execution(taken, stored, EngineOperator.job(environment, taken.jobName()));
            PartitionHere begun = new PartitionHere(
                    taken,
                    execution,
                    wiring.planRecorder.properties(taken.jobName(), taken.plan()),
                    environment,
                    repository,
                    wiring,
                    () -> forget(taken.id(), execution));
            partition = begun;
            running.put(taken.id(), begun);
            executions.put(execution.execution(), execution);
            wiring.server
                    .logs()
                    .ifPresent(logs -> logs.join(
                            taken.executionId(), stored.getCreateTime().toInstant()));
            EngineOperator.submit(environment, new RecordedPartitions.Task(taken.executionId(), begun));
        } catch (RuntimeException | Error e) {
            LOG.log(
                    Level.ERROR,
                    "Partition " + taken.name() + " of execution " + taken.executionId()
                            + " cannot begin on this node, and is left to others",
                    e);
            if (partition != null) {
                forget(taken.id(), partition.running());
            }
            boolean died = !repository.thisNode().isSuspended(); // a server that stops takes no tasks
            database.doIdempotently(handle -> Work.putBack(handle, taken.id(), taken.version(), died));
        }
    }

    /** This node may run it again already, if it was put back. */
    private void forget(long id, LiveExecution over) {
        running.computeIfPresent(id, (same, its) -> its.running() == over ? null : its);
        executions.remove(over.execution());
        wiring.server.logs().ifPresent(logs -> logs.end(over.execution().getExecutionId()));
        offered();
    }

    /** One of this partition alone, which the engine takes for the job's. */
    private LiveExecution execution(Taken taken, JobExecutionImpl stored, Job job) {
        Stored known = Optional.ofNullable(loaded.known(stored)).orElse(Stored.NOTHING);
        JobParameters parameters = known.parameters();
        List<String> faults = new ArrayList<>();
        Properties opened = secrets.opened(taken.jobName(), parameters, parameters.toShownProperties(), faults);
        if (!faults.isEmpty()) {
            throw new IllegalStateException(String.join("; ", faults));
        }
        JobInstanceImpl instance = new JobInstanceImpl(job, wiring.name, taken.jobName());
        instance.setId(stored.getJobInstance().getInstanceId());
        JobExecutionImpl execution = new JobExecutionImpl(instance, opened);
        execution.setId(taken.executionId());
        execution.setUser(stored.getUser());
        LiveExecution live = new LiveExecution(
                execution, taken.node(), Subject.label(taken.jobName(), parameters), false, false, wiring.application);
        live.keepSecret(parameters.byName().entrySet().stream()
                .filter(parameter -> parameter.getValue().secret())
                .map(parameter -> opened.getProperty(parameter.getKey()))
                .toList());
        return live;
    }

    /**
     * Compares what this node has taken with what it runs: what somebody wants stopped is stopped, what is another node's by now
     * is given up, and what no thread runs is put back.
     */
    private void compare() {
        Optional<NodeIdentity> node = node();
        if (node.isEmpty()) {
            return;
        }
        Set<Long> before = Set.copyOf(running.keySet());
        Map<Long, Held> held = database.read(handle -> Work.held(handle, node.get()));
        for (Long id : before) {
            PartitionHere partition = running.get(id);
            Held row = held.get(id);
            if (partition != null && row == null) {
                partition.running().lose("another node has taken it over");
            } else if (partition != null && row != null && row.toStop()) {
                partition.running().stop();
            }
        }
        Set<Long> seen = new HashSet<>();
        for (Held row : held.values()) {
            if (!running.containsKey(row.id())) {
                if (withoutThread.contains(row.id())) {
                    database.doIdempotently(handle -> {
                        if (!Work.putBack(handle, row.id(), row.version(), false) && row.toStop()) {
                            WorkOfTheDead.end(handle, row.id(), row.version(), "STOPPED", "");
                        }
                    });
                } else {
                    seen.add(row.id());
                }
            }
        }
        withoutThread = seen;
    }

    /** This node counted as dead: what it ran is others' now. */
    void lost(NodeIdentity before, String why) {
        running.values().stream()
                .map(PartitionHere::running)
                .filter(its -> its.node().equals(before))
                .forEach(its -> its.lose(why));
    }

    /** Its server stops: what runs goes back after its next chunk, and to another node. */
    void stopForServer() {
        synchronized (begins) { // what is being taken runs by then, and is stopped and waited for
            running.values().forEach(partition -> partition.running().stopForServer());
        }
    }

    public boolean isEmpty() {
        return running.isEmpty();
    }

    /** Waits for the ends of all that runs here, which somebody has asked to stop; returns whether nothing does any more. */
    boolean awaitEnds(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean all = true;
        for (PartitionHere partition : running.values()) {
            all &= partition.awaitEnd(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        return all;
    }

    /** Hears of nothing more. */
    @Override
    public void close() {
        taking = () -> {};
        wiring.dispatchedHere.close();
        wiring.doorbell.close();
        wiring.offeredSteps.close();
    }
}
