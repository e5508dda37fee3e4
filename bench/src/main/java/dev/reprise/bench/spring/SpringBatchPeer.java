package dev.reprise.bench.spring;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.Heap;
import dev.reprise.bench.peer.ImportRun;
import dev.reprise.bench.peer.LaunchLoop;
import dev.reprise.bench.peer.ListLoop;
import dev.reprise.bench.peer.PeerServer;
import dev.reprise.bench.peer.Question;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/** A process with Spring Batch in it. */
public final class SpringBatchPeer implements PeerServer.Peer {

    private static final int PAGE = 20;

    private final ConfigurableApplicationContext context;
    private final JobOperator operator;
    private final JobRepository repository;
    private final DataSource dataSource;

    private SpringBatchPeer(ConfigurableApplicationContext context) {
        this.context = context;
        this.operator = context.getBean(JobOperator.class);
        this.repository = context.getBean(JobRepository.class);
        this.dataSource = context.getBean(DataSource.class);
    }

    /** Starts it. */
    public static void main(String[] arguments) throws IOException {
        PeerServer.start(new SpringBatchPeer(
                new AnnotationConfigApplicationContext(SpringBatchConfiguration.class, ImportJobs.class)));
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
                        () -> start(BatchStatus.COMPLETED, job, unique().toJobParameters()));
            }
            case "launch-unwatched" -> {
                Job job = job(question);
                int launches = question.number("launches");
                for (int i = 0; i < launches; i++) {
                    start(BatchStatus.COMPLETED, job, unique().toJobParameters());
                }
                yield new Answer().put("launches", launches);
            }
            case "import" -> {
                ImportRun run = ImportRun.of(question);
                Job job = importJob(run);
                yield run.measure(dataSource::getConnection, () -> start(BatchStatus.COMPLETED, job, parameters(run)));
            }
            case "restart" -> {
                ImportRun run = ImportRun.of(question);
                Job job = importJob(run);
                JobParameters parameters = parameters(run);
                yield run.measureRestart(
                        dataSource::getConnection,
                        () -> start(BatchStatus.FAILED, job, parameters),
                        () -> start(BatchStatus.COMPLETED, job, parameters));
            }
            case "list" -> ListLoop.run(question.number("millis"), () -> newest(question.text("job")));
            case "heap" -> Heap.live();
            default -> throw new IllegalArgumentException("no workload " + question.workload());
        };
    }

    private Job job(Question question) {
        return context.getBean(question.text("job"), Job.class);
    }

    private Job importJob(ImportRun run) {
        return context.getBean(ImportJobs.class).job(run);
    }

    /** In the thread of the caller: the operator's own executor, the default, has no other. */
    private JobExecution start(BatchStatus expected, Job job, JobParameters parameters) throws Exception {
        JobExecution execution = operator.start(job, parameters);
        if (execution.getStatus() != expected) {
            throw new IllegalStateException("an execution ended " + execution.getStatus() + " instead of " + expected);
        }
        return execution;
    }

    /** The newest instances of a job, each with its executions. */
    private int newest(String job) {
        int executions = 0;
        for (JobInstance instance : repository.getJobInstances(job, 0, PAGE)) {
            executions += repository.getJobExecutions(instance).size();
        }
        return executions;
    }

    private static JobParameters parameters(ImportRun run) {
        return unique().addString("file", run.file())
                .addLong("chunk", (long) run.chunk())
                .toJobParameters();
    }

    private static JobParametersBuilder unique() {
        return new JobParametersBuilder().addString("run", UUID.randomUUID().toString());
    }
}
