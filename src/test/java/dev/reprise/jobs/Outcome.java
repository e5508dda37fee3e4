package dev.reprise.jobs;

import dev.reprise.launch.JobLauncher;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import org.jspecify.annotations.Nullable;

/** A batchlet that ends as it is told: with an exit status (SUBMITTER: who launched it), or with an exception. */
@Named
@Dependent
public class Outcome extends AbstractBatchlet {

    private final String exitStatus;
    private final @Nullable String exception;
    private final StepContext step;
    private final JobContext job;
    private final JobLauncher launcher;

    @Inject
    Outcome(
            @BatchProperty(name = "exitStatus") String exitStatus,
            @BatchProperty(name = "exception") @Nullable String exception,
            StepContext step,
            JobContext job,
            JobLauncher launcher) {
        this.exitStatus = exitStatus;
        this.exception = exception;
        this.step = step;
        this.job = job;
        this.launcher = launcher;
    }

    @Override
    public String process() {
        step.setPersistentUserData("kept");
        if (exception != null && !exception.isEmpty()) {
            throw new IllegalStateException(exception);
        }
        return exitStatus.equals("SUBMITTER")
                ? launcher.submitterOf(job.getExecutionId()).orElse("NOBODY")
                : exitStatus;
    }
}
