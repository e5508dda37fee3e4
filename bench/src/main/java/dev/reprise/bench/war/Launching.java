package dev.reprise.bench.war;

import jakarta.batch.runtime.JobExecution;
import java.util.Properties;

/** Another way to run a job than the job operator, if the WAR has one. */
public interface Launching {

    /** Launches the job and waits for its end. */
    JobExecution run(String job, Properties parameters);
}
