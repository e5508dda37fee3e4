package dev.reprise.internal.engine;

import jakarta.annotation.PostConstruct;
import jakarta.batch.api.listener.JobListener;
import jakarta.batch.runtime.context.JobContext;
import jakarta.inject.Inject;
import org.jberet.runtime.context.JobContextImpl;

/**
 * The first listener of every job: when the engine makes it, it sees to it that all other artifacts are attended
 * ({@link AttendedArtifacts}). The engine makes it, as any artifact; public for the engine only.
 */
public final class JobAttendant implements JobListener {

    @Inject
    private JobContext jobContext;

    @PostConstruct
    void attend() {
        JobContextImpl job = (JobContextImpl) jobContext;
        ((RepriseRepository) job.getJobRepository()).running().attend(job);
    }

    @Override
    public void beforeJob() {}

    @Override
    public void afterJob() {}
}
