package dev.reprise.web;

import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.ServletExtension;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.util.Headers;
import jakarta.servlet.ServletContext;

/**
 * Where a response leads to another address of this server, it says the path alone (RFC 9110 §10.2.2). The server, its login
 * and JAX-RS would name the host that the request claims, and a cache on the way could hand that to others.
 */
public final class OwnAddress implements ServletExtension {

    @Override
    public void handleDeployment(DeploymentInfo deployment, ServletContext context) {
        deployment.addInitialHandlerChainWrapper(next -> exchange -> {
            exchange.addResponseCommitListener(OwnAddress::shorten);
            next.handleRequest(exchange);
        });
    }

    private static void shorten(HttpServerExchange exchange) {
        String location = exchange.getResponseHeaders().getFirst(Headers.LOCATION);
        String here = exchange.getRequestScheme() + "://" + exchange.getHostAndPort();
        if (location != null && location.startsWith(here + "/")) {
            exchange.getResponseHeaders().put(Headers.LOCATION, location.substring(here.length()));
        }
    }
}
