package dev.reprise.launch;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.decide.LaunchRules;
import dev.reprise.job.JobDefinition;
import dev.reprise.job.JobModel;
import dev.reprise.job.RecordedDefinition;
import dev.reprise.job.RecoveryPolicy;
import dev.reprise.lint.Finding;
import dev.reprise.lint.JobLinter;
import dev.reprise.lint.JobLinter.Report;
import dev.reprise.parameters.InvalidSchemaException;
import dev.reprise.parameters.ParameterFault;
import dev.reprise.parameters.ParameterSchema;
import dev.reprise.parameters.ParameterSchema.Resolution;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.AmbiguousResolutionException;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a deployment: its job XMLs, the schemas beside them, and its {@link ParametersValidator}s. Job XML is
 * fixed when it is deployed, so each is judged once. Thread-safe.
 */
public final class DeploymentRules implements LaunchRules {

    private final ClassLoader application;
    private final boolean identityNone;
    private final @Nullable JobLinter linter;
    private final Map<String, Optional<ParameterSchema>> schemas = new ConcurrentHashMap<>();
    private final Map<String, Optional<Report>> reports = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Integer>> lines = new ConcurrentHashMap<>();
    private final Map<String, Optional<Class<?>>> artifacts = new ConcurrentHashMap<>();
    private final Map<String, RecoveryPolicy> policies = new ConcurrentHashMap<>();
    private final Supplier<List<BeanManager>> beans;
    private volatile @Nullable List<Instance<ParametersValidator>> validators;

    /**
     * @param application where {@code META-INF/batch-jobs} is
     * @param identityNone whether no job of the deployment has an identity (contract.md §2.6)
     * @param linter judges the jobs of the same application; null to take job XML as the engine does
     */
    public DeploymentRules(ClassLoader application, boolean identityNone, @Nullable JobLinter linter) {
        this(application, identityNone, linter, DeploymentRules::beansHere);
    }

    /**
     * @param beans know the validators: of an EAR, one for each module; none where there is no CDI
     */
    public DeploymentRules(
            ClassLoader application,
            boolean identityNone,
            @Nullable JobLinter linter,
            Supplier<List<BeanManager>> beans) {
        this.beans = beans;
        this.application = application;
        this.identityNone = identityNone;
        this.linter = linter;
    }

    /**
     * What is found in a job's XML. Where the job has no identity, by the deployment's configuration or its own
     * property, it runs as the engine takes it: its errors are warnings then.
     *
     * @param jobXmlName the name of its file, with or without {@code .xml}
     * @return empty if the deployment has no such file
     */
    public Optional<Report> report(String jobXmlName) {
        JobLinter judge = linter;
        if (judge == null) {
            return Optional.empty();
        }
        return reports.computeIfAbsent(
                jobXmlName,
                name -> judge.report(name)
                        .map(report -> identityNone || report.identityNone() ? report.asWarnings() : report));
    }

    /** Whether each start of a job is a new instance: because the deployment says so for all, or the job for itself. */
    boolean isIdentityNone(JobDefinition definition) {
        return identityNone || definition.identityNone();
    }

    @Override
    public Verdict judge(JobModel job, Properties given) {
        List<String> definitionFaults = new ArrayList<>(errorsOf(job));
        JobParameters parameters = new JobParameters(new TreeMap<>());
        List<String> faults = new ArrayList<>();
        boolean none = identityNone;
        boolean restartable = true;
        try {
            JobDefinition definition = job.definition();
            none = isIdentityNone(definition);
            restartable = definition.restartable();
            Optional<ParameterSchema> schema = schemaOf(job.name());
            if (schema.isPresent()) {
                Resolution resolution = schema.get().resolve(asMap(given));
                parameters = resolution.parameters();
                resolution.faults().stream().map(ParameterFault::toString).forEach(faults::add);
            } else {
                parameters = parametersOf(given, faults);
            }
        } catch (InvalidSchemaException | IllegalArgumentException e) {
            // Also without an identity: nobody could say what a launch of it is.
            if (definitionFaults.isEmpty()) {
                definitionFaults.add(String.valueOf(e.getMessage()));
            }
        }
        if (definitionFaults.isEmpty()) {
            faults.addAll(validate(job.name(), parameters, !faults.isEmpty()));
        }
        return new Verdict(definitionFaults, parameters, faults, none, restartable);
    }

