package dev.reprise.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Refuses requests to API and launch servlet that come without a login, in the language of each. */
final class LoginRequired extends HttpFilter {

    private static final long serialVersionUID = 1L;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getUserPrincipal() != null) {
            chain.doFilter(request, response);
        } else if (request.getServletPath().equals("/launch")) {
            NotLoggedIn.plain(response, false);
        } else {
            NotLoggedIn.problem(request, response, false);
        }
    }
}
