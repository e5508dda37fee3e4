package dev.reprise.internal.engine;

import dev.reprise.internal.engine.reason.ArtifactCall;
import dev.reprise.internal.engine.reason.Thrown;
import jakarta.batch.api.listener.AbstractStepListener;
import jakarta.batch.api.listener.StepListener;
import jakarta.batch.api.partition.PartitionCollector;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jberet.creation.ArtifactCreationContext;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.spi.ArtifactFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes the artifacts of one job execution, as the engine's own factory does, and stands behind each: the engine loses or
 * mends away much of what an artifact throws, and asks nobody in what order it may be called (decision 036). Thread-safe.
 */
public final class AttendedArtifacts implements ArtifactFactory {

    /** What an artifact may be; the engine sees it as nothing else. */
    private static final String API = "jakarta.batch.api.";

    private static final VarHandle FACTORY = factoryOfTheEngine();

    /** A partition has no partitions of its own to call back for. */
    private static final StepListener IN_PARTITIONS = new AbstractStepListener() {};

    private final ArtifactFactory engines;
    private final LiveExecution running;
    private final ChunkKeeper keeper;

    private AttendedArtifacts(ArtifactFactory engines, LiveExecution running, ChunkKeeper keeper) {
        this.engines = engines;
        this.running = running;
        this.keeper = keeper;
    }

    /** From now on all artifacts of the job come from here, those of its splits and partitions too. */
    static void attend(JobContextImpl job, LiveExecution running, ChunkKeeper keeper) {
        if (!(job.getArtifactFactory() instanceof AttendedArtifacts)) {
            replaceFactory(job, new AttendedArtifacts(job.getArtifactFactory(), running, keeper));
        }
    }

    /** The engine asks this one from now on. */
    public static void replaceFactory(JobContextImpl job, ArtifactFactory factory) {
        FACTORY.set(job, factory);
    }

    @Override
    public @Nullable Object create(@Nullable String ref, @Nullable Class<?> type, ClassLoader loader) throws Exception {
        ArtifactCreationContext creation = ArtifactCreationContext.getCurrentArtifactCreationContext();
        StepContextImpl step = (StepContextImpl) creation.getStepContext();
        if (ChunkWitness.REF.equals(ref)) {
            return keeper.witness(step);
        }
        if (PartitionCallbacks.REF.equals(ref)) {
            return isPartition(step) ? IN_PARTITIONS : running.callbacks(step);
        }
        @Nullable Object artifact = made(ref, type, loader, step);
        return artifact == null || artifact instanceof RecordedDecider
                ? artifact
                : attended(artifact, String.valueOf(ref), step, loader);
    }

    /** What makes one may work already, and leave a transaction as any other artifact does. */
    private @Nullable Object made(
            @Nullable String ref, @Nullable Class<?> type, ClassLoader loader, @Nullable StepContextImpl step)
            throws Exception {
        boolean outside = !keeper.isInTransaction();
        Object artifact = null;
        try {
            artifact = engines.create(ref, type, loader);
            if (outside && keeper.leaveTransaction()) {
                throw new IllegalStateException(Attendant.LEFT_OPEN);
            }
            return artifact;
        } catch (Exception | Error e) {
            cannotBeMade(String.valueOf(ref), step, e, outside);
            if (artifact != null) {
                engines.destroy(artifact);
            }
            throw e;
        }
    }

    private void cannotBeMade(String ref, @Nullable StepContextImpl step, Throwable why, boolean outside) {
        running.threw(new Thrown(ArtifactCall.made(ref, step), unwrapped(why), keeper.wasAwayBesideChunks(why)), step);
        if (outside) {
            keeper.leaveTransaction();
        }
    }

    private static boolean isPartition(@Nullable StepContextImpl step) {
        return step != null && step.getStepExecution() instanceof PartitionExecutionImpl;
    }

    /** What a constructor threw. */
    private static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return thrown instanceof InvocationTargetException && cause != null ? cause : thrown;
    }

    private Object attended(Object artifact, String ref, @Nullable StepContextImpl step, ClassLoader loader) {
        Class<?>[] faces = facesOf(artifact.getClass());
        if (faces.length == 0) {
            return artifact;
        }
        Object attended = Proxy.newProxyInstance(
                loader, faces, new Attendant(artifact, ref, step, running, keeper, running.judgeOf(step)));
        RunningStep at = running.steps().find(step);
        if (at != null && attended instanceof PartitionCollector collector) {
            at.collecting().collectBy(collector);
        }
        return attended;
    }

    private static Class<?>[] facesOf(Class<?> artifact) {
        Set<Class<?>> faces = new LinkedHashSet<>();
        for (Class<?> type = artifact; type != null; type = type.getSuperclass()) {
            addFaces(type, faces);
        }
        return faces.toArray(Class<?>[]::new);
    }

    private static void addFaces(Class<?> type, Set<Class<?>> faces) {
        for (Class<?> face : type.getInterfaces()) {
            if (face.getName().startsWith(API)) {
                faces.add(face);
            } else {
                addFaces(face, faces);
            }
        }
    }

    @Override
    public void destroy(@Nullable Object instance) {
        if (instance instanceof PartitionCallbacks callbacks) {
            callbacks.destroy();
        } else if (instance != IN_PARTITIONS && !(instance instanceof ChunkWitness)) {
            engines.destroy(real(instance));
        }
    }

    private static @Nullable Object real(@Nullable Object instance) {
        return instance != null
                        && Proxy.isProxyClass(instance.getClass())
                        && Proxy.getInvocationHandler(instance) instanceof Attendant attendant
                ? attendant.artifact()
                : instance;
    }

    @Override
    public Class<?> getArtifactClass(String ref, ClassLoader loader) {
        if (PartitionCallbacks.REF.equals(ref)) {
            return PartitionCallbacks.class;
        }
        if (ChunkWitness.REF.equals(ref)) {
            return ChunkWitness.class;
        }
        boolean outside = !keeper.isInTransaction();
        try {
            return engines.getArtifactClass(ref, loader);
        } catch (RuntimeException | Error e) {
            cannotBeMade(ref, null, e, outside);
            throw e;
        }
    }

    private static VarHandle factoryOfTheEngine() {
        try {
            return MethodHandles.privateLookupIn(JobContextImpl.class, MethodHandles.lookup())
                    .findVarHandle(JobContextImpl.class, "artifactFactory", ArtifactFactory.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of JBeret makes artifacts in another way; use 3.1", e);
        }
    }
}
