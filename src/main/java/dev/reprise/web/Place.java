package dev.reprise.web;

import dev.reprise.monitor.ConsolePath;
import dev.reprise.monitor.ConsoleSetting;
import io.undertow.server.HttpServerExchange;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.ServiceLoader;

/** Where the console is in this application: nothing here acts on a request that is not below it. */
final class Place {

    /** The classes of a deployment are its own, and it has one configuration. */
    private static final Optional<ConsolePath> HERE = ServiceLoader.load(
                    ConsoleSetting.class, Place.class.getClassLoader())
            .findFirst()
            .flatMap(ConsoleSetting::console);

    private static final String BASE = HERE.map(ConsolePath::path).orElse("");

    private Place() {}

    /** As it stands behind the context path: {@code /reprise}, or nothing. */
    static String base() {
        return BASE;
    }

    /** Whether there is to be one. */
    static boolean isAnywhere() {
        return HERE.isPresent();
    }

    /** Whether all of the application is the console's, with its login page, its error page and its session. */
    static boolean isAll() {
        return base().isEmpty();
    }

    /** @param path behind the context path */
    static boolean isBelow(String path) {
        return path.startsWith(base())
                && (path.length() == base().length() || isAll() || path.charAt(base().length()) == '/');
    }

    /** What a request asks for: {@code /api/me}; of one that is below. */
    static String within(HttpServerExchange exchange) {
        return exchange.getRelativePath().substring(base().length());
    }

    /** The same. */
    static String within(HttpServletRequest request) {
        String info = request.getPathInfo();
        return (request.getServletPath() + (info == null ? "" : info)).substring(base().length());
    }

    /**
     * The same of an address that has led to another one.
     *
     * @param uri as it was sent; empty if it is not below
     */
    static String within(HttpServletRequest request, String uri) {
        String base = request.getContextPath() + base();
        return uri.startsWith(base) ? uri.substring(base.length()) : "";
    }

    static boolean isApi(String within) {
        return within.startsWith("/api/");
    }

    /** What everybody may read: the console without a login is nothing but a login. */
    static boolean isOpen(String within) {
        return within.startsWith("/webjars/")
                || within.startsWith("/public/")
                || (isAll() && within.equals(LoginPage.PAGE))
                || within.equals("/favicon.ico");
    }
}
