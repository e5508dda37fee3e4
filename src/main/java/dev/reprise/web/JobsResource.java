package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.state.Dispatch;
import dev.reprise.state.WaysOut;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Jobs: their definitions, and launches. */
@Path("/jobs")
@Produces(MediaType.APPLICATION_JSON)
public class JobsResource extends Asked {

    static final int LONGEST_WAIT_SECONDS = 3600;

    private final Monitor monitor;
    private final JobLauncher launcher;
    private final Waits waits;

    @Inject
    public JobsResource(Monitor monitor, JobLauncher launcher, Waits waits) {
        this.monitor = monitor;
        this.launcher = launcher;
        this.waits = waits;
    }

    /** The body of a launch. */
    record Launch(
            @JsonProperty("parameters") @Nullable Map<String, @Nullable String> parameters,
            @JsonProperty("nonIdentifying") @Nullable Map<String, @Nullable String> nonIdentifying,
            @JsonProperty("wait") @Nullable Integer waitSeconds,
            @JsonProperty("next") @Nullable Boolean next,
            @JsonProperty("acceptDefinition") @Nullable String acceptDefinition,
            @JsonProperty("startAnew") @Nullable List<String> startAnew,
            @JsonProperty("dispatch") @Nullable Boolean dispatch) {

        LaunchRequest request(String job) {
            LaunchRequest request = LaunchRequest.of(job);
            Map<String, @Nullable String> identifying = parameters == null ? Map.of() : parameters;
            Map<String, @Nullable String> others = nonIdentifying == null ? Map.of() : nonIdentifying;
            for (Map.Entry<String, @Nullable String> parameter : identifying.entrySet()) {
                request = request.with(name(parameter.getKey()), value(parameter));
            }
            for (Map.Entry<String, @Nullable String> parameter : others.entrySet()) {
                if (identifying.containsKey(parameter.getKey())) {
                    throw Problem.badRequest("The parameter " + shown(parameter.getKey())
                                    + " stands both in parameters and in nonIdentifying.")
                            .exception();
                }
                request = request.withNonIdentifying(name(parameter.getKey()), value(parameter));
            }
            if (acceptDefinition != null) {
                request = request.acceptingDefinition(acceptDefinition);
            }
            for (String step : startAnew == null ? List.<String>of() : startAnew) {
                request = request.startingAnew(step);
            }
            if (dispatch != null && dispatch) {
                request = request.onAnyNode();
            }
            return next != null && next ? request.next() : request;
        }
    }

    /** Of a body; the engine's own and the mark of plain properties are not for clients. */
    static String name(String name) {
        if (name.startsWith("-") || name.startsWith("jberet.")) {
            throw Problem.badRequest("A parameter cannot be called '" + shown(name) + "' here: "
                            + (name.startsWith("-")
                                    ? "one that does not identify stands in nonIdentifying, without the '-'."
                                    : "names that begin with 'jberet.' are the engine's."))
                    .exception();
        }
        if (Set.of(WaysOut.ACCEPT_DEFINITION, WaysOut.START_ANEW, Dispatch.PARAMETER)
                .contains(name)) {
            throw Problem.badRequest("The parameter '" + name
                            + "' is reserved: what it says stands in acceptDefinition, startAnew and dispatch here.")
                    .exception();
        }
        return name;
    }

    static String value(Map.Entry<String, @Nullable String> parameter) {
        String value = parameter.getValue();
        if (value == null) {
            throw Problem.badRequest(
                            "The parameter " + shown(parameter.getKey()) + " is null; leave it out, or give it a text.")
                    .exception();
        }
        return value;
    }

    static int seconds(@Nullable Integer wait) {
        if (wait == null) {
            return 0;
        }
        if (wait < 0 || wait > LONGEST_WAIT_SECONDS) {
            throw Problem.badRequest("The field wait is " + wait + "; it is a number of seconds from 0 to "
                            + LONGEST_WAIT_SECONDS + ".")
                    .exception();
        }
        return wait;
    }

    @GET
    public Response jobs() {
        only("limit", "after");
        return json(monitor.jobs(text("after").orElse(null), limit()));
    }

    @GET
    @Path("/{job}")
    public Response job(@PathParam("job") String name, @Context Request request) {
        only();
        byte[] json = Json.write(monitor.job(name).orElseThrow(() -> noSuchJob(name)));
        // Part of the deployment: it changes with that alone.
        EntityTag tag = new EntityTag(Integer.toHexString(Arrays.hashCode(json)));
        Response.ResponseBuilder unchanged = request.evaluatePreconditions(tag);
        return unchanged != null
                ? unchanged.build()
                : Response.ok(json, MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8"))
                        .tag(tag)
                        .build();
    }

    private ProblemException noSuchJob(String name) {
        return Problem.notFound(
                        "job",
                        "This deployment has no job '" + shown(name) + "'; it has "
                                + String.join(", ", launcher.jobNames()) + ".")
                .exception();
    }

    private void requireJob(String name) {
        if (!monitor.knows(name)) {
            throw noSuchJob(name);
        }
    }

    @GET
    @Path("/{job}/grid")
    public Response grid(@PathParam("job") String name) {
        only("limit", "after");
        requireJob(name);
        return json(monitor.grid(name, after(), number("limit", 1, 100, 30)));
    }

    @GET
    @Path("/{job}/instances")
    public Response instances(@PathParam("job") String name) {
        only("limit", "after");
        requireJob(name);
        return json(monitor.instances(name, after(), limit()));
    }

    @POST
    @Path("/{job}/explain")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response explain(@PathParam("job") String name, InputStream body) {
        only();
        Launch launch = Json.read(body, Launch.class);
        requireJob(name);
        return json(Monitor.decision(launcher.explain(launch.request(name))));
    }

    @POST
    @Path("/{job}/executions")
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> launch(@PathParam("job") String name, InputStream body) {
        only();
        Launch launch = Json.read(body, Launch.class);
        int wait = seconds(launch.waitSeconds());
        LaunchRequest request = launch.request(name);
        return launched(monitor, waits, base(), wait, () -> onBehalf(() -> launcher.start(request)));
    }

    /** 201, or 202 if it still runs after the wait. */
    static CompletionStage<Response> launched(
            Monitor monitor, Waits waits, URI base, int wait, Supplier<JobExecution> start) {
        if (wait == 0) {
            return CompletableFuture.completedFuture(
                    launched(monitor, base, start.get().getExecutionId(), false));
        }
        Waits.Place place = waits.place()
                .orElseThrow(() -> Problem.busy("too-many-waiting", "Too many wait", Waits.FULL)
                        .exception());
        try {
            long executionId = start.get().getExecutionId();
            return place.whenEnded(
                    executionId, Duration.ofSeconds(wait), () -> launched(monitor, base, executionId, true));
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
    }

    static Response launched(Monitor monitor, URI base, long executionId, boolean waited) {
        View.Execution execution = monitor.execution(executionId)
                .orElseThrow(() -> new IllegalStateException("execution " + executionId + " is gone"));
        return Response.status(waited && execution.live() ? Response.Status.ACCEPTED : Response.Status.CREATED)
                .location(base.resolve("executions/" + executionId))
                .type(MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8"))
                .entity(Json.write(execution))
                .build();
    }
}
