package dev.reprise.web;

import dev.reprise.access.AccessDeniedException;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.state.LaunchRefusedException;
import jakarta.batch.operations.JobExecutionAlreadyCompleteException;
import jakarta.batch.operations.JobExecutionIsRunningException;
import jakarta.batch.operations.JobExecutionNotRunningException;
import jakarta.batch.operations.NoSuchJobException;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.UUID;

/** Every exception as a problem; none with a stack trace or SQL in it. */
@Provider
public final class Problems implements ExceptionMapper<Throwable> {

    private static final Logger LOG = System.getLogger(Problems.class.getName());

    @Override
    public Response toResponse(Throwable thrown) {
        if (thrown instanceof ProblemException e) {
            return e.problem().response();
        }
        if (thrown instanceof LaunchRefusedException e) {
            return Problem.of(e.refusal()).response();
        }
        if (thrown instanceof AccessDeniedException e) {
            return new Problem("denied", "Denied", Status.FORBIDDEN, String.valueOf(e.getMessage())).response();
        }
        if (thrown instanceof NoSuchJobExecutionException || thrown instanceof NoSuchJobException) {
            return Problem.notFound("execution", "There is no such execution.").response();
        }
        if (thrown instanceof JobExecutionNotRunningException) {
            return new Problem("not-running", "Not running", Status.CONFLICT, "It does not run (any more).").response();
        }
        if (thrown instanceof JobExecutionIsRunningException) {
            return new Problem("running", "Running", Status.CONFLICT, "It runs. Stop it first.").response();
        }
        if (thrown instanceof JobExecutionAlreadyCompleteException) {
            return new Problem("complete", "Complete", Status.CONFLICT, "It is complete, and stays so.").response();
        }
        if (thrown instanceof WebApplicationException e) {
            return ofHttp(e.getResponse());
        }
        if (Absence.isWhy(thrown)) {
            return Problem.busy("not-there", Absence.TITLE, Absence.DETAIL).response();
        }
        String mark = UUID.randomUUID().toString();
        LOG.log(Level.ERROR, "A request failed (" + mark + ")", thrown);
        boolean database = RepriseRepository.isDatabases(thrown);
        return new Problem(
                        database ? "database" : "error",
                        database ? "The database does not answer" : "Error",
                        database ? Status.SERVICE_UNAVAILABLE : Status.INTERNAL_SERVER_ERROR,
                        (database
                                        ? "The job repository's database did not answer as it should; try again later."
                                        : "The request failed.")
                                + " The server's log says more: look for " + mark + ".")
                .response();
    }

    private static Response ofHttp(Response response) {
        Status status = Status.fromStatusCode(response.getStatus());
        if (status == null || response.getStatus() < Status.BAD_REQUEST.getStatusCode()) {
            return response;
        }
        String detail = switch (status) {
            case NOT_FOUND ->
                "There is nothing at this address. openapi.yaml, beside the rest of the API, says what there is.";
            case METHOD_NOT_ALLOWED -> "This address does not take that method.";
            case UNSUPPORTED_MEDIA_TYPE -> "A request that changes something has the content type application/json.";
            case NOT_ACCEPTABLE -> "The answer would be application/json (or what openapi.yaml says).";
            default -> status.getReasonPhrase() + ".";
        };
        Response problem = new Problem("http", status.getReasonPhrase(), status, detail).response();
        String allow = response.getHeaderString("Allow");
        return allow == null
                ? problem
                : Response.fromResponse(problem).header("Allow", allow).build();
    }
}
