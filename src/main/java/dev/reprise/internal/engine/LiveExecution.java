package dev.reprise.internal.engine;

import dev.reprise.internal.database.Database;
import dev.reprise.internal.engine.reason.Thrown;
import dev.reprise.internal.store.Secrets;
import dev.reprise.log.LogThread;
import dev.reprise.state.Attempts;
import dev.reprise.state.NodeIdentity;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/** A job execution that this node runs, from its decision to its recorded end. Thread-safe. */
public final class LiveExecution implements Database.Caller {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(LogThread.JOBS);

    private final JobExecutionImpl execution;
    private final NodeIdentity node;
    private final ClassLoader application;
    private final String label;
    private final boolean identityNone;
    private final boolean restart;
    private final Stage stage = new Stage();
    private final AtomicBoolean lost = new AtomicBoolean();
    private final AtomicBoolean warned = new AtomicBoolean();
    private final long began = System.nanoTime();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final LiveSteps steps = new LiveSteps();
    private final Queue<UnrecordedEnd> unrecordedEnds = new ConcurrentLinkedQueue<>();
    private volatile List<String> secrets = List.of();
    private volatile @Nullable Course course;
    private volatile @Nullable UnrecordedEnd lastEnd;
    private volatile String failure = "";
    private volatile @Nullable Attempts attempts;
    private volatile boolean databaseWasAway;
    private volatile boolean cutOff;
    private volatile boolean stoppedByServer;
    private volatile boolean broken;
    private volatile String whyItEnds = "";
    private final Map<StepContextImpl, PartitionCallbacks> callbacks = new ConcurrentHashMap<>();

    /**
     * @param node which incarnation of this node owns it
     * @param restart whether it is not the first of its instance
     * @param application loads its artifacts
     */
    LiveExecution(
            JobExecutionImpl execution,
            NodeIdentity node,
            String label,
            boolean identityNone,
            boolean restart,
            ClassLoader application) {
        this.execution = execution;
        this.application = application;
        this.node = node;
        this.label = label;
        this.identityNone = identityNone;
        this.restart = restart;
    }

    public JobExecutionImpl execution() {
        return execution;
    }

    /** As the log names it: {@code flights[month=2001-01]}. */
    String label() {
        return label;
    }

    /** Whether it is to run by the letter of Jakarta Batch (contract.md §2.6). */
    boolean isIdentityNone() {
        return identityNone;
    }

    /** Whether it is not the first of its instance, and may skip steps. */
    public boolean isRestart() {
        return restart;
    }

    /** What stands in its owner's row. */
    public NodeIdentity node() {
        return node;
    }

    /** The job is about to run its first element; false if it was stopped before. */
    boolean begin() {
        if (!stage.begin()) {
            return false;
        }
        course = new Course(execution);
        return true;
    }

    /**
     * This node does not own it any more: its threads are to end, and nothing of it is recorded.
     *
     * @param why as people read it
     */
    void lose(String why) {
        if (lost.compareAndSet(false, true)) {
            warn("execution " + execution.getExecutionId() + " is not this node's any more: " + why
                    + ". What runs of it here is stopped, and records nothing");
            stop();
        }
    }

    /** Stops it, on a thread of its own: a batchlet may take its time to stop, or never return from it. */
    void stop() {
        if (execution.isStopRequested()) {
            return;
        }
        apart("reprise-stop", execution::stop);
    }

    /** Does something for it on a thread that has the name, and its id. */
    void apart(String name, Runnable task) {
        Thread thread =
                new Thread(LogThread.of(execution.getExecutionId(), task), name + "-" + execution.getExecutionId());
        thread.setDaemon(true);
        thread.setContextClassLoader(application);
        thread.start();
    }

    boolean isLost() {
        return lost.get();
    }

    /** The one line that a fenced execution logs. */
    void warn(String message) {
        if (warned.compareAndSet(false, true)) {
            LogThread.of(execution.getExecutionId(), () -> LOG.log(Level.WARNING, "{0}: {1}", label, message))
                    .run();
        }
    }

    @Override
    public boolean isWanted() {
        return !isLost();
    }

    @Override
    public void databaseWasAway() {
        databaseWasAway = true;
    }

    /** Whether something was recorded on a second try, so that a first one may have been recorded too. */
    boolean wasRecordedAgain() {
        return databaseWasAway;
    }

    /** Something of it failed because the database was away. */
    void cutOff() {
        cutOff = true;
    }

