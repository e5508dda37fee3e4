package dev.reprise.internal.engine;

import dev.reprise.internal.checks.SelfTest;
import dev.reprise.log.LogThread;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import org.jberet.job.model.Chunk;
import org.jberet.job.model.RefArtifact;
import org.jberet.job.model.Step;
import org.jberet.runtime.AbstractStepExecution;
import org.jberet.runtime.JobStopNotificationListener;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.runner.BatchletRunner;
import org.jberet.runtime.runner.ChunkRunner;
import org.jberet.runtime.runner.CompositeExecutionRunner;
import org.jberet.runtime.runner.StepExecutionRunner;
import org.jberet.runtime.runner.ThreadPartitionHandlerFactory;
import org.jberet.spi.JobTask;
import org.jberet.spi.PartitionHandler;
import org.jberet.spi.PartitionHandlerFactory;
import org.jberet.spi.PartitionWorker;
import org.jspecify.annotations.Nullable;

/**
 * Partitions in threads of this node, as the engine runs them. The repository is told how many there are, so that a restart
 * with another number fails instead of losing or repeating some; and of each one's end when it comes: the engine itself
 * says nothing before all have begun, and a crash would then repeat what was done. What comes of them goes to the step's
 * {@link PartitionCallbacks}, and to the engine when all is over. The engine finds it through {@code META-INF/services}.
 */
public final class RecordedPartitions implements PartitionHandlerFactory {

    /** What partitions rely on in the engine. */
    public static final List<SelfTest.Check> CHECKS = List.of(
            SelfTest.essential("partitions can be run", () -> runners(ChunkRunner.class, BatchletRunner.class)),
            SelfTest.essential(
                    "partitions are run by us",
                    () -> found(ServiceLoader.load(
                            PartitionHandlerFactory.class, RecordedPartitions.class.getClassLoader()))));

    static @Nullable String runners(Class<?> ofChunks, Class<?> ofBatchlets) throws NoSuchMethodException {
        return SelfTest.found(
                ofChunks.getConstructor(
                        StepContextImpl.class,
                        CompositeExecutionRunner.class,
                        Chunk.class,
                        TransactionManager.class,
                        PartitionWorker.class),
                ofBatchlets.getConstructor(
                        StepContextImpl.class,
                        CompositeExecutionRunner.class,
                        RefArtifact.class,
                        PartitionWorker.class));
    }

    /**
     * What is wrong if the engine finds these; null if it finds us. It takes the first.
     *
     * @param factories as a class loader of the application has them
     */
    public static @Nullable String found(Iterable<PartitionHandlerFactory> factories) {
        Iterator<PartitionHandlerFactory> all = factories.iterator();
        Object first = all.hasNext() ? all.next() : null;
        return first instanceof RecordedPartitions
                ? null
                : "the engine finds "
                        + (first == null ? "none" : first.getClass().getName());
    }

    @Override
    public PartitionHandler createPartitionHandler(StepContextImpl step, StepExecutionRunner runner) {
        if (!(step.getJobContext().getJobRepository() instanceof RepriseRepository repository)) {
            return ThreadPartitionHandlerFactory.getInstance().createPartitionHandler(step, runner);
        }
        PartitionCallbacks callbacks = repository.running().partitionCallbacks(step);
        OfferedPartitions offered = repository.running().offered(step, callbacks);
        return offered == null ? new Recorded(repository, callbacks, step) : offered;
    }

    private static final class Recorded extends CalledBackPartitions implements PartitionWorker {

        private final RepriseRepository repository;
        private final StepContextImpl step;

        Recorded(RepriseRepository repository, PartitionCallbacks callbacks, StepContextImpl step) {
            super(callbacks);
            this.repository = repository;
            this.step = step;
        }

        @Override
        public void submitPartitionTask(StepContextImpl partition, int index, int count) throws Exception {
            JobContextImpl job = step.getJobContext();
            repository.stepRecorder().partitionBegins(partition);
            Runnable runner = runner(partition);
            callbacks.begins(runner instanceof JobStopNotificationListener stoppable ? stoppable : null);
            try {
                if (index == 0) {
                    repository.stepRecorder().planned((StepExecutionImpl) step.getStepExecution(), count);
                }
                job.getBatchEnvironment().submitTask(new Task(job.getExecutionId(), runner));
            } catch (RuntimeException | Error e) {
                partitionDone(partition.getStepExecution());
                throw e;
            }
            if (index == count - 1) {
                complete();
            }
        }

        /** As the engine makes it; with no transaction manager it takes the one of the step. */
        private Runnable runner(StepContextImpl partition) {
            Step definition = partition.getStep();
            Chunk chunk = definition.getChunk();
            return chunk == null
                    ? new BatchletRunner(partition, null, definition.getBatchlet(), this)
                    : new ChunkRunner(partition, null, chunk, null, this);
        }

        @Override
        public void reportData(@Nullable Serializable data, AbstractStepExecution partition) {
            callbacks.collected(data);
        }

        @Override
        public void partitionDone(AbstractStepExecution partition) {
            try {
                repository.running().partitionEnds(step, (PartitionExecutionImpl) partition);
                repository.savePersistentData(step.getJobContext().getJobExecution(), partition);
            } finally {
                callbacks.ended((PartitionExecutionImpl) partition);
                freeThread();
            }
        }
    }

    /** A partition on its thread, whose lines are its execution's from the first to the last. */
    record Task(long executionId, Runnable partition) implements JobTask {

        @Override
        public void run() {
            LogThread.of(executionId, partition).run();
        }

        @Override
        public int getRequiredRemainingPermits() {
            return 0;
        }
    }
}
