package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.reprise.access.Access;
import dev.reprise.access.Access.Subject;
import dev.reprise.access.Action;
import dev.reprise.access.LoginAttempts;
import dev.reprise.access.Role;
import dev.reprise.monitor.View;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who has sent too many wrong passwords to this node, and has to wait. */
@Path("/refused-logins")
@Produces(MediaType.APPLICATION_JSON)
public class LoginsResource extends Asked {

    private final Supplier<Access> access;

    @Inject
    public LoginsResource(Supplier<Access> access) {
        this.access = access;
    }

    private LoginAttempts attempts() {
        return LoginGuard.attempts(request().getServletContext())
                .orElseThrow(() -> new IllegalStateException("nobody stands before the login"));
    }

    /** As the API has it. */
    record RefusedLogin(@Nullable String user, String address, int failures, long waitSeconds) {
        static RefusedLogin of(LoginAttempts.Refused refused) {
            return new RefusedLogin(
                    refused.user(), refused.address(), refused.failures(), LoginAttempts.seconds(refused.left()));
        }
    }

    @GET
    public Response refused() {
        only();
        require(Role.ADMIN, "see who has to wait to log in");
        return json(new View.Page<>(
                attempts().refused().stream().map(RefusedLogin::of).toList(), null));
    }

    /** The body of a lift; what is left out stands for any. */
    record Lift(
            @JsonProperty("user") @Nullable String user,
            @JsonProperty("address") @Nullable String address) {

        String text() {
            return (user == null ? "all users" : "user " + user) + ", "
                    + (address == null ? "all addresses" : "address " + address);
        }
    }

    private record Lifted(int lifted) {}

    @POST
    @Path("/lift")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response lift(InputStream body) {
        only();
        Lift lift = Json.read(body, Lift.class);
        int lifted = onBehalf(() -> access.get()
                .change(
                        Action.LIFT,
                        Subject.ofLogins(),
                        () -> attempts().lift(lift.user(), lift.address()),
                        done -> Subject.ofLogins(),
                        done -> shown(lift.text()) + ": " + done + " need not wait any more"));
        return json(new Lifted(lifted));
    }
}
