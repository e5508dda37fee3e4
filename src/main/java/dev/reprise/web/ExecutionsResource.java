package dev.reprise.web;

import dev.reprise.access.Role;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.JobLauncher;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.ExecutionLogs.Part;
import dev.reprise.log.MergedLog;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.operate.Operations;
import dev.reprise.operate.OtherNodes;
import dev.reprise.state.ExecutionSearch;
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
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
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
    private final OtherNodes others;

    @Inject
    public ExecutionsResource(
            Monitor monitor,
            Operations operations,
            JobLauncher launcher,
            Supplier<RepriseRepository> repository,
            LogStreams streams,
            Waits waits,
            OtherNodes others) {
        this.monitor = monitor;
        this.operations = operations;
        this.launcher = launcher;
        this.repository = repository;
        this.streams = streams;
        this.waits = waits;
        this.others = others;
    }

    @GET
    public Response executions() {
        only("job", "jobContains", "status", "node", "nodeContains", "since", "until", "limit", "after");
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
        List<String> jobs = matching("job", monitor::jobsWith);
        List<String> nodes = matching("node", monitor::nodesWith);
        ExecutionSearch search = new ExecutionSearch(
                jobs == null ? null : Set.copyOf(jobs),
                statuses,
                owned,
                nodes == null ? null : Set.copyOf(nodes),
                time("since"),
                time("until"));
        return json(new View.FoundExecutions(monitor.executions(search, after(), limit()), jobs, nodes));
    }

    /** The names that are asked for, exactly or by a part; null for any. */
    private @Nullable List<String> matching(String what, Function<String, List<String>> with) {
        Optional<String> exactly = text(what);
        Optional<String> part = text(what + "Contains");
        if (exactly.isPresent() && part.isPresent()) {
            throw Problem.badRequest("Give either " + what + " or " + what + "Contains.")
                    .exception();
        }
        if (part.isEmpty()) {
            return exactly.map(List::of).orElse(null);
        }
        List<String> names = with.apply(part.get());
        if (names.size() > ExecutionSearch.MOST_NAMES) {
            throw Problem.badRequest("'" + shown(part.get()) + "' is in the names of " + names.size() + " " + what
                            + "s; write more of it, so that it is in at most " + ExecutionSearch.MOST_NAMES + ".")
                    .exception();
        }
        return names;
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
    public CompletionStage<Response> log(@PathParam("id") String id) throws IOException {
        only("lines", "follow");
        if (flag("follow")) {
            throw Problem.badRequest("To follow a log, accept text/event-stream.")
                    .exception();
        }
        View.Execution execution = known(id);
        int lines = number("lines", 1, MOST_LINES, USUAL_LINES);
        require(Role.OPERATOR, "see the log of execution " + execution.id());
        Set<String> nodes = others.nodesOf(execution.id());
        if (nodes.size() > 1) {
            return elsewhere(() -> others.logs(execution.id(), nodes, lines), (parts, place) -> {
                if (parts.stream().allMatch(part -> part.text() == null && part.missing() == null)) {
                    throw NoLog.anywhere(execution);
                }
                return CompletableFuture.completedFuture(plain(MergedLog.of(parts, lines)));
            });
        }
        Optional<Part> here = lastLinesHere(execution, lines);
        if (here.isPresent()) {
            return CompletableFuture.completedFuture(plain(here.get().text()));
        }
        return elsewhere(
                () -> others.log(execution.id(), lines).orElseThrow(() -> NoLog.here(repository.get(), execution)),
                (text, place) -> {
                    if (text == null) {
                        throw NoLog.anywhere(execution);
                    }
                    return CompletableFuture.completedFuture(plain(text));
                });
    }

    private static Response plain(String text) {
        return Response.ok(text, MediaType.TEXT_PLAIN_TYPE.withCharset("UTF-8")).build();
    }

    /** What another node does on behalf of the caller, without a thread that waits for it. */
    private <T extends @Nullable Object> CompletionStage<Response> elsewhere(
            Supplier<CompletionStage<T>> asked, BiFunction<T, Waits.Place, CompletionStage<Response>> then) {
        Waits.Place place = waits.place()
                .orElseThrow(() -> Problem.busy("too-many-waiting", "Too many wait", Waits.FULL)
                        .exception());
        try {
            return place.whenAnswered(onBehalf(asked), answer -> then.apply(answer, place))
                    .exceptionally(new Problems()::toResponse);
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
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
        return lastLinesHere(execution, lines).orElseThrow(() -> NoLog.here(repository.get(), execution));
    }

    private Optional<Part> lastLinesHere(View.Execution execution, int lines) throws IOException {
        require(Role.OPERATOR, "see the log of execution " + execution.id());
        Optional<ExecutionLogs> logs = repository.get().server().logs();
        return logs.isEmpty() ? Optional.empty() : logs.get().last(execution.id(), lines);
    }

    @POST
    @Path("/{id}/stop")
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> stop(@PathParam("id") String id, InputStream body) {
        only();
        Json.read(body, Nothing.class);
        long executionId = changeable(id);
        if (others.isAnothers(executionId)) {
            return elsewhere(
                    () -> others.stop(executionId),
                    (stopped, place) ->
                            CompletableFuture.completedFuture(answer(Response.Status.ACCEPTED, executionId)));
        }
        onBehalf(() -> {
            operations.stop(executionId);
            return Boolean.TRUE;
        });
        return CompletableFuture.completedFuture(answer(Response.Status.ACCEPTED, executionId));
    }

    @POST
    @Path("/{id}/abandon")
    @Consumes(MediaType.APPLICATION_JSON)
    public Response abandon(@PathParam("id") String id, InputStream body) {
        only();
        Json.read(body, Nothing.class);
        long executionId = changeable(id);
        onBehalf(() -> {
            if (others.isAnothers(executionId)) {
                others.abandon(executionId);
            } else {
                operations.abandon(executionId);
            }
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

    @POST
    @Path("/{id}/restart")
    @Consumes(MediaType.APPLICATION_JSON)
    public CompletionStage<Response> restart(@PathParam("id") String id, InputStream body) {
        only();
        Restart restart = Json.read(body, Restart.class);
        int wait = JobsResource.seconds(restart.waitSeconds());
        Map<String, String> changed = restart.changed();
        long executionId = changeable(id);
        if (others.isAnothers(executionId)) {
            URI base = base();
            return elsewhere(
                    () -> others.restart(executionId, changed),
                    (restarted, place) -> wait == 0
                            ? CompletableFuture.completedFuture(JobsResource.launched(monitor, base, restarted, false))
                            : place.whenEnded(
                                    restarted,
                                    Duration.ofSeconds(wait),
                                    () -> JobsResource.launched(monitor, base, restarted, true)));
        }
        return JobsResource.launched(
                monitor, waits, base(), wait, () -> onBehalf(() -> launcher.restart(executionId, changed)));
    }
}
