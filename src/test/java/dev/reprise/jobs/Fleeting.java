package dev.reprise.jobs;

import dev.reprise.identity.JobParameters;
import dev.reprise.launch.ParametersValidator;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.Dependent;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds nothing; each launch has one of its own. */
@Dependent
public class Fleeting implements ParametersValidator {

    private static final AtomicInteger MADE = new AtomicInteger();
    private static final AtomicInteger LEFT = new AtomicInteger();

    /** How many there were so far. */
    public static int made() {
        return MADE.get();
    }

    /** How many of them are still there. */
    public static int left() {
        return LEFT.get();
    }

    @PostConstruct
    void make() {
        MADE.incrementAndGet();
        LEFT.incrementAndGet();
    }

    @PreDestroy
    void destroy() {
        LEFT.decrementAndGet();
    }

    @Override
    public List<String> validate(String jobName, JobParameters parameters) {
        return List.of();
    }
}
