package dev.reprise.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A line between a server and its PostgreSQL that a test can cut, let go dumb or slow, or on which answers get lost. On the
 * loopback interface only.
 */
public final class TcpProxy implements AutoCloseable {

    /** With what PostgreSQL ends an answer if no transaction is open: ReadyForQuery, idle. */
    private static final byte[] IDLE = ascii("Z\0\0\0\5I");

    /** With what a client ends what it asks: Sync. */
    private static final byte[] SYNC = ascii("S\0\0\0\4");

    /** What it answers to nothing, which is how a connection is tried: EmptyQueryResponse. */
    private static final byte[] NOTHING = ascii("I\0\0\0\4");

    private final int target;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition audible = lock.newCondition();
    private final AtomicInteger ended = new AtomicInteger();
    private boolean mute;
    private volatile boolean answersLost;
    private volatile Duration late = Duration.ZERO;
    private volatile int swallowed;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int awaited;
    private volatile boolean struck;
    private volatile Runnable strike = () -> {};
    private @Nullable Door open;

    /** What new connections come through. */
    private record Door(ServerSocket socket, Thread accepting) {}

    /** A proxy on a free port that leads to another port of this machine. */
    public TcpProxy(int target) {
        this.target = target;
        this.port = listen(FreePorts.one());
    }

    /** Where to connect to. */
    public int port() {
        return port;
    }

    /** Breaks every connection and refuses new ones, until {@link #restore}. */
    public void cut() {
        lock.lock();
        try {
            Door current = open;
            open = null;
            if (current != null) {
                close(current.socket());
                current.accepting().join(); // until then the port is taken
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            lock.unlock();
        }
        reset();
    }

    /** Breaks every connection. */
    public void reset() {
        List.copyOf(sockets).forEach(socket -> {
            reset(socket);
            sockets.remove(socket);
        });
    }

    /** Lets the database do what it is told and loses what it answers, until {@link #restore}. */
    public void loseAnswers() {
        answersLost = true;
    }

    /** Carries each answer so much later, until {@link #restore}. */
    public void slow(Duration delay) {
        late = delay;
    }

    /** How many transactions the database has said to be at their end, those of single statements too. */
    public int transactions() {
        return ended.get();
    }

    /**
     * Loses the answer with which one of the next transactions ends, and breaks its connection.
     *
     * @param which the next one is 1
     */
    public void swallow(int which) {
        swallowed = ended.get() + which;
    }

    /** Whether that transaction was there. */
    public boolean hasSwallowed() {
        return ended.get() >= swallowed;
    }

    /** How many times the database was asked for something: statements, batches and the ends of transactions. */
    public int requests() {
        return asked.get();
    }

    /**
     * Something happens before the database gets one of the next requests.
     *
     * @param which the next one is 1
     */
    public void before(int which, Runnable happens) {
        struck = false;
        strike = happens;
        awaited = asked.get() + which;
    }

    /** Whether it has happened. */
    public boolean hasStruck() {
        return struck;
    }

    /** Carries nothing any more in either direction, and tells nobody, until {@link #restore}. */
    public void mute() {
        lock.lock();
        try {
            mute = true;
        } finally {
            lock.unlock();
        }
    }

    /** Carries again; after {@link #mute} also what was sent meanwhile, if its connection is still there. */
    public void restore() {
        answersLost = false;
        late = Duration.ZERO;
        swallowed = 0;
        awaited = 0;
        lock.lock();
        try {
            mute = false;
            audible.signalAll();
            if (open == null) {
                listen(port);
            }
        } finally {
            lock.unlock();
        }
    }

    private int listen(int wanted) {
        try {
            ServerSocket server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            open = new Door(server, begin("proxy-" + server.getLocalPort(), () -> accept(server)));
            return server.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                connect(server.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket near) {
        Socket far = new Socket();
        sockets.add(near);
        sockets.add(far);
        try {
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
            begin("proxy-out", () -> carry(near, far, false));
            begin("proxy-in", () -> carry(far, near, true));
        } catch (IOException refused) {
            forget(near, far);
        }
    }

    private void carry(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[64 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (answers && isSwallowed(buffer, read)) {
                    reset(to);
                    return;
                }
                if (!answers && isAt(SYNC, buffer, read - SYNC.length) && asked.incrementAndGet() == awaited) {
                    strike.run();
                    struck = true;
                }
                awaitAudible();
                if (answers) {
                    TimeUnit.NANOSECONDS.sleep(late.toNanos()); // how late they are, not a wait for something
                }
                if (!(answers && answersLost)) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException broken) {
            // Both ends learn of it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            forget(from, to);
        }
    }

    private boolean isSwallowed(byte[] answer, int length) {
        return isAt(IDLE, answer, length - IDLE.length)
                && IntStream.rangeClosed(0, length - NOTHING.length).noneMatch(at -> isAt(NOTHING, answer, at))
                && ended.incrementAndGet() == swallowed;
    }

    private static boolean isAt(byte[] part, byte[] answer, int at) {
        return at >= 0 && Arrays.equals(answer, at, at + part.length, part, 0, part.length);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void awaitAudible() throws InterruptedException {
        lock.lock();
        try {
            while (mute) {
                audible.await(1, TimeUnit.SECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(Socket one, Socket other) {
        close(one);
        close(other);
        sockets.remove(one);
        sockets.remove(other);
    }

    /** As a firewall breaks it: the other end gets an error, not an end. */
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closedMeanwhile) {
            // Then it is.
        }
        close(socket);
    }

    private static void close(AutoCloseable open) {
        try {
            open.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Thread begin(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        cut();
        restoreHearing();
    }

    private void restoreHearing() {
        lock.lock();
        try {
            mute = false;
            audible.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
