package dev.reprise.web;

import dev.reprise.monitor.Monitor;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Job instances. */
@Path("/instances")
@Produces(MediaType.APPLICATION_JSON)
public class InstancesResource extends Asked {

    private final Monitor monitor;

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
