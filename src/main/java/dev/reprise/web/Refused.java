package dev.reprise.web;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The answer to a request that goes no further than the {@link Doorway}, in the language of who asks. */
final class Refused {

    /** Those that other responses get further in, from {@link ResponseHeaders}. */
    private static final Map<String, String> HEADERS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Content-Security-Policy",
                    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            "Cache-Control", "no-store");

    private Refused() {}

    static boolean isForApi(HttpServerExchange exchange) {
        return Place.isApi(Place.within(exchange));
    }

    /**
     * @param type as {@link Problem#type}, without its beginning
     * @param detail without line breaks and quotation marks
     */
    static void with(HttpServerExchange exchange, int status, String type, String title, String detail) {
        boolean api = isForApi(exchange);
        exchange.setStatusCode(status);
        headers(exchange);
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, api ? "application/problem+json;charset=UTF-8" : "text/plain;charset=UTF-8");
        String text = api
                ? "{\"type\":\"urn:reprise:%s\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}"
                        .formatted(type, title, status, detail)
                : detail + "\n";
        // What is left of the request is not read.
        if (!exchange.isRequestComplete()) {
            exchange.setPersistent(false);
        }
        exchange.getResponseSender().send(text, StandardCharsets.UTF_8);
    }

    static void headers(HttpServletResponse response) {
        HEADERS.forEach(response::setHeader);
    }

    static void headers(HttpServerExchange exchange) {
        HEADERS.forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
    }
}
