package dev.reprise.repository;

import dev.reprise.log.LogThread;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.StepExecution;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobExecutionImpl;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/** A job execution that this node runs, from its decision to its recorded end. Thread-safe. */
final class LiveExecution implements Database.Caller {

    /** Under the name that people look for. */
    private static final Logger LOG = System.getLogger(RepriseRepository.class.getName());

    /** The engine gives a partition the id of its step. */
    private record StepKey(long stepExecutionId, int partition) {
        static StepKey of(AbstractStepExecution execution) {
            int partition = execution instanceof PartitionExecutionImpl p ? p.getPartitionId() : -1;
            return new StepKey(execution.getStepExecutionId(), partition);
        }
    }

    private enum Phase {
        QUEUED,
        RUNNING,
        STOPPED_IN_QUEUE
    }

    private final JobExecutionImpl execution;
    private final NodeIdentity node;
    private final ClassLoader application;
    private final String label;
    private final boolean identityNone;
    private final boolean restart;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.QUEUED);
    private final AtomicBoolean lost = new AtomicBoolean();
    private final AtomicBoolean warned = new AtomicBoolean();
    private final AtomicBoolean endClaimed = new AtomicBoolean();
    private final Set<String> interruptedSteps = ConcurrentHashMap.newKeySet();
    private final long began = System.nanoTime();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    private final Map<StepKey, RunningStep> steps = new ConcurrentHashMap<>();
    private final Queue<UnrecordedEnd> unrecordedEnds = new ConcurrentLinkedQueue<>();
    private final Set<StepExecution> completeBefore =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    private volatile List<String> secrets = List.of();
    private volatile @Nullable Course course;
    private volatile boolean startOwed;
    private volatile @Nullable UnrecordedEnd lastEnd;
    private volatile boolean stepsLeftOpen;
    private volatile String failure = "";
    private volatile @Nullable Attempts attempts;
    private volatile boolean databaseWasAway;
    private volatile boolean cutOff;
    private volatile @Nullable BatchStatus end;
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

    JobExecutionImpl execution() {
        return execution;
    }

    /** As the log names it: {@code flights[month=2001-01]}. */
    String label() {
        return label;
    }

    /** Whether it is to run by the letter of Jakarta Batch (semantics.md §2.6). */
    boolean isIdentityNone() {
        return identityNone;
    }

    /** Whether it is not the first of its instance, and may skip steps. */
    boolean isRestart() {
        return restart;
    }

    /** What stands in its owner's row. */
    NodeIdentity node() {
        return node;
    }

    /** The job is about to run its first element; false if it was stopped before. */
    boolean begin() {
        if (!phase.compareAndSet(Phase.QUEUED, Phase.RUNNING)) {
            return false;
        }
        course = new Course(execution);
        return true;
    }

    /** That it has started is recorded with its first step, or else with its end. */
    void oweStart() {
        startOwed = true;
    }

    boolean owesStart() {
        return startOwed;
    }

    /** It is recorded. */
    void startRecorded() {
        startOwed = false;
    }

    /** It is not to begin any more; false if it has begun. */
    boolean endInQueue() {
        return phase.compareAndSet(Phase.QUEUED, Phase.STOPPED_IN_QUEUE);
    }

    /** Whether it ended before it began. */
    boolean endedInQueue() {
        return phase.get() == Phase.STOPPED_IN_QUEUE;
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
        interruptedSteps.add(step);
        cutOff();
    }

    boolean wasCutOff() {
        return cutOff;
    }

    /** True for who says first that the engine is done with it, and is to record its end. */
    boolean claimEnd() {
        return endClaimed.compareAndSet(false, true);
    }

    /** Whether the engine is done with it. Its status in memory may say so, and yet it goes on where a failure is routed to. */
    boolean isDone() {
        return endClaimed.get();
    }

    /** How it ends, whatever comes to its status in memory from now on; the first answer is the last. */
    synchronized BatchStatus end(BatchStatus status) {
        BatchStatus before = end;
        if (before == null) {
            end = status;
            return status;
        }
        return before;
    }

    /** The steps that failed because the database was away. */
    Set<String> interruptedSteps() {
        return interruptedSteps;
    }

    /** Its server stops: it is to go on when that is back, or elsewhere. Does not wait. */
    void stopForServer() {
        if (!execution.isStopRequested() && !isDone()) {
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

    /** The engine was given this execution of a step, of an earlier execution of the job, and may skip the step. */
    void mayBeSkipped(StepExecution complete) {
        completeBefore.add(complete);
    }

    boolean skips(StepExecution complete) {
        return completeBefore.contains(complete);
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

    void add(AbstractStepExecution execution, RunningStep step) {
        steps.put(StepKey.of(execution), step);
    }

    @Nullable
    RunningStep find(AbstractStepExecution execution) {
        return steps.get(StepKey.of(execution));
    }

    /** @param step null where it is the job */
    @Nullable
    RunningStep find(@Nullable StepContextImpl step) {
        return step == null ? null : find(step.getStepExecution());
    }

    /** Null where nothing may be skipped or retried, and before the step has begun. */
    @Nullable
    ItemJudge judgeOf(@Nullable StepContextImpl step) {
        RunningStep found = find(step);
        return found == null ? null : found.judge();
    }

    void remove(AbstractStepExecution execution) {
        RunningStep step = steps.remove(StepKey.of(execution));
        if (step == null) {
            return;
        }
        // An analyzer that threw, say, ends its step and not its partitions.
        if (steps.values().stream().anyMatch(other -> other.partitionOf() == step && !other.hasEnded())) {
            leaveStepsOpen();
        }
        steps.values().removeIf(other -> other.partitionOf() == step);
    }

    Iterable<RunningStep> steps() {
        return steps.values();
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
    void threw(ArtifactCall call, Throwable thrown, @Nullable StepContextImpl step) {
        Thrown last = new Thrown(call, thrown);
        RunningStep at = find(step);
        if (at == null) {
            failed(last.toString());
        } else {
            at.threw(last);
        }
    }

    /**
     * The last that an artifact threw, whatever the engine made of it.
     *
     * @param call what the engine had asked of it
     */
    record Thrown(ArtifactCall call, Throwable thrown) {

        /** Whether this is what the engine has: wrapped, a copy, or another one in the place of what it cannot copy. */
        boolean isIn(@Nullable Throwable engines) {
            for (Throwable cause = engines; cause != null; cause = cause.getCause()) {
                StackTraceElement[] from = cause.getStackTrace();
                boolean same = from.length > 0
                        ? Arrays.equals(from, thrown.getStackTrace())
                        : cause.getClass().getName().equals(thrown.getClass().getName());
                if (same && Objects.equals(cause.getMessage(), thrown.getMessage())) {
                    return true;
                }
            }
            return false;
        }

        /** Whether it, or what caused it, is of a class. */
        boolean isOf(String className) {
            for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
                if (cause.getClass().getName().equals(className)) {
                    return true;
                }
            }
            return false;
        }

        /** The element, and then the stack trace. */
        @Override
        public String toString() {
            return call + ": " + Text.stackTrace(thrown);
        }
    }

    /** The callbacks of a partitioned step that runs, or is about to. */
    PartitionCallbacks callbacks(StepContextImpl step) {
        return callbacks.computeIfAbsent(
                step, its -> new PartitionCallbacks(its, course().orElseThrow().partition(its.getStepName()), this));
    }

    /** It has ended. */
    void forget(StepContextImpl step) {
        callbacks.remove(step);
    }

    /** What was last thrown in a step that the engine ran no further, nor ended. */
    Optional<Thrown> thrownWithoutEnd() {
        return steps.values().stream()
                .filter(step -> !step.hasEnded())
                .flatMap(step -> step.lastThrown().stream())
                .findFirst();
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

    /** A step's end could not be recorded in its row; the end of the job closes it. */
    void leaveStepsOpen() {
        stepsLeftOpen = true;
    }

    boolean hasStepsLeftOpen() {
        UnrecordedEnd last = lastEnd;
        return stepsLeftOpen
                || steps.values().stream().anyMatch(step -> !step.hasEnded() && (last == null || step != last.step()));
    }

    /** The step that it ends with has ended, which is recorded with its own end. */
    void endsWith(UnrecordedEnd end) {
        lastEnd = end;
    }

    /** Empty if the end of its last step is recorded by itself. */
    Optional<UnrecordedEnd> lastEnd() {
        return Optional.ofNullable(lastEnd);
    }

    /** A step whose end the database could not be told yet. */
    record UnrecordedEnd(RunningStep step, String trace, List<TransitionTaken> transitions) {}

    /** In the order in which they ended. */
    Queue<UnrecordedEnd> unrecordedEnds() {
        return unrecordedEnds;
    }
}
