package dev.reprise.web;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.reprise.monitor.Monitor;
import dev.reprise.monitor.View;
import dev.reprise.state.Refusal;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An error as the API tells it (RFC 9457).
 *
 * @param type a URN that programs can go by
 * @param detail what, which, and what to do next
 * @param executionId the execution in the way
 * @param acceptance what accepts exactly the change of a definition that is refused
 */
record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable Long jobInstanceId,
        @Nullable Long executionId,
        @Nullable String node,
        @Nullable List<View.Fault> faults,
        @Nullable String acceptance) {

    private static final String URN = "urn:reprise:";

    private static final int UNPROCESSABLE = 422;

    Problem(String type, String title, Status status, String detail) {
        this(URN + type, title, status.getStatusCode(), detail, null, null, null, null, null);
    }

    static Problem badRequest(String detail) {
        return new Problem("bad-request", "Bad request", Status.BAD_REQUEST, detail);
    }

    static Problem notFound(String what, String detail) {
        return new Problem("no-such-" + what, "Not found", Status.NOT_FOUND, detail);
    }

    /** Not now. */
    static Problem busy(String type, String title, String detail) {
        return new Problem(type, title, Status.SERVICE_UNAVAILABLE, detail);
    }

    /** Why a launch or restart does not happen. */
    static Problem of(Refusal refusal) {
        String kind = refusal.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        boolean faulty = !refusal.faults().isEmpty();
        return new Problem(
                URN + "refusal:" + kind,
                title(refusal),
                status(refusal.kind()),
                refusal.message(),
                refusal.instanceId(),
                refusal.executionId(),
                refusal.node(),
                faulty ? Monitor.faults(refusal.faults()) : null,
                refusal.acceptance());
    }

    private static String title(Refusal refusal) {
        String words = refusal.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /** The status that HTTP has for a refusal. */
    static int status(Refusal.Kind kind) {
        return switch (kind) {
            case NO_SUCH_JOB -> Status.NOT_FOUND.getStatusCode();
            case INVALID_PARAMETERS -> UNPROCESSABLE;
            case NODE_UNAVAILABLE -> Status.SERVICE_UNAVAILABLE.getStatusCode();
            case INVALID_JOB,
                    OTHER_APPLICATION,
                    ALREADY_RUNNING,
                    ALREADY_COMPLETE,
                    ABANDONED,
                    UNKNOWN_STATE,
                    NOT_RESTARTABLE,
                    DEFINITION_CHANGED,
                    RESTART_INSTEAD,
                    NOT_THE_LAST -> Status.CONFLICT.getStatusCode();
        };
    }

    Response response() {
        return Response.status(status)
                .type(new MediaType("application", "problem+json", "UTF-8"))
                .header("Retry-After", status == Status.SERVICE_UNAVAILABLE.getStatusCode() ? Waits.RETRY_AFTER : null)
                .entity(Json.write(this))
                .build();
    }

    @JsonIgnore
    ProblemException exception() {
        return new ProblemException(this);
    }
}
