package dev.reprise.partition;

import dev.reprise.repository.RepriseRepository;
import java.io.Serializable;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.runner.StepExecutionRunner;
import org.jberet.runtime.runner.ThreadPartitionHandlerFactory;
import org.jberet.spi.PartitionHandler;
import org.jberet.spi.PartitionHandlerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Partitions in threads of this node, as the engine runs them. The repository is told how many there are, so that a restart
 * with another number fails instead of losing or repeating some; and of each one's end when it comes: the engine itself
 * says nothing before all have begun, and a crash would then repeat what was done. The engine finds it through
 * {@code META-INF/services}.
 */
public final class RecordedPartitions implements PartitionHandlerFactory {

    @Override
    public PartitionHandler createPartitionHandler(StepContextImpl step, StepExecutionRunner runner) {
        PartitionHandler threads = ThreadPartitionHandlerFactory.getInstance().createPartitionHandler(step, runner);
        return step.getJobContext().getJobRepository() instanceof RepriseRepository repository
                ? new Recorded(threads, repository, step)
                : threads;
    }

    private static final class Recorded implements PartitionHandler {

        private final PartitionHandler threads;
        private final RepriseRepository repository;
        private final StepContextImpl step;
        private @Nullable BlockingQueue<Boolean> freeThreads;

        Recorded(PartitionHandler threads, RepriseRepository repository, StepContextImpl step) {
            this.threads = threads;
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
            threads.setCollectorDataQueue(new Ends(data, this::ended));
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
            threads.submitPartitionTask(partition, index, count);
        }

        @Override
        public void close(StepContextImpl context) {
            threads.close(context);
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
