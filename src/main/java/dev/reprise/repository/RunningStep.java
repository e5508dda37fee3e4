package dev.reprise.repository;

import dev.reprise.repository.LiveExecution.Thrown;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.Metric.MetricType;
import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.metric.MetricImpl;
import org.jberet.runtime.metric.StepMetrics;
import org.jspecify.annotations.Nullable;

/**
 * A step execution or partition that a thread of this node works on: the version of its row that this node knows, and
 * its counts. The engine's own counts run ahead of what is committed and are not undone by a rollback, so the committed
 * ones are kept here. So does the checkpoint after a skip in mid-chunk, so the one before it is kept (decision 013).
 * Thread-safe.
 */
final class RunningStep {

    /** How many of what its artifacts threw last are kept; after what fails a step little is thrown. */
    private static final int THROWN = 8;

    /** The engine keeps its counts in a map of its own; watching it is the only way to learn of every rollback and skip. */
    private static final Field COUNTS_OF_THE_ENGINE = countsOfTheEngine();

    /** What a restart begins with. */
    enum Kept {
        READER("the reader checkpoint", "reader"),
        WRITER("the writer checkpoint", "writer"),
        USER_DATA("the user data", "userData");

        private final String words;
        private final String parameter;

        Kept(String words, String parameter) {
            this.words = words;
            this.parameter = parameter;
        }

        /** Of the statements that write it. */
        String parameter() {
            return parameter;
        }

        /** As a message names it. */
        String of(String step) {
            return words + " of step " + step;
        }

        byte @Nullable [] of(AbstractStepExecution execution) {
            return switch (this) {
                case READER -> execution.getReaderCheckpointInfoSerialized();
                case WRITER -> execution.getWriterCheckpointInfoSerialized();
                case USER_DATA -> KeptValue.keepUserData(execution);
            };
        }
    }

    private final long id;
    private final String name;
    private final @Nullable RunningStep partitionOf;
    private final AbstractStepExecution execution;
    private final boolean toStop;
    private final StepMetrics metrics;

    private final long began = System.nanoTime();
    private long version;
    private StepCounts committed = StepCounts.NONE;
    private long lostWrites;
    private long lostFilters;
    private long lostReadSkips;
    private long lostProcessSkips;
    private volatile CompletableFuture<Void> outcome = CompletableFuture.completedFuture(null);
    private boolean skippedInChunk;
    private byte @Nullable [] checkpointBeforeSkip;
    private final Map<Kept, byte[]> readable = new EnumMap<>(Kept.class);
    private Map<String, byte @Nullable []> kept;
    private @Nullable InDoubt inDoubt;
    private @Nullable InDoubt beforeLastCommit;
    private boolean answerWasLost;
    private @Nullable Witnessed witnessed;
    private @Nullable String failure;
    private StepCounts ofPartitions = StepCounts.NONE;
    private boolean partitioned;
    private @Nullable String exitStatusSet;
    private boolean fenced;
    private boolean ended;
    private boolean claimed;
    private boolean rollbackToCollect;
    private volatile boolean endsPartitions;
    private volatile boolean cutShort;
    private volatile boolean collectsNoMore;
    private final Deque<Thrown> thrown = new ArrayDeque<>();
    private final List<Thrown> thrownAtItsEnd = new ArrayList<>();
    private @Nullable Exception exceptionBeforeItsEnd;
    private final Map<String, String> failedPartitions = new LinkedHashMap<>();
    private final Object ends = new Object();
    private volatile @Nullable ItemJudge judge;

    /**
     * @param id of its row
     * @param partitionOf the step, if this is a partition
     * @param toStop whether somebody wanted the execution stopped when the row was inserted
     */
    RunningStep(
            long id, String name, @Nullable RunningStep partitionOf, AbstractStepExecution execution, boolean toStop) {
        this.id = id;
        this.toStop = toStop;
        this.name = name;
        this.partitionOf = partitionOf;
        this.execution = execution;
        this.metrics = execution.getStepMetrics();
        this.kept = current();
        if (partitionOf != null) {
            partitionOf.setPartitioned();
        }
        watch(metrics, this::happens);
    }

