package dev.reprise.partition;

import dev.reprise.repository.RepriseRepository;
import java.io.Serializable;
import java.util.concurrent.BlockingQueue;
import org.jberet.runtime.StepExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.runner.StepExecutionRunner;
import org.jberet.runtime.runner.ThreadPartitionHandlerFactory;
import org.jberet.spi.PartitionHandler;
import org.jberet.spi.PartitionHandlerFactory;

/**
 * Partitions in threads of this node, as the engine runs them, and the repository is told how many there are: a restart
 * with another number fails instead of losing or repeating some. The engine finds it through {@code META-INF/services}.
 */
public final class RecordedPlans implements PartitionHandlerFactory {

    @Override
    public PartitionHandler createPartitionHandler(StepContextImpl step, StepExecutionRunner runner) {
        PartitionHandler threads = ThreadPartitionHandlerFactory.getInstance().createPartitionHandler(step, runner);
        return step.getJobContext().getJobRepository() instanceof RepriseRepository repository
                ? new Recorded(threads, repository, (StepExecutionImpl) step.getStepExecution())
                : threads;
    }

    private record Recorded(PartitionHandler threads, RepriseRepository repository, StepExecutionImpl step)
            implements PartitionHandler {

        @Override
        public void setResourceTracker(BlockingQueue<Boolean> completedPartitions) {
            threads.setResourceTracker(completedPartitions);
        }

        @Override
        public void setCollectorDataQueue(BlockingQueue<Serializable> data) {
            threads.setCollectorDataQueue(data);
        }

        @Override
        public void submitPartitionTask(StepContextImpl partition, int index, int count) throws Exception {
            if (index == 0) {
                repository.partitionsPlanned(step, count);
            }
            threads.submitPartitionTask(partition, index, count);
        }

        @Override
        public void close(StepContextImpl context) {
            threads.close(context);
        }
    }
}
