package dev.reprise.jobs;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.launch.ParametersValidator;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What the schema of the job {@code checked} cannot say. */
@ApplicationScoped
public class NotBefore1900 implements ParametersValidator {

    private static final AtomicInteger DESTROYED = new AtomicInteger();

    /** How many there were that are not any more. */
    public static int destroyed() {
        return DESTROYED.get();
    }

    @PreDestroy
    void destroy() {
        DESTROYED.incrementAndGet();
    }

    @Override
    public List<String> validate(String jobName, JobParameters parameters) {
        JobParameter day = parameters.byName().get("day");
        boolean tooEarly =
                jobName.equals("checked") && day != null && day.value().compareTo("1900") < 0;
        return tooEarly ? List.of("day: lies before 1900") : List.of();
    }
}
