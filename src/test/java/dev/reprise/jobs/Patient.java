package dev.reprise.jobs;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A batchlet that takes its time; its exit status says whether it was stopped. */
@Named
@Dependent
public class Patient extends AbstractBatchlet {

    /** The exit status if {@code stop()} was called. */
    public static final String INTERRUPTED = "INTERRUPTED";

    /** The exit status if its time went by. */
    public static final String WAITED = "WAITED";

    /** The exit status if it began and its end was not heard of. */
    private static final String ENTERED = "ENTERED";

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final long millis;
    private final StepContext step;

    @Inject
    Patient(@BatchProperty(name = "millis") String millis, StepContext step) {
        this.millis = Long.parseLong(millis);
        this.step = step;
    }

    @Override
    public String process() throws InterruptedException {
        step.setExitStatus(ENTERED);
        return stopped.await(millis, TimeUnit.MILLISECONDS) ? INTERRUPTED : WAITED;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
