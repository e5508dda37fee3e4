package dev.reprise.launch;

import dev.reprise.identity.JobParameters;
import dev.reprise.job.InvalidSchemaException;
import dev.reprise.job.JobDefinition;
import dev.reprise.job.ParameterFault;
import dev.reprise.job.ParameterSchema;
import dev.reprise.job.ParameterSchema.Resolution;
import dev.reprise.repository.LaunchRules;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.CDI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jberet.job.model.Job;

/** The rules of a deployment: the schemas beside its job XMLs, and its {@link ParametersValidator}s. Thread-safe. */
public final class SchemaRules implements LaunchRules {

    private final ClassLoader application;
    private final boolean identityNone;
    private final Map<String, Optional<ParameterSchema>> schemas = new ConcurrentHashMap<>();

    /**
     * @param application where {@code META-INF/batch-jobs} is
     * @param identityNone whether no job of the deployment has an identity (semantics.md §2.6)
     */
    public SchemaRules(ClassLoader application, boolean identityNone) {
        this.application = application;
        this.identityNone = identityNone;
    }

    @Override
    public Verdict judge(Job job, Properties given) {
        JobParameters parameters = new JobParameters(new TreeMap<>());
        List<String> faults = new ArrayList<>();
        boolean none = identityNone;
        boolean restartable = true;
        try {
            JobDefinition definition = JobDefinition.of(job);
            none |= definition.identityNone();
            restartable = definition.restartable();
            String file = job.getJobXmlName();
            if (!none && file != null && !file.equals(job.getId()) && !file.equals(job.getId() + ".xml")) {
                faults.add("the file of the job is called " + file + ", but its id is " + job.getId()
                        + ": a restart would not find it; give both one name");
            }
            Optional<ParameterSchema> schema = schemaOf(job.getId());
            if (schema.isPresent()) {
                Resolution resolution = schema.get().resolve(asMap(given));
                parameters = resolution.parameters();
                resolution.faults().stream().map(ParameterFault::toString).forEach(faults::add);
            } else {
                parameters = JobParameters.ofProperties(given);
            }
        } catch (InvalidSchemaException | IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
        faults.addAll(validate(job.getId(), parameters, !faults.isEmpty()));
        return new Verdict(parameters, faults, none, restartable);
    }

    private Optional<ParameterSchema> schemaOf(String jobName) {
        return schemas.computeIfAbsent(jobName, name -> ParameterSchema.find(name, application));
    }

    private static Map<String, String> asMap(Properties given) {
        Map<String, String> map = new HashMap<>();
        for (String name : given.stringPropertyNames()) {
            map.put(name, given.getProperty(name));
        }
        return map;
    }

    /**
     * @param faulty whether the schema has found faults already: a validator may then throw, and they are the reason
     */
    private static List<String> validate(String jobName, JobParameters parameters, boolean faulty) {
        Instance<ParametersValidator> validators;
        try {
            validators = CDI.current().select(ParametersValidator.class, Any.Literal.INSTANCE);
        } catch (IllegalStateException noCdiHere) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        for (Instance.Handle<ParametersValidator> handle : validators.handles()) {
            try (handle) {
                faults.addAll(handle.get().validate(jobName, parameters));
            } catch (RuntimeException e) {
                if (!faulty) {
                    throw e;
                }
            }
        }
        return faults;
    }
}
