package dev.reprise.web;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;

/**
 * A request that waits for its turn, without a thread; one of each exchange.
 *
 * @param next where it goes on
 */
record Halted(HttpServerExchange exchange, HttpHandler next) {

    /**
     * Halts it.
     *
     * @param then what sees to it that it goes on
     */
    void halt(Runnable then) {
        exchange.dispatch(SameThreadExecutor.INSTANCE, then);
    }

    /** On a thread of the server's. */
    void goOn() {
        exchange.dispatch(next);
    }

    void refuse(HttpHandler refusal) {
        exchange.dispatch(exchange.getIoThread(), refusal);
    }

    void close() {
        Addresses.close(exchange);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Halted halted && halted.exchange == exchange;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(exchange);
    }
}
