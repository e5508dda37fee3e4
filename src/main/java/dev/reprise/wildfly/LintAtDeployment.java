package dev.reprise.wildfly;

import dev.reprise.internal.checks.SelfTest;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.launch.DeploymentRules;
import dev.reprise.lint.Finding;
import dev.reprise.lint.Finding.Severity;
import jakarta.annotation.Resource;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Judges all job XMLs when the deployment is up, and logs each finding once. The deployment goes on whatever is found; a
 * launch of a job that has errors is refused.
 */
@ApplicationScoped
class LintAtDeployment {

    private static final Logger LOG = System.getLogger(LintAtDeployment.class.getName());

    private static final String FOLDER = "/WEB-INF/classes/META-INF/batch-jobs/";

    private final Supplier<RepriseRepository> repository;

    @Resource
    private ManagedExecutorService executor;

    @Inject
    LintAtDeployment(Supplier<RepriseRepository> repository) {
        this.repository = repository;
    }

    void deployed(@Observes @Initialized(ApplicationScoped.class) Object event) {
        try {
            Set<String> jobs = event instanceof ServletContext context ? filesOf(context) : new TreeSet<>();
            executor.execute(() -> lint(jobs));
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "Job XML is not judged at this deployment, but at each job's first launch", e);
        }
    }

    /** Those that the engine cannot read it does not list. */
    private static Set<String> filesOf(ServletContext context) {
        Set<String> jobs = new TreeSet<>();
        Set<String> files = context.getResourcePaths(FOLDER);
        if (files != null) {
            files.stream()
                    .filter(file -> file.endsWith(".xml"))
                    .map(file -> file.substring(FOLDER.length(), file.length() - ".xml".length()))
                    .forEach(jobs::add);
        }
        return jobs;
    }

    private void lint(Set<String> jobs) {
        try {
            LaunchAtStart.awaitServer(repository);
            SelfTest.run(ServerChecks.onceUp());
            jobs.addAll(BatchRuntime.getJobOperator().getJobNames()); // also those in WEB-INF/lib
            if (repository.get().rules() instanceof DeploymentRules rules) {
                jobs.forEach(job -> log(rules, job));
            }
        } catch (RuntimeException e) {
            // The deployment is going away again, or another repository is at work here: nothing depends on this.
            LOG.log(Level.DEBUG, "Job XML was not judged", e);
        }
    }

    private static void log(DeploymentRules rules, String job) {
        rules.report(job).ifPresent(report -> {
            for (Finding finding : report.findings()) {
                if (finding.severity() == Severity.ERROR) {
                    LOG.log(Level.ERROR, "Job {0} is refused until this is mended: {1}", report.job(), finding.text());
                } else {
                    LOG.log(Level.WARNING, finding.text());
                }
            }
        });
    }
}
