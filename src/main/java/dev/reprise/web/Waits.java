package dev.reprise.web;

import dev.reprise.launch.JobLauncher;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Requests that wait for the end of an execution. None of them holds a thread, and there are at most {@value #MOST} on this
 * node. Thread-safe.
 */
@ApplicationScoped
public class Waits {

    static final int MOST = 256;

    /** In seconds, after which it makes sense to try again where there is no place. */
    static final int RETRY_AFTER = 30;

    static final String FULL = "As many requests as may (" + MOST + ") wait for an execution on this node. Nothing was"
            + " launched: ask again later, or without wait.";

    private static final int THREADS = 4;

    private final JobLauncher launcher;
    private final Semaphore free = new Semaphore(MOST);
    private final ThreadPoolExecutor answers;

    @Inject
    public Waits(JobLauncher launcher) {
        this.launcher = launcher;
        this.answers =
                new ThreadPoolExecutor(THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "reprise-answers");
                    thread.setDaemon(true);
                    thread.setContextClassLoader(Waits.class.getClassLoader());
                    return thread;
                });
        answers.allowCoreThreadTimeOut(true);
        answers.setRejectedExecutionHandler((answer, closed) -> answer.run()); // who still waits is answered as it goes
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    Waits() {
        this.launcher = null;
        this.answers = null;
    }

    /** Somebody may wait; to be given back. */
    final class Place implements AutoCloseable {

        private final AtomicBoolean taken = new AtomicBoolean(true);

        /**
         * Answers when the execution has ended, or the time is up, on a thread that is made for it; then the place is free.
         *
         * @param atMost above zero
         */
        <T> CompletionStage<T> whenEnded(long executionId, Duration atMost, Supplier<T> answer) {
            CompletableFuture<T> answered =
                    launcher.whenEnded(executionId, atMost).thenApplyAsync(ended -> answer.get(), answers);
            return answered.whenComplete((done, failed) -> close());
        }

        /** Goes on when another node has answered, on a thread that is made for it; then the place is free. */
        <A, T> CompletionStage<T> whenAnswered(CompletionStage<A> asked, Function<A, CompletionStage<T>> then) {
            return asked.thenComposeAsync(then, answers).whenComplete((done, failed) -> close());
        }

        @Override
        public void close() {
            if (taken.compareAndSet(true, false)) {
                free.release();
            }
        }
    }

    /** Empty if too many wait by now. */
    Optional<Place> place() {
        return free.tryAcquire() ? Optional.of(new Place()) : Optional.empty();
    }

    @PreDestroy
    void end() {
        answers.shutdown();
    }
}
