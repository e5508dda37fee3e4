package dev.reprise.web;

import dev.reprise.monitor.ConsoleSetting;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Where the console is in its application: nothing here acts on a request that is not below it. The application's servlet context
 * has it.
 *
 * @param base as it stands behind the context path: {@code /reprise}, or nothing
 */
record Place(String base) {

    private static final AttachmentKey<Place> KEY = AttachmentKey.create(Place.class);

    /** As the deployment has it; empty if there is to be none. */
    static Optional<Place> configured() {
        return ServiceLoader.load(ConsoleSetting.class, Place.class.getClassLoader())
                .findFirst()
                .flatMap(ConsoleSetting::console)
                .map(console -> new Place(console.path()));
    }

    static Place of(ServletContext application) {
        return application.getAttribute(Place.class.getName()) instanceof Place place ? place : new Place("");
    }

    private static Place of(HttpServletRequest request) {
        return of(request.getServletContext());
    }

    static Place of(HttpServerExchange exchange) {
        Place place = exchange.getAttachment(KEY);
        return place == null ? new Place("") : place;
    }

    void becomesThatOf(ServletContext application) {
        application.setAttribute(Place.class.getName(), this);
    }

    /** Whether a request is for the console, and knows from now on where that is. */
    boolean takes(HttpServerExchange exchange) {
        boolean below = isBelow(exchange.getRelativePath());
        if (below) {
            exchange.putAttachment(KEY, this);
        }
        return below;
    }

    /** Whether all of the application is the console's, with its login page, its error page and its session. */
    boolean isAll() {
        return base.isEmpty();
    }

    /** @param path behind the context path */
    boolean isBelow(String path) {
        return path.startsWith(base)
                && (path.length() == base.length() || isAll() || path.charAt(base.length()) == '/');
    }

    /** @param path behind the context path, as of a folder */
    boolean isAtOrAbove(String path) {
        return (base + "/").startsWith(path + "/");
    }

    /** What a request asks for: {@code /api/me}; of one that is below. */
    static String within(HttpServerExchange exchange) {
        return exchange.getRelativePath().substring(of(exchange).base.length());
    }

    /** The same. */
    static String within(HttpServletRequest request) {
        String info = request.getPathInfo();
        return (request.getServletPath() + (info == null ? "" : info))
                .substring(of(request).base.length());
    }

    /**
     * The same of an address that has led to another one.
     *
     * @param uri as it was sent; empty if it is not below
     */
    static String within(HttpServletRequest request, String uri) {
        String base = request.getContextPath() + of(request).base;
        return uri.startsWith(base) ? uri.substring(base.length()) : "";
    }

    static boolean isApi(String within) {
        return within.startsWith("/api/");
    }

    /** What everybody may read: the console without a login is nothing but a login. */
    static boolean isOpen(String within) {
        return within.startsWith("/webjars/")
                || within.startsWith("/public/")
                || within.equals(LoginPage.PAGE)
                || within.equals("/favicon.ico");
    }
}
