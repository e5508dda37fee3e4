package dev.reprise.web;

import dev.reprise.access.Role;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets nobody in without a login: programs get a 401 in the language of what they asked, people the application's own
 * login. Where the application does not say who may come in, nothing of the console answers.
 */
final class Gate extends HttpFilter {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = System.getLogger(Gate.class.getName());

    /** A login of Jakarta Security's needs no {@code login-config}. */
    private static final String MECHANISM =
            "jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism";

    private static final String CLOSED = "The console is closed; the log of the server says why";

    private final transient Set<String> roles;
    private final boolean hasLoginConfig;
    private final @Nullable String challenge;
    private boolean closed;

    /**
     * @param roles that the application declares
     * @param hasLoginConfig whether its {@code web.xml} has one
     * @param challenge what asks programs for name and password; null if its login does not take them
     */
    Gate(Set<String> roles, boolean hasLoginConfig, @Nullable String challenge) {
        this.roles = Set.copyOf(roles);
        this.hasLoginConfig = hasLoginConfig;
        this.challenge = challenge;
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        super.init(config);
        String at = config.getServletContext().getContextPath() + Place.base() + "/";
        String missing = missing();
        closed = !missing.isEmpty();
        if (closed) {
            LOG.log(
                    Level.WARNING,
                    "The console at {0} is closed: the application has {1}. Declare in WEB-INF/web.xml"
                            + " <security-role><role-name>batch-viewer</role-name></security-role>, the same for batch-operator"
                            + " and batch-admin, and <login-config><auth-method>FORM or BASIC</auth-method>...</login-config>; in"
                            + " WEB-INF/jboss-web.xml <security-domain>, which knows the users. For no console write console="
                            + " into META-INF/reprise.properties.",
                    at,
                    missing);
        } else {
            LOG.log(Level.INFO, "The console is at {0}", at);
        }
    }

    private String missing() {
        if (Stream.of(Role.values()).map(Role::roleName).noneMatch(roles::contains)) {
            return "none of the roles batch-viewer, batch-operator and batch-admin";
        }
        return hasLoginConfig || hasMechanism() ? "" : "no login";
    }

    private static boolean hasMechanism() {
        try {
            BeanManager beans = CDI.current().getBeanManager();
            Class<?> mechanism = Class.forName(MECHANISM, false, Gate.class.getClassLoader());
            return !beans.getBeans(mechanism).isEmpty();
        } catch (ClassNotFoundException | IllegalStateException e) {
            LOG.log(Level.DEBUG, "There is no login of Jakarta Security: {0}", e.toString());
            return false;
        }
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String within = Place.within(request);
        boolean known = request.getUserPrincipal() != null;
        if (closed) {
            Refused.headers(response);
            ErrorPage.answer(request, response, HttpServletResponse.SC_FORBIDDEN, CLOSED);
        } else if (Place.isOpen(within) || within.equals(Doorway.HEALTH)) {
            chain.doFilter(request, response);
        } else if (Place.isApi(within) || within.equals(Doorway.LAUNCH)) {
            // Which role, they say themselves.
            if (known) {
                chain.doFilter(request, response);
            } else {
                refuse(request, response, within);
            }
        } else if (known || logsIn(request, response)) {
            if (Stream.of(Role.values()).map(Role::roleName).anyMatch(request::isUserInRole)) {
                chain.doFilter(request, response);
            } else {
                Refused.headers(response);
                ErrorPage.answer(request, response, HttpServletResponse.SC_FORBIDDEN);
            }
        }
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, String within) throws IOException {
        Refused.headers(response);
        if (Place.isApi(within)) {
            NotLoggedIn.problem(request, response, false, challenge);
        } else {
            NotLoggedIn.plain(response, false, challenge);
        }
    }

    /** By the application's own mechanism, which answers if nobody is logged in yet. */
    private boolean logsIn(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            return request.authenticate(response);
        } catch (ServletException none) {
            LOG.log(Level.DEBUG, "Nobody can log in: {0}", none.toString());
            if (!response.isCommitted()) {
                refuse(request, response, "");
            }
            return false;
        }
    }
}
