package dev.reprise.bench.spring;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.PartWork;
import dev.reprise.bench.peer.PeerServer;
import dev.reprise.bench.peer.Question;
import java.io.IOException;
import java.util.UUID;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** A process with Spring Batch that manages remote partitions, or runs them: {@code bench.threads} says in how many threads. */
public final class RemotePartitionsPeer implements PeerServer.Peer {

    private final ConfigurableApplicationContext context;

    private RemotePartitionsPeer(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts it. */
    public static void main(String[] arguments) throws IOException {
        boolean manages = System.getProperty("bench.threads") == null;
        PeerServer.start(new RemotePartitionsPeer(new AnnotationConfigApplicationContext(
                SpringBatchConfiguration.class, Messaging.class, manages ? Manager.class : Worker.class)));
    }

    @Override
    public Answer answer(Question question) throws Exception {
        context.getBean(Manager.class).next(question.number("partitions"), PartWork.of(question));
        long begin = System.nanoTime();
        JobExecution execution = context.getBean(JobOperator.class)
                .start(
                        context.getBean("parts", Job.class),
                        new JobParametersBuilder()
                                .addString("run", UUID.randomUUID().toString())
                                .toJobParameters());
        if (execution.getStatus() != BatchStatus.COMPLETED) {
            throw new IllegalStateException("the partitions ended " + execution.getStatus());
        }
        return new Answer().put("seconds", (System.nanoTime() - begin) / 1e9);
    }
}
