package dev.reprise.web;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;

/**
 * Where a response leads to another address of this server, it says the path alone (RFC 9110 §10.2.2). The server, its login
 * and JAX-RS would name the host that the request claims, and a cache on the way could hand that to others.
 */
final class OwnAddress implements HttpHandler {

    private final HttpHandler next;

    OwnAddress(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        exchange.addResponseCommitListener(OwnAddress::shorten);
        next.handleRequest(exchange);
    }

    private static void shorten(HttpServerExchange exchange) {
        String location = exchange.getResponseHeaders().getFirst(Headers.LOCATION);
        String here = exchange.getRequestScheme() + "://" + exchange.getHostAndPort();
        if (location != null && location.startsWith(here + "/")) {
            exchange.getResponseHeaders().put(Headers.LOCATION, location.substring(here.length()));
        }
    }
}