    void cutOff(String step) {
        steps.interrupted(step);
        cutOff();
    }

    boolean wasCutOff() {
        return cutOff;
    }

    /** Its server stops: it is to go on when that is back, or elsewhere. Does not wait. */
    void stopForServer() {
        if (!execution.isStopRequested() && !stage.isDone()) {
            stoppedByServer = true;
            stop();
        }
    }

    /** Somebody had asked for it before the server did: then it is not to come back. */
    void stoppedBySomebody() {
        stoppedByServer = false;
    }

    boolean isStoppedByServer() {
        return stoppedByServer;
    }

    /** Empty before it begins. */
    Optional<Course> course() {
        return Optional.ofNullable(course);
    }

    long nanosSinceItBegan() {
        return System.nanoTime() - began;
    }

    /** Completes when the end is recorded, or when this node gave up recording it. */
    CompletableFuture<Boolean> ended() {
        return ended;
    }

    /** Whether the engine seems to be done with it, so that {@link #ended()} is near. */
    boolean isEnding() {
        return switch (execution.getBatchStatus()) {
            case COMPLETED, FAILED, STOPPED, ABANDONED -> true;
            case STARTING, STARTED, STOPPING -> false;
        };
    }

    /** Null where nothing may be skipped or retried, and before the step has begun. */
    @Nullable
    ItemJudge judgeOf(@Nullable StepContextImpl step) {
        RunningStep found = steps.find(step);
        return found == null ? null : found.judge();
    }

    /** Keeps the first stack trace for the end of the job. */
    void failed(String stackTrace) {
        if (failure.isEmpty()) {
            failure = masked(stackTrace);
        }
    }

    /**
     * An artifact of it threw, which the engine may forget, hand on, or take for a reason to skip or retry. Outside of steps
     * that run it fails the job.
     *
     * @param step null where it belongs to the job
     */
    void threw(Thrown last, @Nullable StepContextImpl step) {
        RunningStep at = steps.find(step);
        if (at == null) {
            if (failure.isEmpty() && last.away()) {
                cutOff();
            }
            failed(last.toString());
        } else {
            at.troubles().threw(last);
        }
    }

    /** How far it is. */
    Stage stage() {
        return stage;
    }

    /** Its steps. */
    LiveSteps steps() {
        return steps;
    }

    boolean hasStepsLeftOpen() {
        UnrecordedEnd last = lastEnd;
        return steps.areLeftOpen(last == null ? null : last.step());
    }

    /** The callbacks of a partitioned step that runs, or is about to. */
    PartitionCallbacks callbacks(StepContextImpl step) {
        return callbacks.computeIfAbsent(
                step,
                its -> new PartitionCallbacks(
                        its, course().orElseThrow().elements().partition(its.getStepName()), this));
    }

    /** It has ended. */
    void forget(StepContextImpl step) {
        callbacks.remove(step);
    }

    /** Nothing more of it may run, and nobody has stopped it. */
    void fail(String reason) {
        failed(reason);
        broken = true;
        stop();
    }

    /** What is being recorded as the reason of its end. */
    void endsBecause(String why) {
        whyItEnds = why;
    }

    String whyItEnds() {
        return whyItEnds;
    }

    /** Whether it has to end FAILED, whatever the engine makes of it. */
    boolean isBroken() {
        return broken;
    }

    /** The values of its secret parameters, which its failures may quote. */
    void keepSecret(List<String> values) {
        secrets = values;
    }

    boolean hasSecrets() {
        return !secrets.isEmpty();
    }

    /** A text of its artifacts without its secrets. */
    String masked(String text) {
        return Secrets.masked(text, secrets);
    }

    /** The stack trace of the first step that failed, or nothing. */
    String failure() {
        return failure;
    }

    /** It has failed, as the attempts before it or otherwise. */
    void attempts(Attempts told) {
        attempts = told;
    }

    /** Empty if it has not failed. */
    Optional<Attempts> attempts() {
        return Optional.ofNullable(attempts);
    }

    /** The step that it ends with has ended, which is recorded with its own end. */
    void endsWith(UnrecordedEnd end) {
        lastEnd = end;
    }

    /** Empty if the end of its last step is recorded by itself. */
    Optional<UnrecordedEnd> lastEnd() {
        return Optional.ofNullable(lastEnd);
    }

    /** In the order in which they ended. */
    Queue<UnrecordedEnd> unrecordedEnds() {
        return unrecordedEnds;
    }
}
