package dev.reprise.internal.decide;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Text;

/** A job, what it is called in messages, and whether it may be restarted. */
public record Subject(String jobName, JobParameters parameters, boolean restartable) {

    public String label() {
        return label(jobName, parameters);
    }

    public static String label(String jobName, JobParameters parameters) {
        return Text.line(jobName + parameters);
    }
}
