package dev.reprise.jobs;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
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

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final long millis;

    @Inject
    Patient(@BatchProperty(name = "millis") String millis) {
        this.millis = Long.parseLong(millis);
    }

    @Override
    public String process() throws InterruptedException {
        return stopped.await(millis, TimeUnit.MILLISECONDS) ? INTERRUPTED : WAITED;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
