package dev.reprise.web;

import dev.reprise.access.LoginAttempts;
import dev.reprise.access.LoginAttempts.Answer;
import dev.reprise.access.LoginAttempts.Attempt;
import dev.reprise.access.PasswordHash;
import io.undertow.security.api.NotificationReceiver;
import io.undertow.security.api.SecurityNotification;
import io.undertow.server.HandlerWrapper;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.wildfly.security.auth.server.RealmUnavailableException;
import org.wildfly.security.auth.server.SecurityDomain;
import org.wildfly.security.auth.server.ServerAuthenticationContext;

/**
 * Stands before the server's login: who has sent wrong passwords waits, and the password is not looked at. A user whom
 * nobody knows takes as long to refuse as one with a wrong password: a hash is computed for both.
 */
final class LoginGuard implements HandlerWrapper, NotificationReceiver {

    private static final Logger LOG = System.getLogger(LoginGuard.class.getName());

    /** Of this deployment. */
    static final LoginAttempts ATTEMPTS = new LoginAttempts(System::nanoTime);

    private static final AttachmentKey<Tried> TRIED = AttachmentKey.create(Tried.class);

    /** What {@code WEB-INF/undertow-handlers.conf} leaves as it is; the server gets an empty name instead of anything else. */
    private static final Pattern BASIC =
            Pattern.compile("(?i)basic ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)");

    private static final String FORM = "j_security_check";

    /** The mechanisms that compare a hash. */
    private static final Set<String> HASHING = Set.of("BASIC", "FORM");

    private record Tried(String user, Attempt attempt) {}

    @Override
    public HttpHandler wrap(HttpHandler next) {
        return exchange -> {
            if (mayPass(exchange)) {
                next.handleRequest(exchange);
            }
        };
    }

    private static boolean mayPass(HttpServerExchange exchange) {
        String authorization = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        boolean basic = authorization != null && authorization.regionMatches(true, 0, "basic", 0, 5);
        boolean form = isFormLogin(exchange);
        if (basic && form) {
            Refused.with(
                    exchange,
                    StatusCodes.BAD_REQUEST,
                    "bad-request",
                    "Bad request",
                    "Log in with the form or with the header Authorization, not with both.");
            return false;
        }
        String user;
        try {
            user = form ? userOfForm(exchange) : userOf(basic ? String.valueOf(authorization) : "");
        } catch (RuntimeException unreadable) {
            LOG.log(Level.DEBUG, "A login that cannot be read: {0}", unreadable.toString());
            Refused.with(
                    exchange, StatusCodes.BAD_REQUEST, "bad-request", "Bad request", "The form cannot be understood.");
            return false;
        }
        if (user.isEmpty()) {
            return true; // no password will be looked at
        }
        Answer answer = ATTEMPTS.ask(user, addressOf(exchange));
        Attempt attempt = answer.attempt();
        if (attempt == null) {
            refuse(exchange, form, answer.left());
            return false;
        }
        exchange.putAttachment(TRIED, new Tried(user, attempt));
        exchange.addExchangeCompleteListener((done, others) -> {
            attempt.abandoned();
            others.proceed();
        });
        return true;
    }

    private static void refuse(HttpServerExchange exchange, boolean form, Duration left) {
        long seconds = LoginAttempts.seconds(left);
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, seconds);
        if (form) {
            Refused.headers(exchange);
            exchange.setStatusCode(StatusCodes.SEE_OTHER);
            exchange.getResponseHeaders().put(Headers.LOCATION, "/login.html?wait=" + seconds);
            exchange.endExchange();
        } else {
            Refused.with(
                    exchange,
                    StatusCodes.TOO_MANY_REQUESTS,
                    "too-many-wrong-passwords",
                    "Too many wrong passwords",
                    "Too many wrong passwords came from your address. Try again in " + seconds
                            + " s, or have an administrator lift it.");
        }
    }

    /** As the server's mechanism sees it, which goes by the last part of whichever path. */
    private static boolean isFormLogin(HttpServerExchange exchange) {
        if (!exchange.getRequestMethod().equals(Methods.POST)) {
            return false;
        }
        String path = URI.create(exchange.getRequestURI()).getPath();
        return path != null
                && path.substring(path.lastIndexOf('/') + 1)
                        .replaceFirst(";.*", "")
                        .equals(FORM);
    }

    private static String userOfForm(HttpServerExchange exchange) {
        String user = exchange.getAttachment(ServletRequestContext.ATTACHMENT_KEY)
                .getServletRequest()
                .getParameter("j_username");
        return user == null ? "" : user;
    }

    /** Empty where none can be read. */
    static String userOf(String authorization) {
        Matcher basic = BASIC.matcher(authorization);
        if (!basic.matches()) {
            return "";
        }
        String pair = new String(Base64.getDecoder().decode(basic.group(1)), StandardCharsets.UTF_8);
        return pair.indexOf(':') < 0 ? "" : pair.substring(0, pair.indexOf(':'));
    }

    private static String addressOf(HttpServerExchange exchange) {
        InetSocketAddress source = exchange.getSourceAddress();
        return source.getAddress() == null
                ? source.getHostString()
                : source.getAddress().getHostAddress();
    }

    @Override
    public void handleNotification(SecurityNotification notification) {
        Tried tried = notification.getExchange().getAttachment(TRIED);
        if (tried == null) {
            return;
        }
        switch (notification.getEventType()) {
            case AUTHENTICATED -> tried.attempt().succeeded();
            case FAILED_AUTHENTICATION -> {
                tried.attempt().failed();
                if (HASHING.contains(notification.getMechanism())) {
                    evenOut(isKnown(tried.user()), LoginGuard::computeHash);
                }
            }
            case LOGGED_OUT -> {}
        }
    }

    /** The server has computed a hash for a user that it knows. */
    static void evenOut(boolean known, Runnable hash) {
        if (!known) {
            hash.run();
        }
    }

    private static boolean isKnown(String user) {
        SecurityDomain domain = SecurityDomain.getCurrent();
        if (domain == null) {
            return false;
        }
        try (ServerAuthenticationContext asked = domain.createNewAuthenticationContext()) {
            asked.setAuthenticationName(user);
            return asked.exists();
        } catch (RealmUnavailableException | IllegalArgumentException | IllegalStateException e) {
            LOG.log(Level.DEBUG, "It is not known whether there is such a user: {0}", e.toString());
            return false;
        }
    }

    private static void computeHash() {
        try {
            PasswordHash.of("nobody's");
        } catch (GeneralSecurityException e) {
            LOG.log(Level.WARNING, "Users that nobody knows can be told from others: {0}", e.toString());
        }
    }
}
