package dev.reprise.internal.engine;

import dev.reprise.internal.engine.partition.Collecting;
import dev.reprise.internal.engine.row.ChunkOutcome;
import dev.reprise.internal.engine.row.Counted;
import dev.reprise.internal.engine.row.EngineCounts;
import dev.reprise.internal.engine.row.InTheRow;
import dev.reprise.internal.engine.row.Kept;
import dev.reprise.internal.engine.row.KeptExitStatus;
import dev.reprise.internal.engine.row.SkipInChunk;
import dev.reprise.internal.engine.stored.KeptValue;
import dev.reprise.internal.store.StepRow;
import dev.reprise.internal.store.Taken;
import dev.reprise.state.StepCounts;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric.MetricType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jberet.runtime.AbstractStepExecution;
import org.jspecify.annotations.Nullable;

/**
 * A step execution or partition that a thread of this node works on, and what this node knows of its row. The engine's own counts
 * and checkpoints run ahead of what is committed, so the committed ones are kept here (decision 013). Thread-safe.
 */
public final class RunningStep implements StepRow {

    private final long id;
    private final String name;
    private final @Nullable RunningStep partitionOf;
    private final AbstractStepExecution execution;
    private final boolean toStop;
    private final Counted counted;

    private final long began = System.nanoTime();
    private final InTheRow row;
    private final ChunkOutcome outcome = new ChunkOutcome();
    private final SkipInChunk skipInChunk;
    private final Map<Kept, byte[]> readable = new EnumMap<>(Kept.class);
    private StepCounts ofPartitions = StepCounts.NONE;
    private boolean partitioned;
    private boolean fenced;
    private boolean ended;
    private boolean claimed;
    private final KeptExitStatus keptExitStatus;
    private final Collecting collecting;
    private final StepTroubles troubles = new StepTroubles();
    private final Object ends = new Object();
    private volatile @Nullable ItemJudge judge;

    /**
     * @param id of its row
     * @param partitionOf the step, if this is a partition
     * @param toStop whether somebody wanted the execution stopped when the row was inserted
     */
    public RunningStep(
            long id, String name, @Nullable RunningStep partitionOf, AbstractStepExecution execution, boolean toStop) {
        this(id, name, partitionOf, execution, toStop, 0, StepCounts.NONE);
    }

    /** A partition that this node has taken. */
    RunningStep(Taken taken, RunningStep partitionOf, AbstractStepExecution execution) {
        this(taken.id(), taken.name(), partitionOf, execution, taken.toStop(), taken.version(), taken.counts());
    }

