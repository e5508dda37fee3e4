package dev.reprise.bench.bulk;

import dev.reprise.bench.war.Launching;
import dev.reprise.launch.JobLauncher;
import jakarta.batch.runtime.JobExecution;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Launches as an application does that has Reprise's launcher injected. */
@ApplicationScoped
public class JobLauncherLaunching implements Launching {

    @Inject
    private JobLauncher launcher;

    @Override
    public JobExecution run(String job, Properties parameters) {
        Map<String, String> map = new HashMap<>();
        parameters.stringPropertyNames().forEach(name -> map.put(name, parameters.getProperty(name)));
        return launcher.run(job, map);
    }
}
