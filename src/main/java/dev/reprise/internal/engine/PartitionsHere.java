package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.doorbell.Bell;
import dev.reprise.internal.store.Taken;
import dev.reprise.internal.store.Work;
import dev.reprise.internal.store.Work.Definition;
import dev.reprise.internal.store.Work.Held;
import dev.reprise.internal.store.WorkOfTheDead;
import dev.reprise.state.NodeIdentity;
import jakarta.batch.runtime.JobExecution;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.spi.BatchEnvironment;
import org.jspecify.annotations.Nullable;

/** The partitions that this node has taken, of its own executions and of others' (contract.md §9). Thread-safe. */
public final class PartitionsHere implements AutoCloseable {

    private static final Logger LOG = System.getLogger(PartitionsHere.class.getName());

    /** Partitions of one execution come one after the other, and not of many in turn. */
    private static final int EXECUTIONS_READ = 16;

    private final Wiring wiring;
    private final Database database;
    private final Capacity capacity;
    private final Map<Long, PartitionHere> running = new ConcurrentHashMap<>();
    private final Map<JobExecution, LiveExecution> executions = Collections.synchronizedMap(new IdentityHashMap<>());
    private final Set<String> foreign = ConcurrentHashMap.newKeySet();
    private final CannotRun cannotRun = new CannotRun();
    private final Map<Long, JobExecutionImpl> read = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, JobExecutionImpl> eldest) {
            return size() > EXECUTIONS_READ;
        }
    };
    private final AtomicBoolean changed = new AtomicBoolean(true);
    private final AtomicBoolean reported = new AtomicBoolean(true);
    private Set<Long> withoutThread = Set.of();
    private final AtomicBoolean listening = new AtomicBoolean();
    private volatile Runnable taking = () -> {};

    PartitionsHere(Wiring wiring, Capacity capacity) {
        this.wiring = wiring;
        this.database = wiring.database;
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

    /** This node has reported: what others left is looked for, and nothing that was missed stays so. */
    public void reported() {
        wiring.dispatchedHere.reported();
        reported.set(true);
        changed();
    }

    /** Something may be to be done to what this node has taken. */
    void changed() {
        changed.set(true);
        offered();
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
                    changed(); // it may be a stop
                }
            });
        }
        if (changed.getAndSet(false)) {
            compare();
        }
        if (reported.getAndSet(false) && node().isPresent()) {
            cannotRun.tryAgain();
            wiring.moves.fromTheDead();
        }
        boolean more = true;
        while (more) {
            synchronized (wiring.beginning) {
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
        Work.Wanted wanted = new Work.Wanted(free, capacity.groups(), foreign, cannotRun.executions());
        return database.inOwnTransaction(
                handle -> Work.take(handle, node.get(), wanted, definition -> isDeployed(definition, environment)));
    }

    /** None as long as what was taken waits for a thread, and no more than have one: others may have more room. */
    private int free() {
        long begun = running.values().stream().filter(PartitionHere::hasBegun).count();
        return begun < running.size() ? 0 : (int) Math.min(capacity.partitions() - begun, Math.max(1, begun));
    }

    private boolean isDeployed(Definition definition, Function<String, BatchEnvironment> environment) {
        return wiring.launchedElsewhere.job(definition, environment).isPresent();
    }

    /** Runs what was taken, on a thread of the environment's; what cannot begin goes back, and is left to others. */
    private void run(Taken taken, BatchEnvironment environment, RepriseRepository repository) {
        LiveExecution joined = null;
        try {
            JobExecutionImpl stored = stored(taken.executionId());
            Optional<LiveExecution> live = wiring.launchedElsewhere.live(
                    stored, EngineOperator.job(environment, taken.jobName()), taken.node(), false, false);
            if (live.isEmpty()) {
                cannotRun.ever(taken.executionId());
                putBack(taken);
                return;
            }
            LiveExecution execution = live.get();
            PartitionHere partition = new PartitionHere(
                    taken,
                    execution,
                    wiring.planRecorder.properties(taken.jobName(), taken.plan()),
                    environment,
                    repository,
                    wiring,
                    () -> forget(taken.id(), execution));
            wiring.server
                    .logs()
                    .ifPresent(logs -> logs.join(
                            taken.executionId(), stored.getCreateTime().toInstant()));
            joined = execution;
            running.put(taken.id(), partition);
            executions.put(execution.execution(), execution);
            EngineOperator.submit(environment, new RecordedPartitions.Task(taken.executionId(), partition));
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, PartitionHere.cannotBegin(taken), e);
            if (joined != null) {
                forget(taken.id(), joined);
            }
            leave(taken, repository);
        }
    }

    private JobExecutionImpl stored(long executionId) {
        return read.computeIfAbsent(
                executionId,
                id -> database.read(handle -> wiring.loaded.find(handle, id))
                        .orElseThrow(() -> new IllegalStateException("there is no such execution")));
    }

    /** It could not begin here. It waits for another node then, or for the next report of this one, unless that stops. */
    void leave(Taken taken, RepriseRepository repository) {
        if (!repository.thisNode().isSuspended()) {
            cannotRun.now(taken.executionId());
        }
        putBack(taken);
    }

    private void putBack(Taken taken) {
        database.doIdempotently(handle -> Work.putBack(handle, taken.id(), taken.version(), false));
    }

    /** This node may run it again already, if it was put back. */
    private void forget(long id, LiveExecution over) {
        running.computeIfPresent(id, (same, its) -> its.running() == over ? null : its);
        executions.remove(over.execution());
        wiring.server.logs().ifPresent(logs -> logs.end(over.execution().getExecutionId()));
        offered();
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
            if (partition != null && row == null && !partition.isEnding()) {
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
        running.values().forEach(partition -> partition.running().stopForServer());
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