    private RunningStep(
            long id,
            String name,
            @Nullable RunningStep partitionOf,
            AbstractStepExecution execution,
            boolean toStop,
            long version,
            StepCounts committed) {
        this.id = id;
        this.toStop = toStop;
        this.name = name;
        this.partitionOf = partitionOf;
        this.execution = execution;
        this.counted = new Counted(execution.getStepMetrics());
        this.skipInChunk = new SkipInChunk(execution);
        this.row = new InTheRow(version, committed, current());
        this.keptExitStatus = new KeptExitStatus(execution);
        this.collecting = new Collecting(partitionOf == null ? null : partitionOf.collecting);
        if (partitionOf != null) {
            partitionOf.setPartitioned();
        }
        EngineCounts.watch(execution.getStepMetrics(), this::happens);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    @Nullable
    public RunningStep partitionOf() {
        return partitionOf;
    }

    public AbstractStepExecution execution() {
        return execution;
    }

    @Override
    public BatchStatus status() {
        return execution.getBatchStatus();
    }

    @Override
    public @Nullable String exitStatus() {
        return execution.getExitStatus();
    }

    @Override
    public byte @Nullable [] userData() {
        return KeptValue.keepUserData(execution);
    }

    boolean isToStop() {
        return toStop;
    }

    long nanosSinceItBegan() {
        return System.nanoTime() - began;
    }

    /** Who says what becomes of items that failed. */
    void judgedBy(ItemJudge itsJudge) {
        judge = itsJudge;
    }

    /** Null where none may be skipped or retried. */
    @Nullable
    ItemJudge judge() {
        return judge;
    }

    @Override
    public synchronized long version() {
        return row.version();
    }

    @Override
    public synchronized boolean isPartitioned() {
        return partitioned;
    }

    synchronized void setPartitioned() {
        partitioned = true;
    }

    /** What the row holds when the chunk that is being saved is committed. The n-th commit stores n. */
    synchronized StepCounts withThisChunk() {
        return counted.withThisChunk(row.counts());
    }

    /**
     * What the row holds at the end: the committed chunks, and what the engine counted beside them; for a partitioned
     * step, the sum of its partitions that have ended.
     */
    @Override
    public synchronized StepCounts atTheEnd() {
        if (partitioned) {
            return ofPartitions;
        }
        return counted.atTheEnd(row.counts());
    }

    /** How many items are read and committed, as far as anybody outside can see. */
    @Override
    public synchronized StepCounts committed() {
        return row.counts();
    }

    public synchronized void committed(StepCounts counts, Map<String, byte @Nullable []> values) {
        row.committed(counts, values);
        hasCommitted();
    }

    private void hasCommitted() {
        troubles.committed();
        skipInChunk.forget();
        if (judge != null) {
            judge.committed();
        }
    }

    /** The commit of a chunk failed: it may have been committed nonetheless. */
    synchronized void doubt(StepCounts counts, Map<String, byte @Nullable []> values) {
        row.doubt(counts, values);
    }

    /** Its row is as it is after the commit of the chunk that is in doubt, if there is one. */
    @Override
    public synchronized boolean wasCommitted(long rowVersion, long commits) {
        boolean was = row.wasCommitted(rowVersion, commits);
        if (was) {
            hasCommitted();
        }
        return was;
    }

    /**
     * Its row is as it is before the last commit: a transaction manager calls committed what ended in a heuristic decision, and
     * the database had broken it off.
     */
    @Override
    public synchronized boolean wasNotCommitted(long rowVersion, long commits) {
        boolean wasNot = row.wasNotCommitted(rowVersion, commits);
        if (wasNot) {
            rolledBack();
        }
        return wasNot;
    }

    /** Whether a commit of it did not end as anybody was told. */
    synchronized boolean hasLostAnAnswer() {
        return row.hasLostAnAnswer();
    }

    /** What a restart would begin with if the step's transaction were committed now, as its row has it. */
    Map<String, byte @Nullable []> current() {
        return Kept.allOf(execution);
    }

    /** What a restart would begin with, as far as anybody outside can see. */
    @Override
    public synchronized Map<String, byte @Nullable []> kept() {
        return row.kept();
    }

    /** Whether these bytes are known to be what a restart can read. */
    synchronized boolean isReadable(Kept what, byte[] bytes) {
        byte[] known = readable.get(what);
        return known != null && (Arrays.equals(known, bytes) || KeptValue.isReadableAs(known, bytes));
    }

    synchronized void readable(Kept what, byte[] bytes) {
        readable.put(what, bytes);
    }

    /** What a batchlet has set. */
    KeptExitStatus keptExitStatus() {
        return keptExitStatus;
    }

    @Override
    public List<byte @Nullable []> collected() {
        return collecting.pieces();
    }

    /** What is collected of it, if it is a partition. */
    Collecting collecting() {
        return collecting;
    }

    /** What was thrown in it. */
    StepTroubles troubles() {
        return troubles;
    }

    synchronized void updated() {
        row.updated();
    }

    /** A partition has ended, and its counts were added to the row. */
    synchronized void added(StepCounts partition) {
        ofPartitions = ofPartitions.plus(partition);
        row.updated();
    }

    /** What becomes of the chunk that is recorded. */
    ChunkOutcome outcome() {
        return outcome;
    }

    /** What was written and filtered since the last commit is gone. */
    synchronized void rolledBack() {
        counted.rolledBack(row.counts());
    }

    /** The engine reopens the reader at the checkpoint next; what was read of the chunk before a skip must come again. */
    private synchronized void rolledBackForARetry() {
        rolledBack();
        collecting.rolledBack();
        counted.skipsRolledBack(row.counts());
        skipInChunk.undo();
    }

    /** Another node owns the execution now, or somebody else changed the row: nothing more of this step is recorded. */
    synchronized void fence() {
        fenced = true;
        if (partitionOf != null) {
            partitionOf.fence();
        }
    }

    synchronized boolean isFenced() {
        return fenced;
    }

    /** The engine is done with it; true for who says so first, and is to record its end. */
    synchronized boolean claimEnd() {
        boolean first = !claimed;
        claimed = true;
        return first;
    }

    /** Held while its end or one of a partition of it is recorded: all of these change the row of the step. */
    Object ends() {
        return partitionOf == null ? ends : partitionOf.ends;
    }

    /** Its end is recorded. */
    synchronized void end() {
        ended = true;
        row.updated();
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Whether it works in chunks, and has begun to. */
    synchronized boolean hasReadItems() {
        return counted.hasReadItems();
    }

    /** All its items, the ones before a skip too: the engine goes on after the last one. */
    private synchronized void skipsTheChunk() {
        rolledBack();
        skipInChunk.forget();
    }

    private void happens(MetricType counted) {
        switch (counted) {
            case ROLLBACK_COUNT -> rolledBackForARetry();
            case WRITE_SKIP_COUNT -> skipsTheChunk();
            default -> skipInChunk.begins();
        }
    }
}
