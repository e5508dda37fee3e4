package dev.reprise.internal.engine;

import dev.reprise.internal.engine.partition.NotCollected;
import dev.reprise.internal.engine.partition.PartitionEndsError;
import dev.reprise.internal.engine.reason.ArtifactCall;
import dev.reprise.internal.engine.reason.FailedAt;
import dev.reprise.internal.engine.reason.Thrown;
import jakarta.batch.api.Batchlet;
import jakarta.batch.api.Decider;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.PartitionCollector;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionReducer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Set;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind one artifact.
 *
 * @param step null for listeners of the job and for deciders
 * @param judge null where nothing is skipped or retried
 */
record Attendant(
        Object artifact,
        String ref,
        @Nullable StepContextImpl step,
        LiveExecution running,
        ChunkKeeper keeper,
        @Nullable ItemJudge judge)
        implements InvocationHandler {

    /** Artifacts that the engine calls in no transaction, at least in some of their methods. */
    private static final Set<Class<?>> OUTSIDE_OF_CHUNKS = Set.of(
            Batchlet.class,
            StepListener.class,
            JobListener.class,
            Decider.class,
            PartitionMapper.class,
            PartitionReducer.class);

    static final String LEFT_OPEN =
            "It left a transaction open, which was rolled back. Commit or roll back what it begins.";

    /** With these a partition does its work; one that is to end does no more of it. */
    private static final Set<String> WORKING = Set.of("readItem", "processItem", "writeItems", "process");

    @Override
    public @Nullable Object invoke(Object attended, Method method, Object @Nullable [] arguments) throws Throwable {
        Class<?> face = method.getDeclaringClass();
        RunningStep at = partition();
        if (at != null && at.collecting().isToEnd() && WORKING.contains(method.getName())) {
            at.collecting().cutShort();
            throw new PartitionEndsError(at.name());
        }
        if (at != null && face == PartitionCollector.class) {
            if (at.collecting().collectsNoMore()) {
                throw new IllegalStateException("a collector that has failed is not asked again");
            }
            if (at.collecting().takesRollback() || at.collecting().takesCollected()) {
                return NotCollected.INSTANCE;
            }
        }
        return judge == null ? call(method, arguments) : judged(judge, method, arguments);
    }

    private @Nullable Object judged(ItemJudge judge, Method method, Object @Nullable [] arguments) throws Throwable {
        if (!judge.before(artifact, method)) {
            return null;
        }
        Object result;
        try {
            result = call(method, arguments);
        } catch (Exception e) {
            judge.failed(method, e);
            throw e;
        }
        judge.after(method, result);
        return result;
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        boolean outside = OUTSIDE_OF_CHUNKS.contains(method.getDeclaringClass()) && !keeper.isInTransaction();
        try {
            Object result = keeper.call(step, method, arguments, given -> method.invoke(artifact, given));
            if (outside && keeper.leaveTransaction()) {
                throw thrown(method, arguments, new IllegalStateException(LEFT_OPEN));
            }
            return result;
        } catch (InvocationTargetException e) {
            Throwable thrown = thrown(method, arguments, e.getTargetException());
            if (outside) {
                keeper.leaveTransaction();
            }
            throw thrown;
        }
    }

    private @Nullable RunningStep partition() {
        return step != null && step.getStepExecution() instanceof PartitionExecutionImpl partition
                ? running.steps().find(partition)
                : null;
    }

    private Throwable thrown(Method method, Object @Nullable [] arguments, Throwable thrown) {
        keepWhatItWasToldOf(thrown, arguments);
        Thrown last = new Thrown(ArtifactCall.of(ref, step, method), thrown, wasAway(method, thrown));
        running.threw(last, step);
        RunningStep at = running.steps().find(step);
        if (step != null && at != null) {
            if (endsTheStep(method)) {
                StepReasons.keepAsText(at);
                at.troubles().threwAtItsEnd(last, step.getException());
            }
            if (isOver(method)) {
                at.collecting().collectNoMore();
            }
        }
        return thrown;
    }

    /** Of what an item may be skipped for, which happens often, the connection is not asked. */
    private boolean wasAway(Method method, Throwable thrown) {
        return FailedAt.of(method.getDeclaringClass(), method.getName()) == null
                ? keeper.wasAwayBesideChunks(thrown)
                : keeper.wasAway(thrown);
    }

    /** A listener that fails where it is told of an exception takes that one's place. */
    private static void keepWhatItWasToldOf(Throwable thrown, Object @Nullable [] arguments) {
        if (arguments == null) {
            return;
        }
        for (Object argument : arguments) {
            if (argument instanceof Throwable told && told != thrown && thrown.getCause() != told) {
                thrown.addSuppressed(told);
            }
        }
    }

    /** The engine loses what is thrown there, or what was thrown before. */
    private static boolean endsTheStep(Method method) {
        return (method.getDeclaringClass() == StepListener.class
                        && method.getName().equals("afterStep"))
                || method.getDeclaringClass() == PartitionReducer.class;
    }

    /** The engine would ask once more of a partition that has failed so. */
    private static boolean isOver(Method method) {
        return method.getDeclaringClass() == PartitionCollector.class;
    }
}
