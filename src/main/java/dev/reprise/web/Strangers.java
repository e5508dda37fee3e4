package dev.reprise.web;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * What everybody may read without a login is given to few at a time, so that those who read it slowly hold few of the
 * server's threads.
 */
final class Strangers implements HttpHandler {

    private static final Logger LOG = System.getLogger(Strangers.class.getName());

    /** Half of the threads that a server with two processors has. */
    private static final int MOST = 16;

    private final HttpHandler next;
    private final Turnstile reading = new Turnstile(MOST);

    Strangers(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!isOpen(exchange.getRelativePath())) {
            next.handleRequest(exchange);
            return;
        }
        reading.enter(exchange);
        exchange.addExchangeCompleteListener((done, others) -> {
            reading.leave(done);
            others.proceed();
        });
        try {
            next.handleRequest(exchange);
        } catch (IOException | RuntimeException e) {
            if (reading.hasInside(exchange)) {
                throw e;
            }
            LOG.log(Level.DEBUG, "It was read too slowly: {0}", e.toString());
        }
    }

    /** As {@code WEB-INF/web.xml} has it. */
    private static boolean isOpen(String path) {
        return path.startsWith("/webjars/")
                || path.startsWith("/public/")
                || path.equals("/login.html")
                || path.equals("/favicon.ico");
    }
}
