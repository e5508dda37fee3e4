package dev.reprise.web;

import io.undertow.io.IoCallback;
import io.undertow.io.Receiver;
import io.undertow.io.Sender;
import io.undertow.server.Connectors;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.ImmediatePooledByteBuffer;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets requests pass when their bodies are there as a whole: until then they hold a connection, and no thread of the server
 * that others need. A body has at most {@value Json#LONGEST_BODY} bytes and half a minute.
 */
final class Bodies implements HttpHandler {

    /** As many bodies as may be on their way at the same time. */
    private static final int MOST = 64;

    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final HttpHandler next;
    private final Turnstile underWay = new Turnstile(MOST);
    private final ScheduledThreadPoolExecutor clock;

    Bodies(HttpHandler next) {
        this.next = next;
        this.clock = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "reprise-bodies");
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        // There is no thread where there is no body to wait for.
        clock.setKeepAliveTime(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        clock.allowCoreThreadTimeOut(true);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (exchange.isRequestComplete()) {
            next.handleRequest(exchange);
            return;
        }
        Runnable arrived = watch(exchange);
        if (exchange.getRequestContentLength() > Json.LONGEST_BODY) {
            tooLong(exchange);
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponse(exchange, new Continued(arrived));
        } else {
            read(exchange, arrived);
        }
    }

    /** Sees to it that a body comes to an end, also one that nobody wants. */
    private Runnable watch(HttpServerExchange exchange) {
        underWay.enter(exchange);
        Future<?> late = clock.schedule(() -> Turnstile.close(exchange), LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        Runnable arrived = () -> {
            late.cancel(false);
            underWay.leave(exchange);
        };
        exchange.addExchangeCompleteListener((gone, others) -> {
            arrived.run();
            others.proceed();
        });
        return arrived;
    }

    private static void tooLong(HttpServerExchange exchange) {
        Refused.with(
                exchange,
                StatusCodes.REQUEST_ENTITY_TOO_LARGE,
                "too-large",
                "Too large",
                "The body of a request is at most 1 MiB.");
    }

    private final class Continued implements IoCallback {

        private final Runnable arrived;

        Continued(Runnable arrived) {
            this.arrived = arrived;
        }

        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
            read(exchange, arrived);
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
            Turnstile.close(exchange);
        }
    }

    private void read(HttpServerExchange exchange, Runnable arrived) {
        AtomicBoolean over = new AtomicBoolean();
        Receiver receiver = exchange.getRequestReceiver();
        receiver.setMaxBufferSize(Json.LONGEST_BODY);
        receiver.receiveFullBytes(
                (whole, bytes) -> {
                    arrived.run();
                    pass(whole, bytes);
                },
                (broken, why) -> {
                    if (!over.getAndSet(true)) {
                        broken(broken, why);
                    }
                });
    }

    private void pass(HttpServerExchange exchange, byte[] bytes) {
        Connectors.ungetRequestBytes(exchange, new ImmediatePooledByteBuffer(ByteBuffer.wrap(bytes)));
        Connectors.resetRequestChannel(exchange);
        try {
            next.handleRequest(exchange);
        } catch (Exception e) {
            throw new IllegalStateException("the server's own handler fails", e);
        }
    }

    private static void broken(HttpServerExchange exchange, IOException why) {
        if (why instanceof Receiver.RequestToLargeException) {
            tooLong(exchange);
        } else {
            Refused.with(
                    exchange,
                    StatusCodes.BAD_REQUEST,
                    "bad-request",
                    "Bad request",
                    "The body of the request could not be read.");
        }
    }
}
