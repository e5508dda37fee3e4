package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.SqlFailures;
import dev.reprise.internal.database.ThreadTransaction;
import dev.reprise.internal.engine.reason.FailedAt;
import dev.reprise.internal.engine.stored.KeptValue;
import dev.reprise.job.WriteSkip;
import jakarta.batch.api.chunk.ItemReader;
import jakarta.batch.api.chunk.ItemWriter;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import org.jberet.job.model.Chunk;
import org.jberet.job.model.ExceptionClassFilter;
import org.jberet.job.model.Step;
import org.jspecify.annotations.Nullable;

/**
 * Says in the engine's place what becomes of an item of one step or partition that failed: skipped, retried, or the step
 * with it (decision 037). A skip concerns the item that failed and no other (contract.md §8.6): where the database has given
 * the transaction up, or where a writer failed and each item is to be judged by itself, the chunk is rolled back and gone
 * through again item by item, each in a transaction of its own, which is how the engine retries.
 *
 * <p>Not thread-safe: of the thread that runs the step or partition.
 */
final class ItemJudge {

    /** What the engine has asked about a failure: it asks for a retry first, but while it retries for a skip. */
    private enum Asked {
        NOTHING,
        FOR_A_RETRY,
        FOR_A_SKIP
    }

    /** What is to be recorded before the next item, so that nothing that fails later undoes it. */
    private enum Due {
        NOTHING,
        SKIP,
        SKIP_OF_A_WRITE
    }

    /** Records what was skipped, as a chunk of its own, in the transaction of the thread, which is then committed. */
    @FunctionalInterface
    interface Recorder {
        void record();
    }

    private final Database database;
    private final LiveExecution running;
    private final RunningStep step;
    private final Recorder recorder;
    private final @Nullable ExceptionClassFilter skippable;
    private final @Nullable ExceptionClassFilter retryable;
    private final @Nullable ExceptionClassFilter noRollback;
    private final int skipLimit;
    private final int retryLimit;
    private final boolean eachItem;

    private @Nullable Throwable failure;
    private FailedAt place = FailedAt.COMMIT;
    private ThreadTransaction.Health health = ThreadTransaction.Health.GOOD;
    private boolean wasGivenUpBefore;
    private Asked asked = Asked.NOTHING;
    private boolean itemByItem;
    private boolean wentThroughAgain;
    private boolean stopping;
    private boolean wasRefused;
    private boolean goesThroughAgain;
    private boolean recordsSkips;
    private boolean reopens;
    private Due due = Due.NOTHING;
    private int skips;
    private int committedSkips;
    private int retries;
    private int failedCommits;

    private ItemJudge(Database database, LiveExecution running, RunningStep step, Recorder recorder, Step definition) {
        Chunk chunk = definition.getChunk();
        this.database = database;
        this.running = running;
        this.step = step;
        this.recorder = recorder;
        this.skippable = chunk.getSkippableExceptionClasses();
        this.retryable = chunk.getRetryableExceptionClasses();
        this.noRollback = chunk.getNoRollbackExceptionClasses();
        this.skipLimit = limit(chunk.getSkipLimit());
        this.retryLimit = limit(chunk.getRetryLimit());
        this.eachItem = WriteSkip.of(definition) == WriteSkip.ITEM;
    }

    private static int limit(@Nullable String limit) {
        return limit == null ? Integer.MAX_VALUE : Integer.parseInt(limit);
    }

    /**
     * Takes the engine's place where a step or partition may skip or retry at all.
     *
     * @param definition the execution's own copy of the step, before the engine runs it
     */
    static void preside(
            Step definition, Database database, LiveExecution running, RunningStep step, Recorder recorder) {
        Chunk chunk = definition.getChunk();
        if (chunk == null
                || (chunk.getSkippableExceptionClasses() == null && chunk.getRetryableExceptionClasses() == null)
                || isScripted(chunk)) {
            return;
        }
        ItemJudge judge = new ItemJudge(database, running, step, recorder, definition);
        chunk.setSkippableExceptionClasses(AskingFilter.asking(judge::skips));
        chunk.setRetryableExceptionClasses(AskingFilter.asking(judge::retries));
        chunk.setNoRollbackExceptionClasses(AskingFilter.asking(judge::staysInItsTransaction));
        chunk.setSkipLimit(null);
        chunk.setRetryLimit(null);
        step.judgedBy(judge);
    }

