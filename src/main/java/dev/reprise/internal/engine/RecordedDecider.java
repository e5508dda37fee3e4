package dev.reprise.internal.engine;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Decider;
import jakarta.batch.runtime.StepExecution;
import jakarta.batch.runtime.context.JobContext;
import jakarta.inject.Inject;
import org.jberet.job.model.RefArtifact;
import org.jberet.runtime.context.JobContextImpl;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the decider of each decision and records what that decides. The engine makes it, as any artifact; public
 * for the engine only.
 */
public final class RecordedDecider implements Decider {

    static final String DECISION = "reprise.decision";

    @Inject
    private JobContext jobContext;

    @Inject
    @BatchProperty(name = DECISION)
    private String decision;

    @Override
    public @Nullable String decide(StepExecution[] executions) throws Exception {
        JobContextImpl job = (JobContextImpl) jobContext;
        RepriseRepository repository = (RepriseRepository) job.getJobRepository();
        RefArtifact decider = repository.running().decider(job.getExecutionId(), decision);
        Decider real = null;
        try {
            real = job.createArtifact(decider.getRef(), null, decider.getProperties());
            String exitStatus = real.decide(executions);
            repository.stepEnds().decided(job.getExecutionId(), decision, exitStatus);
            return exitStatus;
        } catch (Exception | Error e) {
            repository.running().cannotDecide(job.getExecutionId(), decision, e);
            throw e;
        } finally {
            job.destroyArtifact(real);
        }
    }
}
