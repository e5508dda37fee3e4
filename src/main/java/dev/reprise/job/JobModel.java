package dev.reprise.job;

import java.util.List;
import java.util.Properties;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobFactory;
import org.jberet.job.model.PropertyResolver;
import org.jberet.spi.PropertyKey;
import org.jspecify.annotations.Nullable;

/**
 * A job as the engine has it, for rooms that need not know the engine.
 *
 * @param engines the engine's own; two of one name are equal to it, whatever they are
 */
public record JobModel(Job engines) {

    /** A parameter that the engine adds at the end of a job. */
    public static final String FILE = Job.JOB_XML_NAME;

    /** The parameter that says where a restart begins. */
    public static final String RESTART_POSITION = PropertyKey.RESTART_POSITION;

    public String name() {
        return engines.getId();
    }

    /** The name of the file that it was read from, with or without {@code .xml}. */
    public String file() {
        String file = engines.getJobXmlName();
        return file == null ? engines.getId() : file;
    }

    public JobDefinition definition() {
        return JobDefinition.of(engines);
    }

    public JobGraph graph() {
        return JobGraph.of(engines);
    }

    /** The steps whose partitions any node may run, in document order. */
    public List<DistributedStep> distributed() {
        return DistributedStep.in(engines);
    }

    /** Whether it is the same object: the engine makes one for each deployment, or for each start. */
    @SuppressWarnings("ReferenceEquality")
    public boolean isThe(JobModel other) {
        return engines == other.engines;
    }

    /**
     * A job with its expressions resolved.
     *
     * @param fault why that failed; null if it did not
     */
    public record Resolved(JobModel job, @Nullable String fault) {}

    /**
     * A copy with its expressions resolved, as the engine resolves them after an execution is recorded.
     *
     * @param parameters what cannot be resolved is quoted, also in the server's log: with no secret in it
     */
    public Resolved resolved(Properties parameters) {
        Job trial = JobFactory.cloneJob(engines);
        PropertyResolver resolver = new PropertyResolver();
        resolver.setJobParameters(parameters);
        try {
            resolver.resolve(trial);
            return new Resolved(new JobModel(trial), null);
        } catch (RuntimeException e) {
            return new Resolved(
                    new JobModel(trial),
                    "an expression #{…} in the XML of job " + name() + " cannot be resolved: " + e.getMessage());
        }
    }
}
