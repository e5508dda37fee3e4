package dev.reprise.web;

import dev.reprise.access.Access;
import dev.reprise.access.AccessDeniedException;
import dev.reprise.access.Caller;
import dev.reprise.internal.engine.Recorded;
import dev.reprise.internal.engine.ThisNode;
import dev.reprise.launch.JobLauncher;
import dev.reprise.launch.LaunchRequest;
import dev.reprise.state.Dispatch;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.StepFailure;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /launch}, for cron and enterprise schedulers: form fields {@code job}, {@code wait} (seconds; 0, the
 * default, does not wait) and the job's parameters; {@value Dispatch#PARAMETER} lets any node run it. Answers in plain text, one line for the execution or one for each
 * fault:
 *
 * <ul>
 *   <li>201 started (or restarted), 200 COMPLETED within the wait, 202 still running after it
 *   <li>400 bad parameters, all of them named; 403 sent by another site's page; 404 no such job; 409 refused
 *   <li>500 ended otherwise within the wait: the failed steps and their messages. The same request restarts it.
 *   <li>503 with {@code Retry-After}: too many wait, and nothing was launched
 * </ul>
 *
 * It stands behind the {@link Gate}.
 */
public final class LaunchServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = System.getLogger(LaunchServlet.class.getName());

    private static final String JOB = "job";
    private static final String WAIT = "wait";
    private static final int LONGEST_WAIT_SECONDS = 3600;

    private static String usage(HttpServletRequest request) {
        return USAGE.formatted(request.getContextPath() + request.getServletPath());
    }

    private static final String USAGE = "POST the form fields job=<job>, wait=<seconds> (0 to " + LONGEST_WAIT_SECONDS
            + ", default 0) and the job's parameters; " + Dispatch.PARAMETER
            + "=true lets any node of the application run it. For example:\n"
            + "curl -u operator -d job=flight-performance -d month=2001-01 -d wait=60 http://localhost:8080%s\n";

    private final transient JobLauncher launcher;
    private final transient Supplier<Recorded> recorded;
    private final transient Supplier<ThisNode> node;
    private final transient Waits waits;

    @Inject
    public LaunchServlet(JobLauncher launcher, Supplier<Recorded> recorded, Supplier<ThisNode> node, Waits waits) {
        this.launcher = launcher;
        this.recorded = recorded;
        this.node = node;
        this.waits = waits;
    }

    /** A field that cannot be understood. */
    private static final class BadRequest extends Exception {

        private static final long serialVersionUID = 1L;

        BadRequest(String message) {
            super(message);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Allow", "POST");
        answer(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, usage(request));
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (isFromAnotherSite(request)) {
            answer(response, HttpServletResponse.SC_FORBIDDEN, "A page of another site may not launch jobs.\n");
            return;
        }
        Principal principal = request.getUserPrincipal();
        if (principal == null) {
            NotLoggedIn.plain(response, false, null);
            return;
        }
        try {
            Map<String, List<String>> fields = Form.of(request).fields();
            int wait = wait(field(fields, WAIT, "0"));
            LaunchRequest launch = launch(fields);
            Caller caller = Caller.of(principal.getName(), request.getRemoteAddr(), request::isUserInRole);
            if (wait == 0) {
                JobExecution started = Access.as(caller, () -> launcher.start(launch));
                answer(response, HttpServletResponse.SC_CREATED, line(started));
                return;
            }
            Optional<Waits.Place> place = waits.place();
            if (place.isEmpty()) {
                response.setHeader("Retry-After", String.valueOf(Waits.RETRY_AFTER));
                answer(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, Waits.FULL + "\n");
                return;
            }
            startAndWait(request, caller, launch, Duration.ofSeconds(wait), place.get());
        } catch (BadRequest | Form.UnreadableException e) {
            answer(response, HttpServletResponse.SC_BAD_REQUEST, e.getMessage() + "\n" + usage(request));
        } catch (AccessDeniedException e) {
            answer(response, HttpServletResponse.SC_FORBIDDEN, e.getMessage() + "\n");
        } catch (LaunchRefusedException e) {
            refused(response, e.refusal());
        }
    }

    /** The thread goes back to the server, and another one answers. */
    private void startAndWait(
            HttpServletRequest request, Caller caller, LaunchRequest launch, Duration wait, Waits.Place place) {
        try {
            long executionId = Access.as(caller, () -> launcher.start(launch)).getExecutionId();
            AsyncContext waiting = request.startAsync();
            waiting.setTimeout(0);
            place.whenEnded(executionId, wait, () -> ended(waiting, executionId));
        } catch (RuntimeException e) {
            place.close();
            throw e;
        }
    }

    boolean ended(AsyncContext waiting, long executionId) {
        try {
            ended((HttpServletResponse) waiting.getResponse(), launcher.execution(executionId));
            return true;
        } catch (IOException gone) {
            return false;
        } catch (RuntimeException | LinkageError e) { // the application goes, and its classes with it
            unknown((HttpServletResponse) waiting.getResponse(), executionId, e);
            return false;
        } finally {
            waiting.complete();
        }
    }

    private static void unknown(HttpServletResponse response, long executionId, Throwable why) {
        LOG.log(Level.WARNING, "It cannot be told how execution {0,number,#} ended: {1}", executionId, why.toString());
        try {
            response.setHeader("Retry-After", String.valueOf(Waits.RETRY_AFTER));
            answer(
                    response,
                    HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                    "execution " + executionId + " was started; how it stands cannot be told now.\n");
        } catch (IOException gone) {
            LOG.log(Level.DEBUG, "Nobody waits for execution {0,number,#} any more", executionId);
        }
    }

    private void ended(HttpServletResponse response, JobExecution execution) throws IOException {
        if (execution.getBatchStatus() == BatchStatus.STOPPED && node.get().isSuspended()) {
            response.setHeader("Retry-After", String.valueOf(Waits.RETRY_AFTER));
            answer(
                    response,
                    HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                    line(execution) + "The server stops, or the application goes; it goes on by itself afterwards.\n");
            return;
        }
        switch (execution.getBatchStatus()) {
            case COMPLETED -> answer(response, HttpServletResponse.SC_OK, line(execution));
            case STARTING, STARTED, STOPPING -> answer(response, HttpServletResponse.SC_ACCEPTED, line(execution));
            case FAILED, STOPPED, ABANDONED -> {
                StringBuilder text = new StringBuilder(line(execution));
                List<StepFailure> failures = recorded.get().failures(execution.getExecutionId());
                if (failures.isEmpty()) {
                    text.append(recorded.get().failure(execution.getExecutionId()))
                            .append('\n');
                }
                for (StepFailure failure : failures) {
                    text.append("step ")
                            .append(failure.step())
                            .append(": ")
                            .append(failure.message())
                            .append('\n');
                }
                answer(response, HttpServletResponse.SC_INTERNAL_SERVER_ERROR, text.toString());
            }
        }
    }

    private static void refused(HttpServletResponse response, Refusal refusal) throws IOException {
        if (refusal.kind() == Refusal.Kind.INVALID_PARAMETERS) {
            answer(response, HttpServletResponse.SC_BAD_REQUEST, String.join("\n", refusal.faults()) + "\n");
        } else {
            answer(response, Problem.status(refusal.kind()), refusal.message() + "\n");
        }
    }

    private static LaunchRequest launch(Map<String, List<String>> fields) throws BadRequest {
        String job = field(fields, JOB, "");
        if (job.isBlank()) {
            throw new BadRequest("The field job is missing.");
        }
        LaunchRequest launch = LaunchRequest.of(job);
        for (String name : fields.keySet()) {
            if (!name.equals(JOB) && !name.equals(WAIT)) {
                launch = launch.with(name, field(fields, name, ""));
            }
        }
        return launch;
    }

    private static String field(Map<String, List<String>> fields, String name, String otherwise) throws BadRequest {
        List<String> values = fields.get(name);
        if (values == null) {
            return otherwise;
        }
        if (values.size() > 1) {
            throw new BadRequest("The field " + Asked.shown(name) + " is given " + values.size() + " times.");
        }
        return values.get(0);
    }

    private static int wait(String value) throws BadRequest {
        if (value.matches("\\d{1,4}") && Integer.parseInt(value) <= LONGEST_WAIT_SECONDS) {
            return Integer.parseInt(value);
        }
        throw new BadRequest("The field wait is '" + Asked.shown(value) + "'; it is a number of seconds from 0 to "
                + LONGEST_WAIT_SECONDS + ".");
    }

    private static String line(JobExecution execution) {
        String status = execution.getBatchStatus().name();
        String exitStatus = execution.getExitStatus();
        String more = exitStatus == null || exitStatus.equals(status) ? "" : " (" + exitStatus + ")";
        return "execution " + execution.getExecutionId() + " " + status + more + "\n";
    }

    /** A browser on this machine can be made to send a form here by a page from anywhere. */
    private static boolean isFromAnotherSite(HttpServletRequest request) {
        if (!isAddressedToHere(request)) {
            return true;
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return true;
        }
        String origin = request.getHeader("Origin");
        return origin != null && !isHere(origin, request.getHeader("Host"));
    }

    /** A foreign name can be made to lead to this machine; on the loopback interface only its own names are meant. */
    private static boolean isAddressedToHere(HttpServletRequest request) {
        String host = String.valueOf(request.getHeader("Host")).replaceFirst(":\\d+$", "");
        boolean loopback = request.getLocalAddr().matches("127\\..*|0:0:0:0:0:0:0:1|::1");
        return !loopback || host.matches("localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1]");
    }

    private static boolean isHere(String origin, @Nullable String host) {
        try {
            return host != null && host.equals(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void answer(HttpServletResponse response, int status, String text) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }
}
