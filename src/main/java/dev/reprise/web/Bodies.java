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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
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
    private final Turnstile<HttpServerExchange> underWay = new Turnstile<>(MOST, Addresses::close);
    private final Clock clock = new Clock("reprise-bodies");

    Bodies(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (exchange.isRequestComplete()) {
            next.handleRequest(exchange);
            return;
        }
        Body body = watch(exchange);
        if (exchange.getRequestContentLength() > Json.LONGEST_BODY) {
            tooLong(exchange);
        } else if (HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponse(exchange, new Continued(body));
        } else {
            read(exchange, body);
        }
    }

    /** Sees to it that a body comes to an end, also one that nobody wants. */
    private Body watch(HttpServerExchange exchange) {
        Body body = new Body(exchange, clock.in(LONGEST, () -> underWay.evict(exchange)));
        // Before others may end it: nothing can be said to an exchange that is over.
        exchange.addExchangeCompleteListener((gone, others) -> {
            body.leaves();
            others.proceed();
        });
        underWay.enter(exchange, Addresses.networkOf(exchange));
        return body;
    }

    private final class Body {

        private final HttpServerExchange exchange;
        private final Future<?> late;

        Body(HttpServerExchange exchange, Future<?> late) {
            this.exchange = exchange;
            this.late = late;
        }

        /** Whether it was there in time: otherwise its connection is being closed. */
        boolean arrives() {
            late.cancel(false);
            return underWay.leave(exchange);
        }

        void leaves() {
            late.cancel(false);
            underWay.leave(exchange);
        }
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

        private final Body body;

        Continued(Body body) {
            this.body = body;
        }

        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {
            read(exchange, body);
        }

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException exception) {
            Addresses.close(exchange);
        }
    }

    private void read(HttpServerExchange exchange, Body body) {
        AtomicBoolean over = new AtomicBoolean();
        Receiver receiver = exchange.getRequestReceiver();
        receiver.setMaxBufferSize(Json.LONGEST_BODY);
        receiver.receiveFullBytes(
                (whole, bytes) -> {
                    if (body.arrives()) {
                        pass(whole, bytes);
                    }
                },
                (broken, why) -> {
                    if (!over.getAndSet(true)) {
                        broken(broken, why);
                    }
                });
    }

    private void pass(HttpServerExchange exchange, byte[] bytes) {
        if (LoginGuard.isFormLogin(exchange)) {
            String form = new String(bytes, StandardCharsets.ISO_8859_1);
            if (WellFormed.decoded(form) == null) {
                // The server would write a line about each such field.
                Refused.with(
                        exchange,
                        StatusCodes.BAD_REQUEST,
                        "bad-request",
                        "Bad request",
                        "The form is not percent-encoded UTF-8.");
                return;
            }
            LoginGuard.remember(exchange, form);
        }
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
