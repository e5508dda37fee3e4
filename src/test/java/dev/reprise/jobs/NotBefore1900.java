package dev.reprise.jobs;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.launch.ParametersValidator;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** What the schema of the job {@code checked} cannot say. */
@ApplicationScoped
public class NotBefore1900 implements ParametersValidator {

    @Override
    public List<String> validate(String jobName, JobParameters parameters) {
        JobParameter day = parameters.byName().get("day");
        boolean tooEarly =
                jobName.equals("checked") && day != null && day.value().compareTo("1900") < 0;
        return tooEarly ? List.of("day: lies before 1900") : List.of();
    }
}
