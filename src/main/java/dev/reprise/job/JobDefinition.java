package dev.reprise.job;

import dev.reprise.job.JobGraph.Node;
import dev.reprise.log.Shown;
import jakarta.batch.operations.BatchRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jberet.job.model.Job;
import org.jberet.job.model.Properties;

/**
 * What the rules of launching and the consoles need to know of a job's XML.
 *
 * @param name the id of the job
 * @param restartable false if the XML says {@code restartable="false"}
 * @param identityNone whether each start is a new instance (contract.md §2.6)
 * @param recovery what becomes of an execution whose node died (§6)
 * @param steps all steps in document order, also those inside flows and splits, without abstract ones
 */
public record JobDefinition(
        String name, boolean restartable, boolean identityNone, RecoveryPolicy recovery, List<StepDefinition> steps) {

    /** The job property that switches identity off: {@code <property name="reprise.identity" value="none"/>}. */
    static final String IDENTITY = "reprise.identity";

    public JobDefinition {
        steps = List.copyOf(steps);
    }

    /**
     * Reads the XML of a job.
     *
     * @param name of its file, without {@code .xml}
     * @param application where {@code META-INF/batch-jobs} is
     * @return empty if there is no such file
     * @throws IllegalArgumentException if it cannot be read, or as {@link #of} says
     */
    public static Optional<JobDefinition> find(String name, ClassLoader application) {
        JobFiles files = new JobFiles(application);
        try {
            return files.bytes(name) == null ? Optional.empty() : Optional.of(of(files.load(name)));
        } catch (IOException | BatchRuntimeException e) {
            throw new IllegalArgumentException("the XML of job '" + Shown.text(name) + "' cannot be read", e);
        }
    }

    /** A job property {@code reprise.…} has a value that makes no sense. */
    public static final class InvalidPropertyException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        private final String property;

        InvalidPropertyException(Job job, String property, String value, String write) {
            super("job '" + Shown.text(job.getId()) + "': its property '" + property + "' is " + Shown.value(value)
                    + ". Write " + write);
            this.property = property;
        }

        public String property() {
            return property;
        }
    }

    /**
     * Reads the engine's model of a job, whose inheritance is resolved.
     *
     * @throws IllegalArgumentException if one of its properties {@code reprise.…} has a value that makes no sense
     */
    public static JobDefinition of(Job job) {
        List<StepDefinition> steps = JobGraph.of(job).nodes().stream()
                .map(Node::step)
                .filter(Objects::nonNull)
                .toList();
        return new JobDefinition(
                job.getId(), job.getRestartableBoolean(), identityNone(job), RecoveryPolicy.of(job, steps), steps);
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
                throw new InvalidPropertyException(
                        job,
                        IDENTITY,
                        value,
                        "'none' (each start is a new instance) or 'parameters' (the same parameters are the same"
                                + " instance), or leave it out, which means 'parameters'");
        };
    }
}
