package dev.reprise.operate;

import dev.reprise.internal.store.AuditLog;
import dev.reprise.launch.JobLauncher;
import dev.reprise.state.AuditEntry;
import jakarta.batch.api.listener.AbstractStepListener;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.context.JobContext;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.function.Supplier;

/** The job {@code reprise-purge}: says in the log, in the audit and as the job's exit status what it has done. */
@Dependent
@Named("reprisePurgeReport")
@Typed(PurgeReport.class)
class PurgeReport extends AbstractStepListener {

    private static final Logger LOG = System.getLogger(PurgeReport.class.getName());

    private final JobLauncher launcher;
    private final Supplier<AuditLog> audit;
    private final JobContext job;
    private final StepContext step;

    @Inject
    PurgeReport(JobLauncher launcher, Supplier<AuditLog> audit, JobContext job, StepContext step) {
        this.launcher = launcher;
        this.audit = audit;
        this.job = job;
        this.step = step;
    }

    @Override
    public void afterStep() {
        if (!(step.getTransientUserData() instanceof Purge purge)) {
            return;
        }
        String text = purge.summary().text();
        LOG.log(Level.INFO, "The purge {0}", text);
        boolean failed = step.getException() != null || step.getBatchStatus() == BatchStatus.FAILED;
        if (!failed) {
            job.setExitStatus(text);
        }
        if (!purge.summary().isDryRun()) {
            audit.get()
                    .append(new AuditEntry(
                            0,
                            Instant.EPOCH,
                            launcher.submitterOf(job.getExecutionId()).orElse("(the server)"),
                            null,
                            "purge",
                            job.getJobName(),
                            job.getInstanceId(),
                            job.getExecutionId(),
                            failed ? "failed" : "done",
                            text));
        }
    }
}