    long id() {
        return id;
    }

    String name() {
        return name;
    }

    @Nullable
    RunningStep partitionOf() {
        return partitionOf;
    }

    AbstractStepExecution execution() {
        return execution;
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

    synchronized long version() {
        return version;
    }

    synchronized boolean isPartitioned() {
        return partitioned;
    }

    private synchronized void setPartitioned() {
        partitioned = true;
    }

    /** What the row holds when the chunk that is being saved is committed. The n-th commit stores n. */
    synchronized StepCounts withThisChunk() {
        return counts(
                committed.commits() + 1,
                metrics.get(MetricType.WRITE_COUNT) - lostWrites,
                metrics.get(MetricType.FILTER_COUNT) - lostFilters);
    }

    /**
     * What the row holds at the end: the committed chunks, and what the engine counted beside them; for a partitioned
     * step, the sum of its partitions that have ended.
     */
    synchronized StepCounts atTheEnd() {
        if (partitioned) {
            return ofPartitions;
        }
        return counts(committed.commits(), committed.written(), committed.filtered());
    }

    private StepCounts counts(long commits, long written, long filtered) {
        return new StepCounts(
                metrics.get(MetricType.READ_COUNT),
                written,
                filtered,
                commits,
                metrics.get(MetricType.ROLLBACK_COUNT),
                metrics.get(MetricType.READ_SKIP_COUNT) - lostReadSkips,
                metrics.get(MetricType.PROCESS_SKIP_COUNT) - lostProcessSkips,
                metrics.get(MetricType.WRITE_SKIP_COUNT));
    }

    /** How many items are read and committed, as far as anybody outside can see. */
    synchronized StepCounts committed() {
        return committed;
    }

    synchronized void committed(StepCounts counts, Map<String, byte @Nullable []> values) {
        beforeLastCommit = new InDoubt(committed, kept);
        committed = counts;
        kept = values;
        inDoubt = null;
        witnessed = null;
        version++;
        forgetSkip();
        if (judge != null) {
            judge.committed();
        }
    }

    /** A chunk that was recorded, and of whose commit nobody knows but the database. */
    private record InDoubt(StepCounts counts, Map<String, byte @Nullable []> values) {}

    /** The commit of a chunk failed: it may have been committed nonetheless. */
    synchronized void doubt(StepCounts counts, Map<String, byte @Nullable []> values) {
        inDoubt = new InDoubt(counts, values);
    }

    /** Its row is as it is after the commit of the chunk that is in doubt, if there is one. */
    synchronized boolean wasCommitted(long rowVersion, long commits) {
        InDoubt chunk = inDoubt;
        if (chunk == null
                || rowVersion != version + 1
                || commits != chunk.counts().commits()) {
            return false;
        }
        committed(chunk.counts(), chunk.values());
        answerWasLost = true;
        return true;
    }

    /**
     * Its row is as it is before the last commit: a transaction manager calls committed what ended in a heuristic decision, and
     * the database had broken it off.
     */
    synchronized boolean wasNotCommitted(long rowVersion, long commits) {
        InDoubt before = beforeLastCommit;
        if (before == null
                || rowVersion != version - 1
                || commits != before.counts().commits()) {
            return false;
        }
        committed = before.counts();
        kept = before.values();
        beforeLastCommit = null;
        version--;
        rolledBack();
        return true;
    }

    /** Whether a chunk of it was committed whose commit failed, as far as anybody was told. */
    synchronized boolean hasLostAnAnswer() {
        return answerWasLost;
    }

    /** What a restart would begin with if the step's transaction were committed now, as its row has it. */
    Map<String, byte @Nullable []> current() {
        Map<String, byte @Nullable []> values = new HashMap<>();
        for (Kept what : Kept.values()) {
            values.put(what.parameter(), what.of(execution));
        }
        return values;
    }

    /** What a restart would begin with, as far as anybody outside can see. */
    synchronized Map<String, byte @Nullable []> kept() {
        return kept;
    }

    /** Whether these bytes are known to be what a restart can read. */
    synchronized boolean isReadable(Kept what, byte[] bytes) {
        byte[] known = readable.get(what);
        return known != null && (Arrays.equals(known, bytes) || KeptValue.isReadableAs(known, bytes));
    }

    synchronized void readable(Kept what, byte[] bytes) {
        readable.put(what, bytes);
    }

    /**
     * What failed a chunk, as it was before the engine serialized it.
     *
     * @param away whether the database was away
     */
    record Witnessed(Exception thrown, boolean away) {}

    /** A chunk of it has failed, for whatever reason; the engine may try it again. */
    synchronized void failed(Witnessed witness) {
        witnessed = witness;
    }

    /**
     * What failed it, where the engine cannot be asked for it.
     *
     * @param why who threw what
     */
    synchronized void failedOf(String why) {
        failure = why;
    }

    synchronized Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** What failed the chunk after the last one that was committed. */
    synchronized Optional<Witnessed> witnessed() {
        return Optional.ofNullable(witnessed);
    }

    synchronized void updated() {
        version++;
    }

    /** A partition has ended, and its counts were added to the row. */
    synchronized void added(StepCounts partition) {
        ofPartitions = ofPartitions.plus(partition);
        version++;
    }

    /** A chunk is recorded in its transaction, whose outcome is not known yet. */
    void recording() {
        outcome = new CompletableFuture<>();
    }

    /** It is known. */
    void settled() {
        outcome.complete(null);
    }

    /** Waits for it: where the time was up, another thread rolls the transaction back. */
    void awaitOutcome() {
        outcome.join();
    }

    /** What was written and filtered since the last commit is gone. */
    synchronized void rolledBack() {
        lostWrites = metrics.get(MetricType.WRITE_COUNT) - committed.written();
        lostFilters = metrics.get(MetricType.FILTER_COUNT) - committed.filtered();
    }

    /** The engine is about to take the reader's position in mid-chunk for the checkpoint. */
    private synchronized void skipsAnItem() {
        if (!skippedInChunk) {
            skippedInChunk = true;
            checkpointBeforeSkip = execution.getReaderCheckpointInfoSerialized();
        }
    }

    /** The engine reopens the reader at the checkpoint next; what was read of the chunk before a skip must come again. */
    private synchronized void rolledBackForARetry() {
        rolledBack();
        rollbackToCollect = true;
        lostReadSkips = metrics.get(MetricType.READ_SKIP_COUNT) - committed.readSkips();
        lostProcessSkips = metrics.get(MetricType.PROCESS_SKIP_COUNT) - committed.processSkips();
        if (skippedInChunk) {
            execution.setReaderCheckpointInfo(checkpointBeforeSkip == null ? null : KeptValue.of(checkpointBeforeSkip));
            forgetSkip();
        }
    }

    private void forgetSkip() {
        skippedInChunk = false;
        checkpointBeforeSkip = null;
    }

    /** Whether the engine's next call of the collector comes from a rollback and not from a checkpoint; true once for each. */
    synchronized boolean takesRollback() {
        boolean rollback = rollbackToCollect;
        rollbackToCollect = false;
        return rollback;
    }

    /** What a partition did has failed for good: JSR-352 has nothing collected of it any more. */
    void collectNoMore() {
        collectsNoMore = true;
    }

    boolean collectsNoMore() {
        return collectsNoMore;
    }

    /** The step has failed: its partitions are to end. */
    void endPartitions() {
        endsPartitions = true;
    }

    /** Whether it is a partition that is to end with its step. */
    boolean isToEnd() {
        return partitionOf != null && partitionOf.endsPartitions;
    }

    /** It ends in the middle of its work, because its step has failed. */
    void cutShort() {
        cutShort = true;
        collectNoMore();
    }

    boolean isCutShort() {
        return cutShort;
    }

    /** An artifact of it threw. */
    synchronized void threw(Thrown last) {
        if (thrown.size() == THROWN) {
            thrown.removeLast();
        }
        thrown.addFirst(last);
    }

    /** Who threw what the engine has, if that was one of the last. */
    synchronized Optional<Thrown> thrownAs(@Nullable Exception exception) {
        return thrown.stream().filter(one -> one.isIn(exception)).findFirst();
    }

    synchronized Optional<Thrown> lastThrown() {
        return Optional.ofNullable(thrown.peekFirst());
    }

    /** The last that an artifact threw of this class, or because of one. */
    synchronized Optional<Thrown> thrownWith(String className) {
        return thrown.stream().filter(one -> one.isOf(className)).findFirst();
    }

    /**
     * An artifact threw that is called at the end of a step.
     *
     * @param before what the engine takes for the step's exception until then
     */
    synchronized void threwAtItsEnd(Thrown last, @Nullable Exception before) {
        if (thrownAtItsEnd.isEmpty()) {
            exceptionBeforeItsEnd = before;
        }
        thrownAtItsEnd.add(last);
    }

    synchronized List<Thrown> thrownAtItsEnd() {
        return List.copyOf(thrownAtItsEnd);
    }

    @Nullable
    synchronized Exception exceptionBeforeItsEnd() {
        return exceptionBeforeItsEnd;
    }

    /**
     * A partition of it has failed.
     *
     * @param why may be empty
     */
    synchronized void partitionFailed(String partition, String why) {
        failedPartitions.put(partition, why);
    }

    /** The partitions that failed and why, in that order. */
    synchronized Map<String, String> failedPartitions() {
        return new LinkedHashMap<>(failedPartitions);
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

    /** A batchlet is at its end: what it has set is its exit status, unless it returned one. */
    synchronized void keepExitStatus() {
        exitStatusSet = execution.getExitStatus();
    }

    /** The engine has replaced what a batchlet set by the null that it returned. */
    synchronized void restoreExitStatus() {
        if (exitStatusSet != null && !hasExitStatus(execution)) {
            execution.setExitStatus(exitStatusSet);
        }
    }

    /** At its end an execution without an exit status gives its batch status' name; before it, nothing. */
    private static boolean hasExitStatus(AbstractStepExecution ended) {
        AbstractStepExecution copy = new PartitionExecutionImpl(ended);
        copy.setBatchStatus(BatchStatus.STARTED);
        return copy.getExitStatus() != null;
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
        version++;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    /** Whether it works in chunks, and has begun to. */
    synchronized boolean hasReadItems() {
        return metrics.get(MetricType.READ_COUNT) > 0;
    }

    /** The counts that the engine increments right when it happens. */
    static final List<MetricType> WATCHED = List.of(
            MetricType.ROLLBACK_COUNT,
            MetricType.WRITE_SKIP_COUNT,
            MetricType.READ_SKIP_COUNT,
            MetricType.PROCESS_SKIP_COUNT);

    private void happens(MetricType counted) {
        switch (counted) {
            case ROLLBACK_COUNT -> rolledBackForARetry();
            case WRITE_SKIP_COUNT -> skipsTheChunk();
            default -> skipsAnItem();
        }
    }

    /** Calls what is given at each increment of one that is {@link #WATCHED}. */
    static void watch(StepMetrics metrics, Consumer<MetricType> happens) {
        try {
            @SuppressWarnings("unchecked")
            Map<MetricType, MetricImpl> counts = (Map<MetricType, MetricImpl>) COUNTS_OF_THE_ENGINE.get(metrics);
            for (MetricType type : WATCHED) {
                counts.put(type, new Watched(type, happens));
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the engine's counts cannot be watched", e);
        }
    }

    /** All its items, the ones before a skip too: the engine goes on after the last one. */
    private synchronized void skipsTheChunk() {
        rolledBack();
        forgetSkip();
    }

    private static Field countsOfTheEngine() {
        try {
            Field field = StepMetrics.class.getDeclaredField("metricsMapping");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("this version of JBeret counts in another way; use 3.1", e);
        }
    }

    /** The engine counts a rollback or a skip right when it happens. */
    private static final class Watched extends MetricImpl {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // counts of a running step are never serialized
        private final transient Consumer<MetricType> happens;

        Watched(MetricType type, Consumer<MetricType> happens) {
            super(type);
            this.happens = happens;
        }

        @Override
        public void increment(long by) {
            super.increment(by);
            happens.accept(getType());
        }
    }
}
