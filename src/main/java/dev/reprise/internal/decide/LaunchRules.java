package dev.reprise.internal.decide;

import dev.reprise.identity.JobParameters;
import dev.reprise.job.JobModel;
import dev.reprise.job.RecordedDefinition;
import dev.reprise.job.RecoveryPolicy;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What {@code launch} knows of a job and the repository does not: its parameter schema and its policies. */
public interface LaunchRules {

    /**
     * Judges the parameters of a launch or a restart, before anything is written (contract.md §3 row 2).
     *
     * @param job the job as its XML defines it
     * @param given as they came in, marks ({@code -name}) and the engine's own ({@code jberet.…}) included
     */
    Verdict judge(JobModel job, Properties given);

    /**
     * What becomes of an execution of a job whose node died.
     *
     * @param known the job as its XML defines it, if it ran here
     * @throws IllegalArgumentException if this deployment has no such job, or cannot read it
     */
    RecoveryPolicy recoveryOf(String jobName, @Nullable JobModel known);

    /**
     * The definition of a job as it is recorded with its executions (contract.md §8.2).
     *
     * @param job the job as its XML defines it
     */
    default RecordedDefinition definitionOf(JobModel job) {
        return RecordedDefinition.of(job, Map.of(), ref -> null);
    }

    /**
     * What the rules say of a launch.
     *
     * @param definitionFaults every error of the job's XML or parameter schema, with its file and line; if there is one,
     *     the job is refused whatever the parameters are
     * @param parameters what to run with: schema defaults added, each one identifying or not
     * @param faults every fault of the parameters, as people read it; empty if they are good
     * @param identityNone whether each start is an instance of its own (§2.6)
     * @param restartable whether the job may be restarted at all (§3 row 9)
     */
    record Verdict(
            List<String> definitionFaults,
            JobParameters parameters,
            List<String> faults,
            boolean identityNone,
            boolean restartable) {

        public Verdict {
            definitionFaults = List.copyOf(definitionFaults);
            faults = List.copyOf(faults);
        }
    }
}
