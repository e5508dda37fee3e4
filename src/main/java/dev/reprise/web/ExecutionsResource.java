package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.reprise.access.Role;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.JobLauncher;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.ExecutionLogs.Before;
import dev.reprise.log.ExecutionLogs.Part;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.operate.Operations;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.WaysOut;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Job executions: to search, to see, to stop, restart and abandon. */
@Path("/executions")
@Produces(MediaType.APPLICATION_JSON)
public class ExecutionsResource extends Asked {

    private static final String RUNNING = "RUNNING";

    private static final int MOST_LINES = 10_000;
    private static final int USUAL_LINES = 1000;

    private final Monitor monitor;
    private final Operations operations;
    private final JobLauncher launcher;
    private final Supplier<RepriseRepository> repository;
    private final LogStreams streams;
    private final Waits waits;

    @Inject
    public ExecutionsResource(
            Monitor monitor,
            Operations operations,
            JobLauncher launcher,
            Supplier<RepriseRepository> repository,
            LogStreams streams,
            Waits waits) {
        this.monitor = monitor;
        this.operations = operations;
        this.launcher = launcher;
        this.repository = repository;
        this.streams = streams;
        this.waits = waits;
    }

    @GET
    public Response executions() {
        only("job", "status", "node", "since", "until", "limit", "after");
        Set<String> statuses = new TreeSet<>();
        boolean owned = false;
        for (String status : text("status").map(list -> list.split(",", -1)).orElse(new String[0])) {
            if (status.equals(RUNNING)) {
                owned = true;
            } else if (ExecutionSearch.STATUSES.contains(status)) {
                statuses.add(status);
            } else {
                throw Problem.badRequest("There is no status '" + shown(status) + "'. There are " + RUNNING + ", "
                                + String.join(", ", new TreeSet<>(ExecutionSearch.STATUSES)) + ".")
                        .exception();
            }
        }
        ExecutionSearch search = new ExecutionSearch(
                text("job").orElse(null), statuses, owned, text("node").orElse(null), time("since"), time("until"));
        return json(monitor.executions(search, after(), limit()));
    }

    @GET
    @Path("/{id}")
    public Response execution(@PathParam("id") String id) {
        only();
        long executionId = idOf("execution", id);
        return json(monitor.detail(executionId).orElseThrow(() -> noSuchExecution(executionId)));
    }

    private static ProblemException noSuchExecution(long executionId) {
        return Problem.notFound("execution", "There is no execution " + executionId + ".")
                .exception();
    }

    private View.Execution known(String id) {
        long executionId = idOf("execution", id);
        return monitor.execution(executionId).orElseThrow(() -> noSuchExecution(executionId));
    }

    /** Of another application's, the change itself is refused, and on record. */
    private long changeable(String id) {
        long executionId = idOf("execution", id);
        return repository.get().refused().refusalOf(executionId).isPresent()
                ? executionId
                : known(id).id();
    }

    @GET
    @Path("/{id}/definition")
    @Produces({MediaType.TEXT_XML, MediaType.APPLICATION_JSON})
    public Response definition(@PathParam("id") String id) {
        only();
        View.Execution execution = known(id);
        require(Role.OPERATOR, "see the definition of execution " + execution.id());
        String xml = repository
                .get()
                .recorded()
                .definition(execution.id())
                .orElseThrow(() -> Problem.notFound(
                                "definition",
                                "The definition that execution " + execution.id() + " ran is not recorded.")
                        .exception());
        return Response.ok(xml, MediaType.TEXT_XML_TYPE.withCharset("UTF-8")).build();
    }

    @GET
    @Path("/{id}/steps/{step}/stacktrace")
    @Produces({MediaType.TEXT_PLAIN, MediaType.APPLICATION_JSON})
    public Response stackTrace(@PathParam("id") String id, @PathParam("step") String step) {
        only();
        View.Execution execution = known(id);
        long stepId = idOf("step execution", step);
        require(Role.OPERATOR, "see the stack trace of execution " + execution.id());
        String trace = repository
                .get()
                .recorded()
                .stackTrace(execution.id(), stepId)
                .orElseThrow(() -> Problem.notFound(
                                "stack-trace",
                                "Step execution " + stepId + " of execution " + execution.id() + " has no stack trace.")
                        .exception());
        return Response.ok(trace, MediaType.TEXT_PLAIN_TYPE.withCharset("UTF-8"))
                .build();
    }

