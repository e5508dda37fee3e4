package dev.reprise.web;

import dev.reprise.monitor.Monitor;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Job instances. */
@Dependent
@Path("/instances")
@Produces(MediaType.APPLICATION_JSON)
public class InstancesResource extends Asked {

    private final Monitor monitor;

    /** For JAX-RS, which looks for one without parameters, and then lets CDI take the other. */
    @SuppressWarnings("NullAway")
    public InstancesResource() {
        this.monitor = null;
    }

    @Inject
    public InstancesResource(Monitor monitor) {
        this.monitor = monitor;
    }

    @GET
    @Path("/{id}")
    public Response instance(@PathParam("id") String id) {
        only();
        long instanceId = idOf("instance", id);
        return json(monitor.instance(instanceId)
                .orElseThrow(() -> Problem.notFound("instance", "There is no instance " + instanceId + ".")
                        .exception()));
    }
}
