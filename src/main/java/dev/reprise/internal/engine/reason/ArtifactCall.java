package dev.reprise.internal.engine.reason;

import java.lang.reflect.Method;
import java.util.Locale;
import org.jberet.runtime.PartitionExecutionImpl;
import org.jberet.runtime.context.StepContextImpl;
import org.jspecify.annotations.Nullable;

/**
 * What the engine asked of an artifact.
 *
 * @param role what it is there, in words: {@code step listener}
 * @param ref by what name job XML has it
 * @param method null when it was being made
 * @param step null where it belongs to the job
 * @param partition -1 outside of partitions
 */
public record ArtifactCall(
        String role,
        String ref,
        @Nullable String method,
        @Nullable String step,
        int partition) {

    public static ArtifactCall of(String ref, @Nullable StepContextImpl step, Method method) {
        return new ArtifactCall(
                words(method.getDeclaringClass().getSimpleName()),
                ref,
                method.getName(),
                step == null ? null : step.getStepName(),
                partitionOf(step));
    }

    public static ArtifactCall made(String ref, @Nullable StepContextImpl step) {
        return new ArtifactCall("artifact", ref, null, step == null ? null : step.getStepName(), partitionOf(step));
    }

    private static int partitionOf(@Nullable StepContextImpl step) {
        return step != null && step.getStepExecution() instanceof PartitionExecutionImpl partition
                ? partition.getPartitionId()
                : -1;
    }

    /** {@code ItemReadListener} is an item read listener. */
    private static String words(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    /** As people read it: {@code step listener audit (afterStep) of step load}. */
    @Override
    public String toString() {
        String what = role + " " + ref + (method == null ? "" : " (" + method + ")");
        String where = partition < 0 ? "" : "partition " + partition + " of ";
        return step == null ? what : what + " of " + where + "step " + step;
    }
}
