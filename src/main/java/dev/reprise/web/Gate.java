package dev.reprise.web;

import dev.reprise.access.Role;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lets nobody in without a login: programs get a 401 in the language of what they asked, people the application's own login. */
final class Gate extends HttpFilter {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = System.getLogger(Gate.class.getName());

    private final @Nullable String challenge;

    /**
     * @param challenge what asks programs for name and password; null if the application's login does not take them
     */
    Gate(@Nullable String challenge) {
        this.challenge = challenge;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String within = Place.within(request);
        boolean known = request.getUserPrincipal() != null;
        if (Place.isOpen(within) || within.equals(Doorway.HEALTH)) {
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