    @GET
    @Path("/{id}/log")
    @Produces(MediaType.TEXT_PLAIN)
    public Response log(@PathParam("id") String id) throws IOException {
        only("lines", "follow");
        if (flag("follow")) {
            throw Problem.badRequest("To follow a log, accept text/event-stream.")
                    .exception();
        }
        Part last = lastLines(known(id), number("lines", 1, MOST_LINES, USUAL_LINES));
        StringBuilder text = new StringBuilder();
        if (last.before() == Before.DROPPED) {
            text.append("(earlier lines were dropped: the log had reached its limit)\n");
        }
        last.lines().forEach(line -> text.append(line).append('\n'));
        return Response.ok(text.toString(), MediaType.TEXT_PLAIN_TYPE.withCharset("UTF-8"))
                .build();
    }

    @GET
    @Path("/{id}/log")
    @Produces(MediaType.SERVER_SENT_EVENTS + ";qs=0.5") // who accepts anything gets text
    public void follow(
            @PathParam("id") String id,
            @Context SseEventSink sink,
            @Context Sse sse,
            @HeaderParam("Last-Event-ID") @Nullable String lastEventId)
            throws IOException {
        only("lines", "follow");
        View.Execution execution = known(id);
        Part last = lastLines(execution, number("lines", 1, MOST_LINES, USUAL_LINES));
        boolean back = lastEventId != null && lastEventId.matches("\\d{1,18}");
        streams.follow(
                sink,
                sse,
                IoThread.ofThisRequest(),
                execution.id(),
                back ? Long.parseLong(lastEventId) : last.next(),
                back ? null : last);
    }

    private Part lastLines(View.Execution execution, int lines) throws IOException {
        require(Role.OPERATOR, "see the log of execution " + execution.id());
        Optional<ExecutionLogs> logs = repository.get().server().logs();
        Optional<Part> last = logs.isEmpty() ? Optional.empty() : logs.get().last(execution.id(), lines);
        return last.orElseThrow(() -> noLog(execution));
    }

    private ProblemException noLog(View.Execution execution) {
        String here = repository.get().thisNode().node().map(NodeIdentity::name).orElse("");
        String node = execution.node();
        if (node == null || node.equals(here)) {
            return Problem.notFound("log", "There is no log of execution " + execution.id() + " (any more).")
                    .exception();
        }
        return new Problem(
                        "urn:reprise:log-elsewhere",
                        "The log is elsewhere",
                        Response.Status.NOT_FOUND.getStatusCode(),
                        "Execution " + execution.id() + " ran on node " + node
                                + ", and its log is there. Ask that node.",
                        null,
                        execution.id(),
                        node,
                        null,
                        null)
                .exception();
    }

    @POST
    @Path("/{id}/stop")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response stop(@PathParam("id") String id, InputStream body) {
        only();
        Json.read(body, Nothing.class);
        long executionId = changeable(id);
        onBehalf(() -> {
            operations.stop(executionId);
            return Boolean.TRUE;
        });
        return answer(Response.Status.ACCEPTED, executionId);
    }

    @POST
    @Path("/{id}/abandon")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response abandon(@PathParam("id") String id, InputStream body) {
        only();
        Json.read(body, Nothing.class);
        long executionId = changeable(id);
        onBehalf(() -> {
            operations.abandon(executionId);
            return Boolean.TRUE;
        });
        return answer(Response.Status.OK, executionId);
    }

    private Response answer(Response.Status status, long executionId) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8"))
                .entity(Json.write(monitor.execution(executionId).orElseThrow(() -> noSuchExecution(executionId))))
                .build();
    }

    /** A body without fields. */
    record Nothing() {}

    /** The body of a restart. */
    record Restart(
            @JsonProperty("nonIdentifying") @Nullable Map<String, @Nullable String> nonIdentifying,
            @JsonProperty("wait") @Nullable Integer waitSeconds,
            @JsonProperty("acceptDefinition") @Nullable String acceptDefinition,
            @JsonProperty("startAnew") @Nullable List<String> startAnew) {

        Map<String, String> changed() {
            Map<String, String> changed = new TreeMap<>();
            if (nonIdentifying != null) {
                nonIdentifying
                        .entrySet()
                        .forEach(parameter -> changed.put(
                                JobParameters.NON_IDENTIFYING_MARK + JobsResource.name(parameter.getKey()),
                                JobsResource.value(parameter)));
            }
            if (acceptDefinition != null) {
                changed.put(WaysOut.ACCEPT_DEFINITION, acceptDefinition);
            }
            if (startAnew != null && !startAnew.isEmpty()) {
                changed.put(WaysOut.START_ANEW, String.join(",", startAnew));
            }
            return changed;
        }
    }

    @POST
    @Path("/{id}/restart")
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> restart(@PathParam("id") String id, InputStream body) {
        only();
        Restart restart = Json.read(body, Restart.class);
        int wait = JobsResource.seconds(restart.waitSeconds());
        Map<String, String> changed = restart.changed();
        long executionId = changeable(id);
        return JobsResource.launched(
                monitor, waits, base(), wait, () -> onBehalf(() -> launcher.restart(executionId, changed)));
    }
}
