package dev.reprise.web;

import dev.reprise.access.LoginAttempts;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Where requests come from: what is shared out among all is shared out among addresses. */
final class Addresses {

    private static final Logger LOG = System.getLogger(Addresses.class.getName());

    private Addresses() {}

    static String of(HttpServerExchange exchange) {
        InetSocketAddress source = exchange.getSourceAddress();
        return source.getAddress() == null
                ? source.getHostString()
                : source.getAddress().getHostAddress();
    }

    /** An address, or in IPv6 the network of one. */
    static String networkOf(HttpServerExchange exchange) {
        return LoginAttempts.network(of(exchange));
    }

    /** Ends the connection of a request, and whatever thread reads or writes it. */
    static void close(HttpServerExchange exchange) {
        try {
            exchange.getConnection().close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "A connection is closed: {0}", e.toString());
        }
    }

    /** How often there is each. */
    static Map<String, Integer> count(Collection<String> addresses) {
        Map<String, Integer> counts = new HashMap<>();
        addresses.forEach(address -> counts.merge(address, 1, Integer::sum));
        return counts;
    }

    /** The first of those with the highest number; null if there is none. */
    static <T> @Nullable T first(Iterable<T> all, ToIntFunction<T> number) {
        T first = null;
        for (T one : all) {
            if (first == null || number.applyAsInt(one) > number.applyAsInt(first)) {
                first = one;
            }
        }
        return first;
    }
}
