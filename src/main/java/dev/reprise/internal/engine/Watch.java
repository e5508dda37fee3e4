package dev.reprise.internal.engine;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Looks again and again as long as somebody waits for what is found, on one thread. There is none while nobody waits.
 * Thread-safe.
 */
public final class Watch implements AutoCloseable {

    private static final Duration IDLE = Duration.ofSeconds(10);

    private final Duration pause;
    private final BooleanSupplier awaited;
    private final Runnable look;
    private final AtomicBoolean looking = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor clock;

    /**
     * @param thread its name
     * @param pause between two looks
     * @param awaited whether somebody waits
     */
    public Watch(String thread, Duration pause, BooleanSupplier awaited, Runnable look) {
        this.pause = pause;
        this.awaited = awaited;
        this.look = look;
        this.clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, thread);
            created.setDaemon(true);
            created.setContextClassLoader(Watch.class.getClassLoader());
            return created;
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        clock.setKeepAliveTime(IDLE.toMillis(), TimeUnit.MILLISECONDS);
        clock.allowCoreThreadTimeOut(true);
    }

    /**
     * Looks after a while, if it does not sooner anyway.
     *
     * @return false if it is closed, and nothing will be found any more
     */
    @SuppressWarnings("FutureReturnValueIgnored") // each look says itself what goes wrong in it
    public boolean lookAfter(Duration time) {
        try {
            if (!isClosed() && looking.compareAndSet(false, true)) {
                clock.schedule(this::look, time.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (RejectedExecutionException closed) {
            return false;
        }
        return !isClosed();
    }

    private void look() {
        looking.set(false);
        try {
            look.run();
        } finally {
            if (awaited.getAsBoolean()) {
                lookAfter(pause);
            }
        }
    }

    /**
     * Does something else later.
     *
     * @throws RejectedExecutionException if it is closed
     */
    public Future<?> schedule(Runnable task, Duration time) {
        return clock.schedule(task, time.toNanos(), TimeUnit.NANOSECONDS);
    }

    public boolean isClosed() {
        return clock.isShutdown();
    }

    /** Looks no more; who is put among those that wait from now on has to be told so. */
    @Override
    public void close() {
        clock.shutdownNow();
    }
}
