package dev.reprise.operate;

import dev.reprise.access.Access;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.Requests;
import dev.reprise.internal.store.Requests.Answer;
import dev.reprise.internal.store.Requests.Request;
import dev.reprise.launch.JobLauncher;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.log.ExecutionLogs.Part;
import jakarta.batch.runtime.JobExecution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Does on this node what others ask of it (contract.md §8.8), each request on behalf of who asked, as if asked here: the
 * roles are checked again, and the audit of this application has it. Not thread-safe.
 */
public final class RequestsHere {

    private static final Logger LOG = System.getLogger(RequestsHere.class.getName());

    private final RepriseRepository repository;
    private final Operations operations;
    private final JobLauncher launcher;
    private final Function<String, ClassLoader> homes;
    private final BooleanSupplier mayRestart;

    /**
     * @param homes for a job the class loader that leads to its job operator
     * @param mayRestart whether jobs may begin on this node now; else restarts are left to others
     */
    public RequestsHere(RepriseRepository repository, Function<String, ClassLoader> homes, BooleanSupplier mayRestart) {
        this.repository = repository;
        this.operations = new Operations(() -> repository);
        this.launcher = new JobLauncher();
        this.homes = homes;
        this.mayRestart = mayRestart;
    }

    /** Takes what is asked of this node now, and answers it; removes what nobody waits for any more. */
    public void answer() {
        Requests requests = repository.neighbours().requests();
        for (Request request : requests.due(mayRestart.getAsBoolean() ? "" : OtherNodes.RESTART)) {
            if (requests.take(request.id())) {
                requests.answer(request.id(), answerTo(request));
            }
        }
        requests.sweep();
    }

    private Answer answerTo(Request request) {
        Requests.Asker asker = request.asker();
        Caller caller = Caller.of(asker.user(), asker.address(), asker.roles()::contains);
        LOG.log(
                Level.DEBUG,
                "{0} of application {1} asks to {2} execution {3,number,#}",
                asker.user(),
                asker.application(),
                request.kind(),
                request.executionId());
        try {
            return Access.as(caller, () -> atHome(request.executionId(), () -> done(request, caller)));
        } catch (RuntimeException | Error e) { // whatever it is, somebody waits for an answer
            return Replies.of(e).orElseGet(() -> failed(request, e));
        }
    }

    /** The asker is told where to look: what was thrown may have in it what is nobody else's. */
    private static Answer failed(Request request, Throwable thrown) {
        String mark = UUID.randomUUID().toString();
        LOG.log(
                Level.ERROR,
                "To " + request.kind() + " execution " + request.executionId() + " for application "
                        + request.asker().application() + " failed (" + mark + ")",
                thrown);
        return Replies.failed("Its server's log says more: look for " + mark + ".");
    }

    private Answer atHome(long executionId, Supplier<Answer> work) {
        JobExecution execution = repository.getJobExecution(executionId);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (execution != null) {
            thread.setContextClassLoader(homes.apply(execution.getJobName()));
        }
        try {
            return work.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private Answer done(Request request, Caller caller) {
        long executionId = request.executionId();
        Map<String, String> details = Replies.details(request.details());
        return switch (request.kind()) {
            case OtherNodes.STOP -> {
                operations.stop(executionId);
                yield Replies.done("");
            }
            case OtherNodes.RESTART ->
                Replies.done(
                        String.valueOf(launcher.restart(executionId, details).getExecutionId()));
            case OtherNodes.LOG -> log(caller, executionId, details);
            default ->
                Replies.failed("Nothing here is called '" + request.kind()
                        + "'. It runs another version of Reprise: bring both applications to the same one.");
        };
    }

    private Answer log(Caller caller, long executionId, Map<String, String> details) {
        Access.require(caller, Role.OPERATOR, "see the log of execution " + executionId);
        int lines = Integer.parseInt(details.getOrDefault(OtherNodes.LINES, "1000"));
        Optional<ExecutionLogs> logs = repository.server().logs();
        try {
            Optional<Part> last = logs.isEmpty() ? Optional.empty() : logs.get().last(executionId, lines);
            return last.map(part -> Replies.done(part.text())).orElseGet(Replies::noLog);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
