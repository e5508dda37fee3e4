package dev.reprise.bench.war;

import dev.reprise.bench.peer.Answer;
import dev.reprise.bench.peer.LaunchLoop;
import dev.reprise.bench.peer.PeerServer;
import dev.reprise.bench.peer.Question;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import java.time.Duration;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jberet.runtime.JobExecutionImpl;

/** The workloads on the job operator of a WildFly, whichever job repository is behind it. */
final class JakartaBatchPeer implements PeerServer.Peer {

    private static final long MOST_MINUTES = 10;

    private final JobOperator operator = BatchRuntime.getJobOperator();
    private final ThreadFactory threads;

    JakartaBatchPeer(ThreadFactory threads) {
        this.threads = threads;
    }

    @Override
    public Answer answer(Question question) throws Exception {
        return switch (question.workload()) {
            case "launch" ->
                LaunchLoop.run(
                        question.number("clients"),
                        Duration.ofMillis(question.number("millis")),
                        threads,
                        () -> launchAndAwaitEnd(question.text("job")));
            case "launch-unwatched" -> launchUnwatched(question.text("job"), question.number("launches"));
            default -> throw new IllegalArgumentException("no workload " + question.workload());
        };
    }

    private void launchAndAwaitEnd(String job) throws InterruptedException {
        long id = operator.start(job, unique());
        JobExecution execution = operator.getJobExecution(id);
        // One that has ended meanwhile was read from the database, and nobody will ever wake who waits for that object.
        if (execution.getEndTime() == null) {
            ((JobExecutionImpl) execution).awaitTermination(MOST_MINUTES, TimeUnit.MINUTES);
        }
        if (execution.getBatchStatus() != BatchStatus.COMPLETED) {
            throw new IllegalStateException("a launch ended " + execution.getBatchStatus());
        }
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

    private static Properties unique() {
        Properties parameters = new Properties();
        parameters.setProperty("run", UUID.randomUUID().toString());
        return parameters;
    }
}
