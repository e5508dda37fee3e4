package dev.reprise.internal.engine;

import dev.reprise.internal.database.NotRecordedError;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.ThreadTransaction;
import dev.reprise.internal.engine.reason.Reason;
import dev.reprise.internal.engine.reason.Thrown;
import dev.reprise.internal.engine.reason.Witnessed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was thrown in a step or partition, and by whom, as far as it may come to fail it. Thread-safe. */
final class StepTroubles {

    /** How many of what its artifacts threw last are kept; after what fails a step little is thrown. */
    private static final int THROWN = 8;

    private @Nullable Witnessed witnessed;
    private @Nullable Reason failure;
    private final Deque<Thrown> thrown = new ArrayDeque<>();
    private final List<Thrown> thrownAtItsEnd = new ArrayList<>();
    private @Nullable Exception exceptionBeforeItsEnd;
    private final Map<String, String> failedPartitions = new LinkedHashMap<>();

    /** A chunk of it has failed, for whatever reason, and the engine may try it again; or what is around its chunks. */
    synchronized void failed(Witnessed witness) {
        witnessed = witness;
    }

    /**
     * Commits a transaction of the step's that the engine knows nothing of.
     *
     * @param what was done in it, as people read it
     * @throws NotRecordedError if it was rolled back instead, which fails the step
     */
    void commit(ThreadTransaction transaction, String what) {
        try {
            transaction.commit(what);
        } catch (IllegalStateException e) {
            failed(new Witnessed(e, SqlFailures.isAway(e)));
            throw new NotRecordedError(String.valueOf(e.getMessage()), e);
        }
    }

    /** What failed it, where the engine cannot be asked for it. */
    synchronized void failedOf(Reason why) {
        failure = why;
    }

    synchronized Optional<Reason> failure() {
        return Optional.ofNullable(failure);
    }

    /** What failed the chunk after the last one that was committed. */
    synchronized Optional<Witnessed> witnessed() {
        return Optional.ofNullable(witnessed);
    }

    /** An artifact of it threw. */
    synchronized void threw(Thrown last) {
        if (thrown.size() == THROWN) {
            thrown.removeLast();
        }
        thrown.addFirst(last);
    }

    /** Who threw what the engine has, if that was one of the last. */
    synchronized Optional<Thrown> thrownAs(@Nullable Throwable exception) {
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

    /** A chunk was committed: what failed before it is past. */
    synchronized void committed() {
        witnessed = null;
    }
}
