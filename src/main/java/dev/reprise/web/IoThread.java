package dev.reprise.web;

import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.ServletRequest;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The server's thread that writes to the client of a request: what is sent on another one, and finds the client gone, the
 * server logs as an error. Nothing on it may wait, so nothing is sent before the thread of the request has left, which
 * waits for this one while it writes the head of the response.
 */
final class IoThread {

    private static final Logger LOG = System.getLogger(IoThread.class.getName());

    private static final String LEAVING = IoThread.class.getName();

    private final Executor thread;
    private final Executor closing;
    private CompletableFuture<?> before;
    private CompletableFuture<Boolean> last = CompletableFuture.completedFuture(true);

    /**
     * @param closing where a stream is closed, which waits until the client has read what was sent
     * @param left when the thread of the request has left
     */
    IoThread(Executor thread, Executor closing, CompletableFuture<?> left) {
        this.thread = thread;
        this.closing = closing;
        this.before = left;
    }

    /** A thread comes to a request; to be completed when it leaves it. */
    static CompletableFuture<?> comesTo(ServletRequest request) {
        CompletableFuture<?> leaving = new CompletableFuture<>();
        request.setAttribute(LEAVING, leaving);
        return leaving;
    }

    /** Of the request that this thread is at. */
    static IoThread ofThisRequest() {
        ServletRequestContext request = ServletRequestContext.requireCurrent();
        return new IoThread(request.getExchange().getIoThread(), IoThread::onAThreadOfItsOwn, (CompletableFuture<?>)
                request.getServletRequest().getAttribute(LEAVING));
    }

    private static void onAThreadOfItsOwn(Runnable task) {
        Thread thread = new Thread(task, "reprise-stream-closes");
        thread.setDaemon(true);
        thread.start();
    }

    /** Sends an event behind those before it; if the client is gone the stream is closed. */
    synchronized void send(SseEventSink sink, OutboundSseEvent event) {
        CompletableFuture<Boolean> sent = new CompletableFuture<>();
        before = before.thenRunAsync(
                () -> {
                    try {
                        sink.send(event).whenComplete((done, gone) -> complete(sent, gone));
                    } catch (RuntimeException | Error closed) {
                        complete(sent, closed);
                    }
                },
                thread);
        last = sent.exceptionally(gone -> {
            close(sink);
            return false;
        });
    }

    /** Whether something is not sent yet. */
    synchronized boolean isBusy() {
        return !last.isDone();
    }

    private static void complete(CompletableFuture<Boolean> sent, @Nullable Throwable gone) {
        if (gone == null) {
            sent.complete(true);
        } else {
            sent.completeExceptionally(gone);
        }
    }

    /** Whatever comes of it: the client may be gone. */
    void close(SseEventSink sink) {
        closing.execute(() -> {
            try {
                sink.close();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.DEBUG, "A stream cannot be closed", e);
            }
        });
    }
}
