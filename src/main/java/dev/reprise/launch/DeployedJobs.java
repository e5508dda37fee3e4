package dev.reprise.launch;

import dev.reprise.internal.engine.EngineOperator;
import dev.reprise.job.JobDefinition;
import dev.reprise.job.JobModel;
import dev.reprise.lint.Finding;
import dev.reprise.lint.JobLinter.Report;
import dev.reprise.log.OneLine;
import dev.reprise.parameters.InvalidSchemaException;
import dev.reprise.parameters.ParameterSchema;
import dev.reprise.state.Refusal;
import dev.reprise.state.Refusal.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The jobs of this deployment: which there are, what each is. Job XML is fixed when it is deployed, so each is read once. */
final class DeployedJobs {

    private static final int LONGEST_NAME = 100;

    private final Map<String, JobModel> read = new ConcurrentHashMap<>();
    private final Map<String, DeployedJob> described = new ConcurrentHashMap<>();

    /** Why a job cannot be launched that the deployment does not have; null if it has it. */
    static @Nullable Refusal noSuchJob(String job) {
        if (EngineOperator.isKnown(job)) {
            return null;
        }
        Set<String> known = EngineOperator.jobNames();
        if (known.contains(job)) {
            return null;
        }
        return new Refusal(
                Kind.NO_SUCH_JOB,
                job,
                null,
                null,
                null,
                List.of(),
                "This deployment has no job '" + OneLine.of(job, LONGEST_NAME) + "'; it has " + String.join(", ", known)
                        + ".");
    }

    /** The one that a launch would run. */
    JobModel launched(String name) {
        JobModel started = EngineOperator.started(name);
        return started == null ? read.computeIfAbsent(name, EngineOperator::read) : started;
    }

    /** A job as it is deployed, or empty if the deployment has no job of that name. */
    Optional<DeployedJob> find(String job) {
        DeployedJob known = described.get(job);
        if (known != null) {
            return Optional.of(known);
        }
        // Names that no job has are not kept: anybody may ask for any.
        Optional<DeployedJob> found = describe(job);
        found.ifPresent(one -> described.put(job, one));
        return found;
    }

    private static Optional<DeployedJob> describe(String job) {
        if (noSuchJob(job) != null) {
            return Optional.empty();
        }
        ClassLoader application = EngineOperator.classLoader();
        Optional<DeploymentRules> rules = EngineOperator.repository().rules() instanceof DeploymentRules its
                ? Optional.of(its)
                : Optional.empty();
        List<Finding> findings =
                rules.flatMap(its -> its.report(job)).map(Report::findings).orElse(List.of());
        String schema;
        try {
            schema = ParameterSchema.find(job, application)
                    .map(ParameterSchema::json)
                    .orElse(null);
        } catch (InvalidSchemaException e) {
            schema = null;
        }
        try {
            JobModel model = EngineOperator.read(job);
            JobDefinition definition = model.definition();
            boolean identityNone =
                    rules.map(its -> its.isIdentityNone(definition)).orElse(definition.identityNone());
            return Optional.of(
                    new DeployedJob(job, definition.restartable(), identityNone, model.graph(), schema, findings));
        } catch (RuntimeException unreadable) {
            // The findings say why.
            return Optional.of(new DeployedJob(job, true, false, null, schema, findings));
        }
    }
}
