package dev.reprise.web;

import dev.reprise.internal.engine.ThisNode;
import dev.reprise.launch.JobLauncher;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Whether this node takes launches, for what distributes requests among nodes: 200, or 503 while it is being deployed or
 * stopped or has lost its database. Says nothing else, asks nobody's name, and asks no database.
 */
final class Health extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient Supplier<ThisNode> node;

    @Inject
    Health(Supplier<ThisNode> node) {
        this.node = node;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean up = isUp();
        response.setStatus(up ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setContentType("text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getOutputStream().write((up ? "up\n" : "down\n").getBytes(StandardCharsets.UTF_8));
    }

    private boolean isUp() {
        try {
            ThisNode here = node.get();
            return JobLauncher.isOperatorUp()
                    && !here.isSuspended()
                    && here.node().isPresent();
        } catch (RuntimeException absent) {
            return false;
        }
    }
}
