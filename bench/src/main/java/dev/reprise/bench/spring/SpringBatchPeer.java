package dev.reprise.bench.spring;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.LaunchLoop;
import dev.reprise.bench.peer.PeerServer;
import dev.reprise.bench.peer.Question;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** A process with Spring Batch in it. */
public final class SpringBatchPeer implements PeerServer.Peer {

    private final ConfigurableApplicationContext context;
    private final JobOperator operator;

    private SpringBatchPeer(ConfigurableApplicationContext context) {
        this.context = context;
        this.operator = context.getBean(JobOperator.class);
    }

    /** Starts it. */
    public static void main(String[] arguments) throws IOException {
        PeerServer.start(new SpringBatchPeer(new AnnotationConfigApplicationContext(SpringBatchConfiguration.class)));
    }

    @Override
    public Answer answer(Question question) throws Exception {
        return switch (question.workload()) {
            case "launch" -> {
                Job job = job(question);
                yield LaunchLoop.run(
                        question.number("clients"),
                        Duration.ofMillis(question.number("millis")),
                        Executors.defaultThreadFactory(),
                        () -> launch(job));
            }
            case "launch-unwatched" -> {
                Job job = job(question);
                int launches = question.number("launches");
                for (int i = 0; i < launches; i++) {
                    launch(job);
                }
                yield new Answer().put("launches", launches);
            }
            default -> throw new IllegalArgumentException("no workload " + question.workload());
        };
    }

    private Job job(Question question) {
        return context.getBean(question.text("job"), Job.class);
    }

    /** In the thread of the caller: the operator's own executor, the default, has no other. */
    private void launch(Job job) throws Exception {
        JobParameters parameters = new JobParametersBuilder()
                .addString("run", UUID.randomUUID().toString())
                .toJobParameters();
        JobExecution execution = operator.start(job, parameters);
        if (execution.getStatus() != BatchStatus.COMPLETED) {
            throw new IllegalStateException("a launch ended " + execution.getStatus());
        }
    }
}
