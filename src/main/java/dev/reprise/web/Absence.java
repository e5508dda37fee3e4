package dev.reprise.web;

import dev.reprise.launch.JobLauncher;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.servlet.api.Deployment;
import io.undertow.servlet.core.ManagedFilter;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * A request that fails because the application is being deployed or undeployed has not failed: it comes at the wrong time. In
 * other people's applications this is also where what failed otherwise is said, before an error page of theirs would.
 */
final class Absence implements HttpHandler {

    private static final Logger LOG = System.getLogger(Absence.class.getName());

    static final String TITLE = "Not there";

    static final String DETAIL = "The application is being deployed or undeployed on this node; try again in a moment.";

    private static final String FAILED = "The request failed; the server's log says how.";

    /**
     * How the server's job operator, and its beans' container, begin to say that they have been stopped: by the time it is
     * heard, others may be up.
     */
    private static final List<String> STOPPED = List.of("WFLYBATCH000004", "WELD-000229");

    private final HttpHandler next;

    Absence(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        try {
            next.handleRequest(exchange);
        } catch (Exception | LinkageError e) {
            boolean wrongTime = isGoing(exchange) || isWhy(e);
            if (exchange.isResponseStarted() || (Place.of(exchange).isAll() && !wrongTime)) {
                throw e;
            }
            if (!wrongTime) {
                LOG.log(Level.ERROR, "A request to the console failed", e);
                Refused.with(exchange, StatusCodes.INTERNAL_SERVER_ERROR, "error", "Error", FAILED);
                return;
            }
            LOG.log(Level.DEBUG, "A request at the wrong time: {0}", e.toString());
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, Waits.RETRY_AFTER);
            Refused.with(exchange, StatusCodes.SERVICE_UNAVAILABLE, "not-there", TITLE, DETAIL);
        }
    }

    /** Whether an exception of a request comes from the application's absence. */
    static boolean isWhy(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            String said = String.valueOf(cause.getMessage());
            if (STOPPED.stream().anyMatch(said::startsWith)) {
                return true;
            }
        }
        return !JobLauncher.isOperatorUp();
    }

    private static boolean isGoing(HttpServerExchange exchange) {
        ServletRequestContext request = exchange.getAttachment(ServletRequestContext.ATTACHMENT_KEY);
        Deployment deployment = request.getDeployment();
        boolean filtersRun =
                deployment.getFilters().getFilters().values().stream().allMatch(ManagedFilter::isStarted);
        boolean servletRuns = request.getCurrentServlet() == null
                || request.getCurrentServlet().getManagedServlet().isStarted();
        return !filtersRun || !servletRuns;
    }
}
