package dev.reprise.state;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a launch or a restart does not happen, and what to do next (contract.md §3).
 *
 * @param kind which rule refuses
 * @param jobName the job
 * @param instanceId the instance in the way, or null if there is none
 * @param executionId the execution in the way, or null if there is none
 * @param node the name of the node that runs it, for {@link Kind#ALREADY_RUNNING}; null if it waits for one
 * @param faults one entry for each fault, for {@link Kind#INVALID_JOB} and {@link Kind#INVALID_PARAMETERS}, and one for each
 *     change, for {@link Kind#DEFINITION_CHANGED}; else empty
 * @param message what, which, and what to do next
 * @param acceptance what a restart is to be given that accepts exactly these changes, for {@link Kind#DEFINITION_CHANGED}
 */
public record Refusal(
        Kind kind,
        String jobName,
        @Nullable Long instanceId,
        @Nullable Long executionId,
        @Nullable String node,
        List<String> faults,
        String message,
        @Nullable String acceptance)
        implements LaunchDecision, Serializable {

    public Refusal {
        faults = List.copyOf(faults);
    }

    /** One that nothing can be accepted of. */
    public Refusal(
            Kind kind,
            String jobName,
            @Nullable Long instanceId,
            @Nullable Long executionId,
            @Nullable String node,
            List<String> faults,
            String message) {
        this(kind, jobName, instanceId, executionId, node, faults, message, null);
    }

    /** The rules that refuse, as the rows of §3. */
    public enum Kind {
        /** Row 1: the deployment has no such job. */
        NO_SUCH_JOB,
        /** Row 1: there is one, but its XML or its parameter schema has errors; nothing was written. */
        INVALID_JOB,
        /** Row 2: the parameters fail the job's schema or its validator; nothing was written. */
        INVALID_PARAMETERS,
        /** §8.1: the instance is another application's. */
        OTHER_APPLICATION,
        /** Row 4: it runs on a live node, or waits for one. */
        ALREADY_RUNNING,
        /** Row 6: it completed, and completes once. */
        ALREADY_COMPLETE,
        /** Row 7: somebody gave it up for good. */
        ABANDONED,
        /** Row 8: an execution in an unknown state, or unfinished without an owner; not ours to judge. */
        UNKNOWN_STATE,
        /** Row 9: the last execution failed or was stopped, and the job says that it cannot be restarted. */
        NOT_RESTARTABLE,
        /** Between rows 9 and 10 (§8.2): what is deployed is not what ran, and a restart could repeat, lose or skip work. */
        DEFINITION_CHANGED,
        /** Row 10, for a plain {@code JobOperator.start}: it can be restarted, but not started again. */
        RESTART_INSTEAD,
        /** A restart of an execution that is not the last of its instance any more. */
        NOT_THE_LAST,
        /** This node takes no launches now: its server stops, or it cannot report to the database. */
        NODE_UNAVAILABLE
    }
}
