package dev.reprise.wildfly;

import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jboss.msc.Service;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;

/**
 * Keeps the deployment whole until its jobs have ended: a service that needs the complete deployment, so that nothing of
 * it stops before this has stopped. Without it CDI, JNDI and the batch engine itself go while jobs still run.
 */
final class HoldService implements Service {

    private final Runnable beginJobs;
    private final Runnable endJobs;
    private final Supplier<Executor> executor;

    /**
     * @param beginJobs now that all is there
     * @param endJobs returns when the jobs have ended, or have taken too long
     */
    HoldService(Runnable beginJobs, Runnable endJobs, Supplier<Executor> executor) {
        this.beginJobs = beginJobs;
        this.endJobs = endJobs;
        this.executor = executor;
    }

    @Override
    public void start(StartContext context) {
        beginJobs.run();
    }

    @Override
    public void stop(StopContext context) {
        context.asynchronous();
        executor.get().execute(() -> {
            try {
                endJobs.run();
            } finally {
                context.complete();
            }
        });
    }
}
