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
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
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

    private static final AttachmentKey<Tried> TRIED = AttachmentKey.create(Tried.class);

    /** What {@link WellFormed} leaves as it is; the server gets an empty name instead of anything else. */
    private static final Pattern BASIC =
            Pattern.compile("(?i)basic ((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)");

    private static final String FORM = "j_security_check";

    /** The mechanisms that compare a hash. */
    private static final Set<String> HASHING = Set.of("BASIC", "FORM");

    /** As many as keep the processors busy, and no more than an eighth of the server's threads. */
    private static final int CHECKS = 2 * Runtime.getRuntime().availableProcessors();

    private static final int MOST_WAITING = 256;

    /** The user of a form login, as its body has it. */
    private static final AttachmentKey<String> FORM_USER = AttachmentKey.create(String.class);

    private final LoginAttempts attempts = new LoginAttempts(System::nanoTime);

    private final Turns<Halted> checks = new Turns<>(
            CHECKS,
            MOST_WAITING,
            Duration.ofDays(1),
            Halted::goOn,
            halted -> halted.refuse(LoginGuard::tooMany),
            System::nanoTime);

    /** In bytes: a file of the realm has the name, and the name in Base32 behind it. */
    private static final int LONGEST_NAME = 96;

    private record Tried(String user, Attempt attempt) {}

    /** Makes what it knows of wrong passwords known to the beans of the deployment that it stands before. */
    LoginGuard(ServletContext of) {
        of.setAttribute(LoginAttempts.class.getName(), attempts);
    }

    /** What the guard of a deployment knows of wrong passwords; empty if none stands before it. */
    static Optional<LoginAttempts> attempts(ServletContext of) {
        return of.getAttribute(LoginAttempts.class.getName()) instanceof LoginAttempts attempts
                ? Optional.of(attempts)
                : Optional.empty();
    }

    /**
     * Before the request has a thread: a password is a tenth of a second's work, so few are looked at at the same time. Users
     * who have logged in from where they are do not wait for others.
     */
    HttpHandler before(HttpHandler next) {
        return exchange -> {
            Halted login = new Halted(exchange, next);
            boolean form = isFormLogin(exchange);
            String user = form ? Objects.requireNonNullElse(exchange.getAttachment(FORM_USER), "") : userOf(exchange);
            if ((user.isEmpty() && !form) || attempts.isKnown(user, Addresses.of(exchange))) {
                next.handleRequest(exchange);
                return;
            }
            exchange.addExchangeCompleteListener((done, others) -> {
                checks.leave(login);
                others.proceed();
            });
            login.halt(() -> checks.enter(login, Addresses.networkOf(exchange)));
        };
    }

    /** What the body of a form login has to be kept of, before the server reads it. */
    static void remember(HttpServerExchange exchange, String body) {
        for (String field : body.split("&", -1)) {
            String name = "j_username=";
            String user = field.startsWith(name)
                    ? WellFormed.decoded(field.substring(name.length()).replace('+', ' '))
                    : null;
            if (user != null) {
                exchange.putAttachment(FORM_USER, user);
                return;
            }
        }
    }

    @Override
    public HttpHandler wrap(HttpHandler next) {
        return exchange -> {
            try {
                if (mayPass(exchange)) {
                    next.handleRequest(exchange);
                }
            } finally {
                checks.leave(new Halted(exchange, next));
            }
        };
    }

    private static String userOf(HttpServerExchange exchange) {
        String authorization = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        return authorization == null ? "" : userOf(authorization);
    }

    private boolean mayPass(HttpServerExchange exchange) {
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
        Answer answer = attempts.ask(user, Addresses.of(exchange));
        Attempt attempt = answer.attempt();
        if (attempt == null) {
            long seconds = LoginAttempts.seconds(answer.left());
            refuse(
                    exchange,
                    form,
                    seconds,
                    "too-many-wrong-passwords",
                    "Too many wrong passwords",
                    "Too many wrong passwords came from your address. Try again in " + seconds
                            + " s, or have an administrator lift it.");
            return false;
        }
        if (user.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            attempt.failed();
            evenOut(false, LoginGuard::computeHash);
            isNobody(exchange, form);
            return false;
        }
        exchange.putAttachment(TRIED, new Tried(user, attempt));
        exchange.addExchangeCompleteListener((done, others) -> {
            if (basic && done.getStatusCode() == StatusCodes.UNAUTHORIZED) {
                attempt.failed(); // a login of Jakarta Security's does not say so
            } else {
                attempt.abandoned();
            }
            others.proceed();
        });
        return true;
    }

    /** A wrong login, though the server would stumble over it. */
    private static void isNobody(HttpServerExchange exchange, boolean form) {
        if (form && Place.of(exchange).isAll()) {
            lead(exchange, StatusCodes.FOUND, "failed");
        } else {
            exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Basic realm=\"Reprise\"");
            Refused.with(
                    exchange, StatusCodes.UNAUTHORIZED, "unauthenticated", "Not logged in", "Wrong name or password.");
        }
    }

    private static void tooMany(HttpServerExchange exchange) {
        refuse(
                exchange,
                isFormLogin(exchange),
                1,
                "too-many-logins",
                "Too many logins",
                "As many passwords as may are looked at. Try again in a second.");
    }

    private static void refuse(
            HttpServerExchange exchange, boolean form, long seconds, String type, String title, String detail) {
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, seconds);
        if (form && Place.of(exchange).isAll()) {
            lead(exchange, StatusCodes.SEE_OTHER, "wait=" + seconds);
        } else {
            Refused.with(exchange, StatusCodes.TOO_MANY_REQUESTS, type, title, detail);
        }
    }

    private static void lead(HttpServerExchange exchange, int status, String why) {
        Refused.headers(exchange);
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.LOCATION, LoginPage.PAGE + "?" + why);
        exchange.endExchange();
    }

    /** As the server's mechanism sees it, which goes by the last part of whichever path. */
    static boolean isFormLogin(HttpServerExchange exchange) {
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

    /** Whether it is BASIC, and not what BASIC is. */
    static boolean isUnreadable(String authorization) {
        return authorization.regionMatches(true, 0, "basic ", 0, 6)
                && !BASIC.matcher(authorization).matches();
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
        // It has been looked at, and whatever the request does now may take its time.
        checks.leave(new Halted(notification.getExchange(), ResponseCodeHandler.HANDLE_200));
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
