package dev.reprise.partition;

import dev.reprise.log.LogThread;
import dev.reprise.repository.RepriseRepository;
import dev.reprise.repository.SelfTest;
import jakarta.transaction.TransactionManager;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jberet.job.model.Chunk;
import org.jberet.job.model.RefArtifact;
import org.jberet.job.model.Step;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.JobContextImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.runner.BatchletRunner;
import org.jberet.runtime.runner.ChunkRunner;
import org.jberet.runtime.runner.CompositeExecutionRunner;
import org.jberet.runtime.runner.StepExecutionRunner;
import org.jberet.runtime.runner.ThreadPartitionHandlerFactory;
import org.jberet.runtime.runner.ThreadPartitionWorker;
import org.jberet.spi.JobTask;
import org.jberet.spi.PartitionHandler;
import org.jberet.spi.PartitionHandlerFactory;
import org.jberet.spi.PartitionWorker;
import org.jspecify.annotations.Nullable;

/**
 * Partitions in threads of this node, as the engine runs them. The repository is told how many there are, so that a restart
 * with another number fails instead of losing or repeating some; and of each one's end when it comes: the engine itself
 * says nothing before all have begun, and a crash would then repeat what was done. The engine finds it through
 * {@code META-INF/services}.
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
        return step.getJobContext().getJobRepository() instanceof RepriseRepository repository
                ? new Recorded(repository, step)
                : ThreadPartitionHandlerFactory.getInstance().createPartitionHandler(step, runner);
    }

    private static final class Recorded implements PartitionHandler {

        private final RepriseRepository repository;
        private final StepContextImpl step;
        private @Nullable BlockingQueue<Boolean> freeThreads;
        private BlockingQueue<Serializable> data = new LinkedBlockingQueue<>();

        Recorded(RepriseRepository repository, StepContextImpl step) {
            this.repository = repository;
            this.step = step;
        }

        /** Kept from the threads, which would let the next partition begin before the end of one is recorded. */
        @Override
        public void setResourceTracker(@Nullable BlockingQueue<Boolean> completedPartitions) {
            freeThreads = completedPartitions;
        }

        @Override
        public void setCollectorDataQueue(BlockingQueue<Serializable> data) {
            this.data = new Ends(data, this::ended);
        }

        private void ended(PartitionExecutionImpl partition) {
            repository.savePersistentData(step.getJobContext().getJobExecution(), partition);
            BlockingQueue<Boolean> free = freeThreads;
            if (free != null) {
                free.add(Boolean.TRUE);
            }
        }

        @Override
        public void submitPartitionTask(StepContextImpl partition, int index, int count) throws Exception {
            if (index == 0) {
                repository.partitionsPlanned((StepExecutionImpl) step.getStepExecution(), count);
            }
            repository.partitionBegins(partition);
            JobContextImpl job = step.getJobContext();
            job.getBatchEnvironment().submitTask(new Task(job.getExecutionId(), runner(partition)));
        }

        /** As the engine makes it; with no transaction manager it takes the one of the step. */
        private Runnable runner(StepContextImpl partition) {
            Step definition = partition.getStep();
            PartitionWorker worker = new ThreadPartitionWorker(null, data);
            Chunk chunk = definition.getChunk();
            return chunk == null
                    ? new BatchletRunner(partition, null, definition.getBatchlet(), worker)
                    : new ChunkRunner(partition, null, chunk, null, worker);
        }

        @Override
        public void close(StepContextImpl context) {}
    }

    /** A partition on its thread, whose lines are its execution's from the first to the last. */
    private record Task(long executionId, Runnable partition) implements JobTask {

        @Override
        public void run() {
            LogThread.of(executionId, partition).run();
        }

        @Override
        public int getRequiredRemainingPermits() {
            return 0;
        }
    }

    /** The engine's way from the threads of partitions to the thread of their step. */
    private static final class Ends extends LinkedBlockingQueue<Serializable> {

        private static final long serialVersionUID = 1L;

        private final transient BlockingQueue<Serializable> engine;
        private final transient Consumer<PartitionExecutionImpl> ended;

        Ends(BlockingQueue<Serializable> engine, Consumer<PartitionExecutionImpl> ended) {
            this.engine = engine;
            this.ended = ended;
        }

        @Override
        public void put(Serializable data) throws InterruptedException {
            if (data instanceof PartitionExecutionImpl partition) {
                ended.accept(partition);
            }
            engine.put(data);
        }
    }
}
