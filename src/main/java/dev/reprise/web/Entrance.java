package dev.reprise.web;

import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.ext.Provider;
import java.security.Principal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Nothing of the API is open: nobody comes in without a name and the role of a viewer. */
@Provider
public final class Entrance implements ContainerRequestFilter, ContainerResponseFilter {

    private static final String CALLER = Caller.class.getName();

    @Context
    @Nullable
    HttpServletRequest servletRequest;

    @Override
    public void filter(ContainerRequestContext request) {
        SecurityContext security = request.getSecurityContext();
        Principal principal = security.getUserPrincipal();
        if (principal == null || principal.getName() == null) {
            request.abortWith(
                    new Problem("unauthenticated", "Not logged in", Status.UNAUTHORIZED, "Log in first.").response());
            return;
        }
        HttpServletRequest asked = Objects.requireNonNull(servletRequest, "outside of a request");
        Caller caller = Caller.of(principal.getName(), asked.getRemoteAddr(), security::isUserInRole);
        if (!caller.roles().contains(Role.VIEWER)) {
            request.abortWith(new Problem(
                            "denied",
                            "Denied",
                            Status.FORBIDDEN,
                            caller.user() + " may see nothing here: that needs the role " + Role.VIEWER.roleName()
                                    + ".")
                    .response());
            return;
        }
        asked.setAttribute(CALLER, caller);
    }

    /** Who asks; of a request that came in. */
    static Caller caller(HttpServletRequest request) {
        if (request.getAttribute(CALLER) instanceof Caller caller) {
            return caller;
        }
        throw new IllegalStateException("nobody came in");
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        response.getHeaders().putSingle("X-Content-Type-Options", "nosniff");
        response.getHeaders().putSingle("Cache-Control", "no-store");
    }
}
