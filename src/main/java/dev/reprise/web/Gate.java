package dev.reprise.web;

import dev.reprise.access.Role;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets nobody in without a login: programs get a 401 in the language of what they asked. People have come through the
 * application's own login by now.
 */
final class Gate extends HttpFilter {

    private static final long serialVersionUID = 1L;

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
        // Some answers are long, and filters of the application that have heard nothing of that are no reason against
        // it.
        ServletRequestContext.requireCurrent().setAsyncSupported(true);
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
        } else if (!known) {
            refuse(request, response, within);
        } else if (Stream.of(Role.values()).map(Role::roleName).anyMatch(request::isUserInRole)) {
            chain.doFilter(request, response);
        } else {
            Refused.headers(response);
            ErrorPage.answer(request, response, HttpServletResponse.SC_FORBIDDEN);
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
}
