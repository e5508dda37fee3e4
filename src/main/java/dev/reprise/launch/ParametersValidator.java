package dev.reprise.launch;

import dev.reprise.identity.JobParameters;
import java.util.List;

/**
 * Says of parameters what a schema cannot: implement it as a CDI bean. Every validator of a deployment is asked on
 * every launch and restart, on the launching thread and outside any transaction of the launch.
 */
public interface ParametersValidator {

    /**
     * Judges the parameters of a launch.
     *
     * @param jobName the job that is launched; answer for the jobs that you know
     * @param parameters with schema defaults added; where the schema has found faults too, values may be of other types
     *     than it says, and what this throws then is ignored
     * @return the faults, each as a person reads it ({@code "to: lies before from"}); empty if there are none
     */
    List<String> validate(String jobName, JobParameters parameters);
}
