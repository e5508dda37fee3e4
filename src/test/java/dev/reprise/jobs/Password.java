package dev.reprise.jobs;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.operations.JobOperator;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** A batchlet that is given a secret in each of the ways there are; its exit status says how long that is. */
@Named
@Dependent
public class Password extends AbstractBatchlet {

    private final String password;
    private final boolean failing;
    private final JobContext job;

    @Inject
    Password(
            @BatchProperty(name = "password") String password,
            @BatchProperty(name = "failing") String failing,
            JobContext job) {
        this.password = password;
        this.failing = Boolean.parseBoolean(failing);
        this.job = job;
    }

    @Override
    public String process() {
        JobOperator operator = BatchRuntime.getJobOperator();
        if (!password.equals(operator.getParameters(job.getExecutionId()).getProperty("password"))) {
            throw new IllegalStateException("the job operator gives another one");
        }
        if (failing) {
            throw new IllegalStateException("failing, as the test wants");
        }
        return "LENGTH " + password.length();
    }
}
