package dev.reprise.state;

import dev.reprise.job.DistributedStep;
import dev.reprise.job.RestartWay.Reach;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a launch of an identity would do now, or did: contract.md §3. */
public sealed interface LaunchDecision permits LaunchDecision.Start, LaunchDecision.Restart, Refusal {

    /** As a person reads it. */
    String message();

    /**
     * A new instance with its first execution (§3 row 3).
     *
     * @param message as a person reads it
     * @param parameters what it would run with, by name
     * @param distributed the steps whose partitions any node may run, in the order of the job's XML
     */
    record Start(String message, List<EffectiveParameter> parameters, List<DistributedStep> distributed)
            implements LaunchDecision {
        public Start {
            parameters = List.copyOf(parameters);
            distributed = List.copyOf(distributed);
        }
    }

    /**
     * A new execution of an instance whose last one failed or was stopped (§3 row 10).
     *
     * @param executionId the execution that is restarted
     * @param steps what becomes of the steps of the job, in the order of its XML
     * @param changes what of the job's definition is not as it was when that execution ran, and does no harm or is accepted
     * @param parameters what it would run with, by name
     * @param distributed the steps that may run whose partitions any node may run, in the order of the job's XML; which of a
     *     step's partitions go on, its plan says
     * @param message as a person reads it
     */
    record Restart(
            long executionId,
            List<StepPlan> steps,
            List<String> changes,
            List<EffectiveParameter> parameters,
            List<DistributedStep> distributed,
            String message)
            implements LaunchDecision {
        public Restart {
            steps = List.copyOf(steps);
            changes = List.copyOf(changes);
            parameters = List.copyOf(parameters);
            distributed = List.copyOf(distributed);
        }
    }

    /**
     * What a restart does with a step when it comes to it.
     *
     * @param step its id
     * @param fate skipped because it is complete, resumed at its checkpoint, run from the beginning, or not started any more
     * @param reach whether the restart comes to it
     * @param checkpoint the reader's checkpoint as text, where it is resumed; for a partitioned step, what is left of it
     * @param commits how many chunks are committed already, where it is resumed
     * @param partitions of a partitioned step that is resumed, by number, unless the plan of its mapper overrides; else empty
     */
    record StepPlan(
            String step,
            Fate fate,
            Reach reach,
            @Nullable String checkpoint,
            long commits,
            List<PartitionPlan> partitions) {
        public StepPlan {
            partitions = List.copyOf(partitions);
        }
    }

    /**
     * What a restart does with a partition of a step that is resumed.
     *
     * @param number from 0
     * @param fate skipped because it is complete, resumed at its checkpoint, or run from the beginning
     * @param checkpoint the reader's checkpoint as text, where it is resumed
     */
    record PartitionPlan(int number, Fate fate, @Nullable String checkpoint) {}

    /** What a restart does with a step. */
    enum Fate {
        /** It is complete, and does not run again. */
        SKIP,
        /** It goes on at its checkpoint, or with its partitions that are not complete. */
        RESUME,
        /** It runs from its beginning. */
        RUN,
        /** It has started as often as its start-limit allows, so that it fails the job. */
        AT_LIMIT
    }

    /**
     * A parameter that an execution would run with.
     *
     * @param name of the parameter
     * @param value as people may see it
     * @param identifying whether it identifies the instance
     * @param secret whether its value is masked
     * @param source why it has that value
     * @param before the value that the execution before had, as people may see it, where the request gives another one
     */
    record EffectiveParameter(
            String name,
            String value,
            boolean identifying,
            boolean secret,
            Source source,
            @Nullable String before) {}

    /** Where the value of a parameter comes from. */
    enum Source {
        /** The request gives it. */
        GIVEN,
        /** The request does not give it, and the execution before had it. */
        CARRIED,
        /** Nobody has ever given it: the default of the job's schema. */
        DEFAULT
    }
}
