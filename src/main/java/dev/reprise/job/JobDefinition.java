package dev.reprise.job;

import dev.reprise.job.JobGraph.Node;
import java.util.List;
import java.util.Objects;
import org.jberet.job.model.Job;
import org.jberet.job.model.Properties;

/**
 * What the rules of launching and the consoles need to know of a job's XML.
 *
 * @param name the id of the job
 * @param restartable false if the XML says {@code restartable="false"}
 * @param identityNone whether each start is a new instance (semantics.md §2.6)
 * @param steps all steps in document order, also those inside flows and splits, without abstract ones
 */
public record JobDefinition(String name, boolean restartable, boolean identityNone, List<StepDefinition> steps) {

    /** The job property that switches identity off: {@code <property name="reprise.identity" value="none"/>}. */
    static final String IDENTITY = "reprise.identity";

    public JobDefinition {
        steps = List.copyOf(steps);
    }

    /**
     * Reads the engine's model of a job, whose inheritance is resolved.
     *
     * @throws IllegalArgumentException if {@code reprise.identity} is neither {@code none} nor {@code parameters}
     */
    public static JobDefinition of(Job job) {
        List<StepDefinition> steps = JobGraph.of(job).nodes().stream()
                .map(Node::step)
                .filter(Objects::nonNull)
                .toList();
        return new JobDefinition(job.getId(), job.getRestartableBoolean(), identityNone(job), steps);
    }

    private static boolean identityNone(Job job) {
        Properties properties = job.getProperties();
        if (properties == null || !properties.getNameValues().containsKey(IDENTITY)) {
            return false;
        }
        String value = String.valueOf(properties.get(IDENTITY));
        return switch (value) {
            case "none" -> true;
            case "parameters" -> false;
            default ->
                throw new IllegalArgumentException("job '" + Shown.text(job.getId()) + "': its property '"
                        + IDENTITY + "' is " + Shown.value(value) + ". Write 'none' (each start is a new instance) or"
                        + " 'parameters' (the same parameters are the same instance), or leave it out, which means"
                        + " 'parameters'");
        };
    }
}
