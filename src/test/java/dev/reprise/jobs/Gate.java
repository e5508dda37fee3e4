package dev.reprise.jobs;

import jakarta.batch.api.AbstractBatchlet;
import jakarta.batch.api.BatchProperty;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A batchlet that runs until the test opens its gate, or somebody stops it. */
@Named
@Dependent
public class Gate extends AbstractBatchlet {

    private static final Map<String, CountDownLatch> GATES = new ConcurrentHashMap<>();

    private final CountDownLatch gate;

    @Inject
    Gate(@BatchProperty(name = "gate") String name) {
        this.gate = of(name);
    }

    private static CountDownLatch of(String name) {
        return GATES.computeIfAbsent(name, any -> new CountDownLatch(1));
    }

    /** Lets the job of that gate end. */
    public static void open(String name) {
        of(name).countDown();
    }

    @Override
    public String process() throws InterruptedException {
        return gate.await(10, TimeUnit.MINUTES) ? "THROUGH" : "TIMED_OUT";
    }

    @Override
    public void stop() {
        gate.countDown();
    }
}
