package dev.reprise.web;

import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The server's thread that writes to the client of a request: what is sent on another one, and finds the client gone, the
 * server logs as an error. Nothing on it may wait.
 */
final class IoThread {

    private static final Logger LOG = System.getLogger(IoThread.class.getName());

    private final Executor thread;
    private final Executor closing;

    /**
     * @param closing where a stream is closed, which waits until the client has read what was sent
     */
    IoThread(Executor thread, Executor closing) {
        this.thread = thread;
        this.closing = closing;
    }

    /** Of the request that this thread is at. */
    static IoThread ofThisRequest() {
        return new IoThread(
                ServletRequestContext.requireCurrent().getExchange().getIoThread(), IoThread::onAThreadOfItsOwn);
    }

    private static void onAThreadOfItsOwn(Runnable task) {
        Thread thread = new Thread(task, "reprise-stream-closes");
        thread.setDaemon(true);
        thread.start();
    }

    /** Completes when the event is sent; exceptionally if the client is gone: the stream is closed then. */
    CompletionStage<?> send(SseEventSink sink, OutboundSseEvent event) {
        CompletableFuture<Boolean> sent = new CompletableFuture<>();
        thread.execute(() -> {
            try {
                sink.send(event).whenComplete((done, gone) -> complete(sent, gone));
            } catch (RuntimeException closed) {
                complete(sent, closed);
            }
        });
        return sent;
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
