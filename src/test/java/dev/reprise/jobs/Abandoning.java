package dev.reprise.jobs;

import jakarta.annotation.Resource;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.transaction.Status;
import jakarta.transaction.UserTransaction;
import java.util.concurrent.locks.LockSupport;

/** A batchlet that leaves a transaction behind, which has taken too long. */
@Named
@Dependent
public class Abandoning extends AbstractBatchlet {

    private final StepContext step;

    @Resource
    private UserTransaction transaction;

    @Inject
    Abandoning(StepContext step) {
        this.step = step;
    }

    @Override
    public String process() throws Exception {
        transaction.setTransactionTimeout(1);
        transaction.begin();
        step.setPersistentUserData("kept");
        while (transaction.getStatus() == Status.STATUS_ACTIVE
                || transaction.getStatus() == Status.STATUS_ROLLING_BACK) {
            LockSupport.parkNanos(10_000_000);
        }
        return "LEFT";
    }
}