    /** The engine makes a script's artifact by itself, and of its failures nobody would hear here. */
    private static boolean isScripted(Chunk chunk) {
        return Stream.of(chunk.getReader(), chunk.getProcessor(), chunk.getWriter())
                .anyMatch(artifact -> artifact != null && artifact.getScript() != null);
    }

    /**
     * The engine calls an artifact.
     *
     * @return false if it is not to be called: it would hear of a retry that is none
     */
    boolean before(Object artifact, Method method) throws Exception {
        switch (method.getName()) {
            case "beforeChunk", "beforeRead" -> recordSkip();
            case "readItem" -> {
                recordSkip();
                if (reopens) {
                    reopen((ItemReader) artifact);
                }
            }
            case "beforeWrite", "writeItems" -> stopping = running.execution().isStopRequested();
            case "onRetryReadException", "onRetryProcessException", "onRetryWriteException" -> {
                return !goesThroughAgain;
            }
            default -> {}
        }
        return true;
    }

    private void recordSkip() {
        if (due == Due.SKIP) {
            record();
            database.transaction().begin();
        }
    }

    private void record() {
        due = Due.NOTHING;
        recorder.record();
        step.troubles().commit(database.transaction(), "What was skipped of step " + step.name());
    }

    /** What the reader had open may have gone with the transaction. */
    private void reopen(ItemReader reader) throws Exception {
        reopens = false;
        reader.close();
        reader.open((Serializable) KeptValue.handedOut(step.execution().getReaderCheckpointInfo()));
        step.troubles().commit(database.transaction(), "What the reader of step " + step.name() + " did in its open()");
        database.transaction().begin();
    }

    /** An artifact has answered. */
    void after(Method method, @Nullable Object result) {
        // The last that the engine asks of a chunk whose writer failed, before it rolls back what skip listeners did.
        if (due == Due.SKIP_OF_A_WRITE
                && method.getDeclaringClass() == ItemWriter.class
                && method.getName().equals("checkpointInfo")) {
            step.execution().setWriterCheckpointInfo((Serializable) result);
            record();
        }
    }

    /**
     * An artifact threw. In a transaction that the database has given up no listener could do anything, so they get another
     * one; what they write there is rolled back with the chunk, or recorded with the skip.
     */
    void failed(Method method, Throwable thrown) {
        FailedAt where = FailedAt.of(method.getDeclaringClass(), method.getName());
        if (where == null || !(thrown instanceof Exception)) {
            return;
        }
        failure = thrown;
        place = where;
        wasGivenUpBefore = !database.transaction().isOpen() || SqlFailures.isRefusedAfterAFailure(thrown);
        health = where == FailedAt.AFTER_COMMIT
                ? ThreadTransaction.Health.GOOD
                : database.transaction().healthAfter(thrown);
        if (health == ThreadTransaction.Health.GIVEN_UP || (where == FailedAt.WRITE && recordsEachSkip())) {
            database.transaction().replace();
            health = health == ThreadTransaction.Health.AWAY ? health : ThreadTransaction.Health.GIVEN_UP;
        }
    }

    /** A chunk is committed. */
    void committed() {
        committedSkips = skips;
        failedCommits = 0;
        wentThroughAgain = false;
    }

    private boolean skips(String exception) {
        boolean whileRetrying = asked == Asked.NOTHING;
        if (whileRetrying) {
            hear();
        }
        boolean mayBeTheItem = place != FailedAt.COMMIT || wasRefused;
        if (!maySkip(exception) || mustGoThroughAgain() || !mayBeTheItem) {
            asked = Asked.FOR_A_SKIP;
            if (!whileRetrying) {
                failsTheStep();
            }
            return false;
        }
        if (stopsHere()) {
            database.transaction().leave();
            judged();
            return true;
        }
        skips++;
        boolean unwritten = place == FailedAt.READ || place == FailedAt.PROCESS;
        due = !recordsEachSkip() ? Due.NOTHING : unwritten ? Due.SKIP : Due.SKIP_OF_A_WRITE;
        reopens = place == FailedAt.READ && itemByItem && health == ThreadTransaction.Health.GIVEN_UP;
        if (!unwritten) {
            committedSkips = skips;
        }
        if (due == Due.SKIP_OF_A_WRITE
                && place == FailedAt.COMMIT
                && !database.transaction().isOpen()) {
            database.transaction().begin();
        }
        judged();
        return true;
    }

