package dev.reprise.guest;

import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.context.Dependent;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Properties;
import java.util.UUID;

/** Starts the job, and says how it ended. */
@Dependent
@Path("jobs")
@Produces(MediaType.TEXT_PLAIN)
public class JobsResource {

    @POST
    public String start() {
        Properties parameters = new Properties();
        parameters.setProperty("run", UUID.randomUUID().toString());
        return String.valueOf(BatchRuntime.getJobOperator().start("guest", parameters));
    }

    @GET
    @Path("{execution}")
    public String state(@PathParam("execution") long execution) {
        JobExecution state = BatchRuntime.getJobOperator().getJobExecution(execution);
        return state.getBatchStatus() + " " + state.getExitStatus();
    }
}
