package dev.reprise.web;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Lets a number of requests be at something at the same time. Where there is no room for one more, the one that has been at
 * it for the longest time loses its connection: what takes its time on purpose keeps nobody else out. Thread-safe.
 */
final class Turnstile {

    private static final Logger LOG = System.getLogger(Turnstile.class.getName());

    private final int most;
    private final Set<HttpServerExchange> inside = new LinkedHashSet<>();

    Turnstile(int most) {
        this.most = most;
    }

    void enter(HttpServerExchange exchange) {
        HttpServerExchange oldest = null;
        synchronized (this) {
            if (inside.size() >= most) {
                Iterator<HttpServerExchange> all = inside.iterator();
                oldest = all.next();
                all.remove();
            }
            inside.add(exchange);
        }
        if (oldest != null) {
            close(oldest);
        }
    }

    /** Ends the connection of a request, and whatever thread reads or writes it. */
    static void close(HttpServerExchange exchange) {
        try {
            exchange.getConnection().close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A connection is closed: {0}", e.toString());
        }
    }

    synchronized boolean hasInside(HttpServerExchange exchange) {
        return inside.contains(exchange);
    }

    synchronized void leave(HttpServerExchange exchange) {
        inside.remove(exchange);
    }
}
