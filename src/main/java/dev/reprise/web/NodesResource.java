package dev.reprise.web;

import dev.reprise.access.Role;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** What runs now and where, and who did what. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
public class NodesResource extends Asked {

    private final Monitor monitor;

    @Inject
    public NodesResource(Monitor monitor) {
        this.monitor = monitor;
    }

    @GET
    @Path("/now")
    public Response now() {
        only();
        return json(monitor.now());
    }

    @GET
    @Path("/nodes")
    public Response nodes() {
        only();
        return json(new View.Page<>(monitor.nodes(), null));
    }

    @GET
    @Path("/audit")
    public Response audit() {
        only("user", "execution", "limit", "after");
        require(Role.ADMIN, "see who did what");
        return json(monitor.audit(text("user").orElse(null), id("execution").orElse(null), after(), limit()));
    }
}
