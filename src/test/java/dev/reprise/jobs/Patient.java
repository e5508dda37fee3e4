package dev.reprise.jobs;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.wildfly.security.auth.server.SecurityDomain;
import org.wildfly.security.auth.server.SecurityIdentity;

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

    /** Asks for the exit status of who it runs as, where its time went by. */
    public static final String CALLER = "CALLER";

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final long millis;
    private final @Nullable String tells;
    private final StepContext step;

    @Inject
    Patient(
            @BatchProperty(name = "millis") String millis,
            @BatchProperty(name = "tells") @Nullable String tells,
            StepContext step) {
        this.millis = Long.parseLong(millis);
        this.tells = tells;
        this.step = step;
    }

    @Override
    public String process() throws InterruptedException {
        step.setExitStatus(ENTERED);
        if (stopped.await(millis, TimeUnit.MILLISECONDS)) {
            return INTERRUPTED;
        }
        return CALLER.equals(tells) ? caller() : WAITED;
    }

    /** As the server's security knows who this thread works for. */
    private static String caller() {
        SecurityIdentity identity = SecurityDomain.getCurrent().getCurrentSecurityIdentity();
        return identity.getPrincipal().getName() + ", may launch: "
                + identity.getRoles().contains("batch-operator");
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
