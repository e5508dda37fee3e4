package dev.reprise.web;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.monitor.View;
import dev.reprise.state.NodeIdentity;
import jakarta.ws.rs.core.Response;

/** What is answered where this node has no log of an execution. */
final class NoLog {

    private NoLog() {}

    static ProblemException anywhere(View.Execution execution) {
        return Problem.notFound("log", "There is no log of execution " + execution.id() + " (any more).")
                .exception();
    }

    /** It may be on the node that ran it. */
    static ProblemException here(RepriseRepository repository, View.Execution execution) {
        String here = repository.thisNode().node().map(NodeIdentity::name).orElse("");
        String node = execution.node();
        if (node == null || (node.equals(here) && execution.application() == null)) {
            return anywhere(execution);
        }
        return new Problem(
                        "urn:reprise:log-elsewhere",
                        "The log is elsewhere",
                        Response.Status.NOT_FOUND.getStatusCode(),
                        "Execution " + execution.id() + " ran on node " + node
                                + (execution.application() == null
                                        ? ""
                                        : " of application '" + execution.application() + "'")
                                + ", and its log is there. While that node is alive it can be had without follow;"
                                + " else look into that server's folder of logs.",
                        null,
                        execution.id(),
                        node,
                        null,
                        null)
                .exception();
    }
}