    private boolean retries(String exception) {
        boolean whileRetrying = asked == Asked.FOR_A_SKIP;
        asked = Asked.FOR_A_RETRY;
        if (!whileRetrying) {
            // Of the last chunk, and of one that a stop ends, it asks in this order even then.
            itemByItem = itemByItem && wentThroughAgain;
            hear();
        }
        boolean mayRetry = place != FailedAt.AFTER_COMMIT
                && retryable != null
                && retries < retryLimit
                && retryable.matches(AskingFilter.classOf(exception, failure));
        // While it does not retry, a retry comes before a skip.
        goesThroughAgain = maySkip(exception) && mustGoThroughAgain() && (whileRetrying || !mayRetry);
        if (mayRetry && !goesThroughAgain) {
            retries++;
        } else if (!goesThroughAgain && whileRetrying) {
            failsTheStep();
        }
        return mayRetry || goesThroughAgain;
    }

    /** Asked about what is retried, and answered last. */
    private boolean staysInItsTransaction(String exception) {
        boolean stays = !goesThroughAgain
                && health == ThreadTransaction.Health.GOOD
                && place != FailedAt.COMMIT
                && noRollback != null
                && noRollback.matches(AskingFilter.classOf(exception, failure));
        if (!stays) {
            if (!itemByItem) {
                failedCommits = 0;
            }
            itemByItem = true;
            wentThroughAgain |= goesThroughAgain;
            recordsSkips |= goesThroughAgain;
            skips = committedSkips;
        }
        judged();
        return stays;
    }

    /** A chunk failed while it was written or committed. Who was refused something says what; whose time is up does not. */
    void failedToEnd(Exception thrown) {
        wasRefused = thrown.getCause() != null || thrown.getSuppressed().length > 0;
    }

    /** Of a commit that failed no artifact has told. */
    private void hear() {
        if (place == FailedAt.COMMIT) {
            step.outcome().await();
            failedCommits++;
            health = database.isReachable() ? ThreadTransaction.Health.GOOD : ThreadTransaction.Health.AWAY;
        }
    }

    private void failsTheStep() {
        if (health == ThreadTransaction.Health.AWAY) {
            running.cutOff(step.execution().getStepName());
        }
        judged();
    }

    private boolean recordsEachSkip() {
        return itemByItem && (recordsSkips || eachItem);
    }

    private void judged() {
        asked = Asked.NOTHING;
        failure = null;
        place = FailedAt.COMMIT;
        health = ThreadTransaction.Health.GOOD;
        wasRefused = false;
    }

    private boolean maySkip(String exception) {
        return place != FailedAt.AFTER_COMMIT
                && health != ThreadTransaction.Health.AWAY
                && skippable != null
                && skips < skipLimit
                && skippable.matches(AskingFilter.classOf(exception, failure));
    }

    /** A chunk that a stop ends is rolled back, whoever's the failure is: the engine takes a skip for the stop. */
    private boolean stopsHere() {
        return stopping && (place == FailedAt.WRITE || place == FailedAt.COMMIT);
    }

    /** Whether the failure says nothing of an item yet. */
    private boolean mustGoThroughAgain() {
        if (stopsHere()) {
            return false;
        }
        return switch (place) {
            case READ, PROCESS ->
                health == ThreadTransaction.Health.GIVEN_UP && (!itemByItem || skips > committedSkips);
            case WRITE -> !itemByItem && (eachItem || wasGivenUpBefore);
            // A connection may have broken: not the item's fault if it happens once.
            case COMMIT -> !itemByItem || failedCommits < 2;
            case AFTER_COMMIT -> false;
        };
    }
}