    @Override
    public RecoveryPolicy recoveryOf(String jobName, @Nullable JobModel known) {
        if (known != null) {
            return known.definition().recovery();
        }
        return policies.computeIfAbsent(
                jobName,
                name -> JobDefinition.find(name, application)
                        .map(JobDefinition::recovery)
                        .orElseThrow(() -> new IllegalArgumentException("this deployment has no job '" + name + "'")));
    }

    @Override
    public RecordedDefinition definitionOf(JobModel job) {
        String name = job.file();
        return RecordedDefinition.of(
                job,
                lines.computeIfAbsent(name, each -> RecordedDefinition.lines(each, application)),
                ref -> artifacts
                        .computeIfAbsent(ref, each -> Optional.ofNullable(classOf(each)))
                        .orElse(null));
    }

    /** Its class, where it is named by that or is a bean. */
    private @Nullable Class<?> classOf(String ref) {
        try {
            return Class.forName(ref, false, application);
        } catch (ClassNotFoundException | LinkageError notThat) {
            return beans.get().stream()
                    .flatMap(each -> beanOf(each, ref).stream())
                    .findFirst()
                    .orElse(null);
        }
    }

    private static Optional<Class<?>> beanOf(BeanManager beans, String ref) {
        try {
            Bean<?> bean = beans.resolve(beans.getBeans(ref));
            // The class of a producer's bean is the producer's.
            return bean != null && bean.getTypes().contains(bean.getBeanClass())
                    ? Optional.of(bean.getBeanClass())
                    : Optional.empty();
        } catch (AmbiguousResolutionException several) {
            return Optional.empty();
        }
    }

    /** Without an identity nothing is refused, so nothing need be read before the job runs. */
    private List<String> errorsOf(JobModel job) {
        if (identityNone) {
            return List.of();
        }
        String name = job.file();
        List<String> errors = report(name)
                .map(report -> report.errors().stream().map(Finding::text).toList())
                .orElse(List.of());
        boolean misnamed = !name.equals(job.name()) && !name.equals(job.name() + ".xml");
        return misnamed && errors.isEmpty() && !job.definition().identityNone()
                ? List.of("the file of the job is called " + name + ", but its id is " + job.name()
                        + ": a restart would not find it; give both one name")
                : errors;
    }

    private static JobParameters parametersOf(Properties given, List<String> faults) {
        try {
            return JobParameters.ofProperties(given);
        } catch (IllegalArgumentException e) {
            faults.add(String.valueOf(e.getMessage()));
            return new JobParameters(new TreeMap<>());
        }
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
    private List<String> validate(String jobName, JobParameters parameters, boolean faulty) {
        Set<Bean<ParametersValidator>> asked = new HashSet<>();
        List<String> faults = new ArrayList<>();
        for (Instance.Handle<ParametersValidator> handle : validators()) {
            if (!asked.add(handle.getBean())) {
                continue; // several modules see it
            }
            try {
                faults.addAll(handle.get().validate(jobName, parameters));
            } catch (RuntimeException e) {
                if (!faulty) {
                    throw e;
                }
            } finally {
                // One of a longer scope is everybody's.
                if (handle.getBean().getScope() == Dependent.class) {
                    handle.destroy();
                }
            }
        }
        return faults;
    }

    private List<Instance.Handle<ParametersValidator>> validators() {
        List<Instance<ParametersValidator>> known = validators;
        if (known == null) {
            known = beans.get().stream()
                    .map(manager -> manager.createInstance().select(ParametersValidator.class, Any.Literal.INSTANCE))
                    .toList();
            validators = known.isEmpty() ? null : known;
        }
        List<Instance.Handle<ParametersValidator>> handles = new ArrayList<>();
        known.forEach(instance -> instance.handles().forEach(handles::add));
        return handles;
    }

    private static List<BeanManager> beansHere() {
        try {
            return List.of(CDI.current().getBeanManager());
        } catch (IllegalStateException noCdiHere) {
            return List.of();
        }
    }
}
