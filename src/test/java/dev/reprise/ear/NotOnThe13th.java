package dev.reprise.ear;

import dev.reprise.identity.JobParameters;
import dev.reprise.launch.ParametersValidator;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** A validator in the WAR. */
@ApplicationScoped
public class NotOnThe13th implements ParametersValidator {

    @Override
    public List<String> validate(String job, JobParameters parameters) {
        String day = parameters.identifying().getOrDefault("day", "");
        return day.endsWith("-13") ? List.of("day: not on the 13th") : List.of();
    }
}
