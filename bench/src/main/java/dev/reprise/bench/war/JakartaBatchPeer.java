package dev.reprise.bench.war;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.Heap;
import dev.reprise.bench.peer.ImportRun;
import dev.reprise.bench.peer.LaunchLoop;
import dev.reprise.bench.peer.ListLoop;
import dev.reprise.bench.peer.PartWork;
import dev.reprise.bench.peer.PeerServer;
import dev.reprise.bench.peer.Question;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.batch.runtime.JobInstance;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jberet.runtime.JobExecutionImpl;

/** The workloads on the job operator of a WildFly, whichever job repository is behind it. */
final class JakartaBatchPeer implements PeerServer.Peer {

    private static final long MOST_MINUTES = 30;
    private static final int PAGE = 20;

    private final JobOperator operator = BatchRuntime.getJobOperator();
    private final ThreadFactory threads;
    private final BenchDataSource dataSource;
    private final Instance<Launching> launching;

    JakartaBatchPeer(ThreadFactory threads, BenchDataSource dataSource, Instance<Launching> launching) {
        this.launching = launching;
        this.threads = threads;
        this.dataSource = dataSource;
    }

    @Override
    public Answer answer(Question question) throws Exception {
        return switch (question.workload()) {
            case "launch" ->
                LaunchLoop.run(
                        question.number("clients"),
                        Duration.ofMillis(question.number("millis")),
                        threads,
                        launch(question));
            case "launch-unwatched" -> launchUnwatched(question.text("job"), question.number("launches"));
            case "import" -> {
                ImportRun run = ImportRun.of(question);
                yield run.measure(
                        dataSource::open, () -> expect(BatchStatus.COMPLETED, start(job(run), properties(run))));
            }
            case "parts" -> parts(question);
            case "restart" -> restart(ImportRun.of(question));
            case "list" -> ListLoop.run(question.number("millis"), () -> newest(question.text("job")));
            case "purge" -> purge(question.text("olderThan"));
            case "heap" -> Heap.live();
            default -> throw new IllegalArgumentException("no workload " + question.workload());
        };
    }

    private LaunchLoop.Launch launch(Question question) {
        String job = question.text("job");
        if (question.is("launcher", "own")) {
            Launching own = launching.get();
            return () -> expect(BatchStatus.COMPLETED, own.run(job, unique()));
        }
        return () -> expect(BatchStatus.COMPLETED, start(job, unique()));
    }

    private JobExecution start(String job, Properties parameters) throws InterruptedException {
        return ended(operator.start(job, parameters));
    }

    private JobExecution ended(long id) throws InterruptedException {
        JobExecution execution = operator.getJobExecution(id);
        // One that has ended meanwhile was read from the database, and nobody will ever wake who waits for that object.
        if (execution.getEndTime() == null) {
            ((JobExecutionImpl) execution).awaitTermination(MOST_MINUTES, TimeUnit.MINUTES);
        }
        return execution;
    }

    private static JobExecution expect(BatchStatus status, JobExecution execution) {
        if (execution.getBatchStatus() != status) {
            throw new IllegalStateException(
                    "an execution ended " + execution.getBatchStatus() + " instead of " + status);
        }
        return execution;
    }

    /** Launches without ever asking how it goes: then all statements are the launches' own. */
    private Answer launchUnwatched(String job, int launches) throws InterruptedException {
        Nothing.RAN.drainPermits();
        for (int i = 0; i < launches; i++) {
            operator.start(job, unique());
            if (!Nothing.RAN.tryAcquire(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the step of " + job + " did not run within a minute");
            }
            Thread.sleep(20);
        }
        return new Answer().put("launches", launches);
    }

    private Answer restart(ImportRun run) throws Exception {
        long[] failed = new long[1];
        return run.measureRestart(
                dataSource::open,
                () -> {
                    JobExecution execution = expect(BatchStatus.FAILED, start(job(run), properties(run)));
                    failed[0] = execution.getExecutionId();
                    return execution;
                },
                () -> expect(BatchStatus.COMPLETED, ended(operator.restart(failed[0], new Properties()))));
    }

    /** Partitions that are all alike, on this node or on any. */
    private Answer parts(Question question) throws InterruptedException {
        Properties parameters = unique();
        PartWork.of(question).settings().forEach(parameters::setProperty);
        parameters.setProperty("partitions", question.text("partitions"));
        boolean distributed = question.is("where", "distributed");
        parameters.setProperty("threads", distributed ? "0" : question.text("threads"));
        long begin = System.nanoTime();
        expect(BatchStatus.COMPLETED, start(distributed ? "parts-distributed" : "parts", parameters));
        return new Answer().put("seconds", (System.nanoTime() - begin) / 1e9);
    }

    /** What Reprise alone has a job for. */
    private Answer purge(String olderThan) throws InterruptedException {
        Properties parameters = new Properties();
        parameters.setProperty("olderThan", olderThan);
        long begin = System.nanoTime();
        JobExecution purged = expect(BatchStatus.COMPLETED, start("reprise-purge", parameters));
        return new Answer()
                .put("seconds", (System.nanoTime() - begin) / 1e9)
                .put(
                        "removed",
                        Long.parseLong(purged.getExitStatus()
                                .replaceAll("\\D*([\\d,]+) executions.*", "$1")
                                .replace(",", "")));
    }

    /** The newest instances of a job, each with its executions. */
    private int newest(String job) {
        int executions = 0;
        for (JobInstance instance : operator.getJobInstances(job, 0, PAGE)) {
            executions += operator.getJobExecutions(instance).size();
        }
        return executions;
    }

    private static String job(ImportRun run) {
        if (run.how().equals(ImportRun.OWN)) {
            return "import-bulk";
        }
        if (run.partitions() == 1) {
            return "import";
        }
        return run.how().equals(ImportRun.DISTRIBUTED) ? "import-partitioned-distributed" : "import-partitioned";
    }

    private static Properties properties(ImportRun run) {
        Properties parameters = unique();
        parameters.setProperty("file", run.file());
        parameters.setProperty("chunk", String.valueOf(run.chunk()));
        parameters.setProperty("partitions", String.valueOf(run.partitions()));
        return parameters;
    }

    private static Properties unique() {
        Properties parameters = new Properties();
        parameters.setProperty("run", UUID.randomUUID().toString());
        return parameters;
    }
}
