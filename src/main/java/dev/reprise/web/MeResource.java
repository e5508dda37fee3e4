package dev.reprise.web;

import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.JobLauncher;
import dev.reprise.state.NodeIdentity;
import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who asks, and what answers. */
@Path("/")
public class MeResource extends Asked {

    private final Supplier<RepriseRepository> repository;

    @Inject
    public MeResource(Supplier<RepriseRepository> repository) {
        this.repository = repository;
    }

    private record Me(
            String user,
            List<String> roles,
            @Nullable String application,
            String version,
            @Nullable String node) {}

    @GET
    @Path("/me")
    @Produces(MediaType.APPLICATION_JSON)
    public Response me() {
        only();
        Caller caller = caller();
        Optional<NodeIdentity> node = repository.get().thisNode().node();
        String version = JobLauncher.class.getPackage().getImplementationVersion();
        return json(new Me(
                caller.user(),
                caller.roles().stream().sorted().map(Role::roleName).toList(),
                repository.get().application(),
                version == null ? "unknown" : version,
                node.map(NodeIdentity::name).orElse(null)));
    }

    @DELETE
    @Path("/session")
    public Response logOut() throws ServletException {
        only();
        HttpServletRequest request = request();
        HttpSession session = request.getSession(false);
        request.logout();
        if (session != null && request.getSession(false) != null) {
            session.invalidate();
        }
        return Response.noContent().build();
    }

    @GET
    @Path("/openapi.yaml")
    @Produces("application/yaml")
    public Response openApi() throws IOException {
        only();
        try (InputStream yaml = MeResource.class.getResourceAsStream("openapi.yaml")) {
            if (yaml == null) {
                throw new IllegalStateException("openapi.yaml is not in the application");
            }
            return Response.ok(yaml.readAllBytes(), "application/yaml;charset=UTF-8")
                    .build();
        }
    }
}
