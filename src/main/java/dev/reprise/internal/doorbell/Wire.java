package dev.reprise.internal.doorbell;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A thread that keeps a connection. Where that breaks it makes another one, after a pause that grows to a bound while none
 * lasts. Thread-safe.
 */
final class Wire implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Doorbell.class.getName());

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    private final Use use;
    private final Trouble trouble;
    private final Pace pace;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean begun;

    /** What the connection is for. */
    interface Use {

        /**
         * Connects, says when that {@linkplain #works works}, and does what there is to do until it is closed. Returns before
         * that to be called again at once.
         */
        void connect(Wire wire) throws Exception;
    }

    /** @param name of its thread */
    Wire(String name, Trouble trouble, Pace pace, Use use) {
        this.use = use;
        this.trouble = trouble;
        this.pace = pace;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.setContextClassLoader(Wire.class.getClassLoader());
    }

    /** Connects, if it has not begun to or was closed. */
    synchronized void begin() {
        if (!begun && !isClosed()) {
            begun = true;
            thread.start();
        }
    }

    boolean isClosed() {
        return closed.getCount() == 0;
    }

    void works() {
        trouble.works(this);
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        while (!isClosed()) {
            long begin = System.nanoTime();
            try {
                use.connect(this);
            } catch (Exception | Error e) {
                // Whatever it is: nobody else would try again.
                if (!isClosed()) {
                    trouble.breaks(this, e);
                    boolean lasted =
                            System.nanoTime() - begin > pace.longestPause().toNanos();
                    pause = lasted ? FIRST_PAUSE : shorter(pause, pace.longestPause());
                    pause(pause);
                    pause = pause.multipliedBy(2);
                }
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void pause(Duration time) {
        try {
            boolean unused = closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "a pause was interrupted", e);
        }
    }

    /** Ends the thread; interrupts it if it does not end by itself, and does not wait long for one that is not to be helped. */
    @Override
    public void close() {
        synchronized (this) {
            closed.countDown();
            if (!begun) {
                return;
            }
        }
        try {
            thread.join(pace.slice().multipliedBy(2).toMillis());
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(LONGEST_END.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
