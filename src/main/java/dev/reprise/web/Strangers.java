package dev.reprise.web;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sees to it that those without a login hold few of the server's threads, however slowly they read what they are answered,
 * and if they never do. What everybody may read is given to few at a time, and the others wait without a thread. Whatever
 * else is answered to somebody who is not logged in is short, and the last answer on its connection: there is always room for
 * one in the system's own buffer.
 */
final class Strangers {

    private static final Logger LOG = System.getLogger(Strangers.class.getName());

    /** Half of the threads that a server has. */
    private static final int MOST = 8 * Runtime.getRuntime().availableProcessors();

    private static final int MOST_WAITING = 512;

    private static final Duration TURN = Duration.ofSeconds(1);

    private static final Duration PAUSE = Duration.ofMillis(250);

    private final Turns<Halted> turns =
            new Turns<>(MOST, MOST_WAITING, TURN, Halted::goOn, Halted::close, System::nanoTime);
    private final Clock clock = new Clock("reprise-readers");
    private final AtomicBoolean looking = new AtomicBoolean();

    /** Before the request has a thread. */
    HttpHandler before(HttpHandler next) {
        return exchange -> {
            if (!Place.isOpen(Place.within(exchange))) {
                exchange.addResponseCommitListener(Strangers::isTheLastUnlessLoggedIn);
                next.handleRequest(exchange);
                return;
            }
            Halted reader = new Halted(exchange, within(next));
            exchange.addExchangeCompleteListener((done, others) -> {
                turns.leave(reader);
                others.proceed();
            });
            reader.halt(() -> {
                if (turns.enter(reader, Addresses.networkOf(exchange))) {
                    lookSoon();
                }
            });
        };
    }

    /** Where it had to end, it is of no interest that the request failed. */
    HttpHandler within(HttpHandler next) {
        return exchange -> {
            try {
                next.handleRequest(exchange);
            } catch (IOException | RuntimeException e) {
                if (!Place.isOpen(Place.within(exchange)) || turns.hasInside(new Halted(exchange, next))) {
                    throw e;
                }
                LOG.log(Level.DEBUG, "It was read too slowly: {0}", e.toString());
            }
        };
    }

    private void lookSoon() {
        if (looking.compareAndSet(false, true)) {
            Future<?> unused = clock.in(PAUSE, this::look);
        }
    }

    private void look() {
        looking.set(false);
        if (turns.look()) {
            lookSoon();
        }
    }

    private static void isTheLastUnlessLoggedIn(HttpServerExchange exchange) {
        if (exchange.getSecurityContext() == null
                || !exchange.getSecurityContext().isAuthenticated()) {
            exchange.setPersistent(false);
        }
    }
}
