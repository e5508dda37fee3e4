package dev.reprise.repository;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.repository.Decisions.Subject;
import dev.reprise.repository.LaunchRules.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobFactory;
import org.jberet.job.model.PropertyResolver;
import org.jspecify.annotations.Nullable;

/** The parameters of a launch on their way from the asker to the tables and to the running job (semantics.md §2). */
final class LaunchParameters {

    private static final String LOCAL_TRANSACTIONS = "jberet.local-tx";

    private LaunchParameters() {}

    /**
     * @param definition every error of the job itself, which comes first
     * @param ofRules every fault that the rules have found in the parameters
     */
    static void refuseFaults(
            Subject subject, Properties given, List<String> definition, List<String> ofRules, Secrets secrets) {
        if (!definition.isEmpty()) {
            throw new LaunchRefusedException(Decisions.invalidJob(subject.jobName(), definition));
        }
        List<String> faults = faultsOfTypes(given);
        faults.addAll(ofRules);
        faults.addAll(Decisions.faultsOf(subject.parameters()));
        faults.addAll(secrets.faultsOf(subject.parameters()));
        if ("true".equalsIgnoreCase(given.getProperty(LOCAL_TRANSACTIONS))) {
            faults.add(LOCAL_TRANSACTIONS + ": would commit chunks apart from their checkpoints, and so lose or repeat"
                    + " items; leave it out");
        }
        if (!faults.isEmpty()) {
            throw new LaunchRefusedException(Decisions.invalid(subject, masked(faults, subject.parameters())));
        }
    }

    /** What {@link Properties} takes and its own methods then pass over: names and values that are no texts. */
    private static List<String> faultsOfTypes(Properties given) {
        SortedSet<String> faults = new TreeSet<>();
        given.forEach((name, value) -> {
            String shown = Text.line(String.valueOf(name));
            if (!(name instanceof String)) {
                faults.add(shown + ": the name is not a text but "
                        + name.getClass().getName());
            } else if (!(value instanceof String)) {
                faults.add(shown + ": the value is not a text but "
                        + value.getClass().getName() + "; give it with setProperty");
            }
        });
        try {
            Collections.list(given.propertyNames()).stream()
                    .map(String.class::cast)
                    .filter(name -> !given.containsKey(name) && given.getProperty(name) == null)
                    .forEach(name -> faults.add(
                            Text.line(name) + ": the value among the defaults of the properties is not a text"));
        } catch (ClassCastException e) {
            if (given.keySet().stream().allMatch(String.class::isInstance)) {
                faults.add("a name among the defaults of the properties is not a text");
            }
        }
        return new ArrayList<>(faults);
    }

    /** A validator may have quoted what it was given. */
    private static List<String> masked(List<String> faults, JobParameters parameters) {
        List<String> secrets = Secrets.in(parameters);
        return faults.stream().map(fault -> Secrets.masked(fault, secrets)).toList();
    }

    /**
     * What a restart is asked to run with: what there was, changed by what it is given. The names of old parameters have no
     * marks, those of new ones may: a new {@code -note} replaces an old {@code note}, which the engine may have merged in.
     *
     * @param before what the execution ran with, as people may see it
     */
    static Properties onRestart(Properties before, Properties asked) {
        Properties result = new Properties();
        result.putAll(before);
        Set<String> names = asked.stringPropertyNames();
        names.forEach(name -> result.setProperty(name, asked.getProperty(name)));
        for (String name : names) {
            String replaced = name.startsWith(JobParameters.NON_IDENTIFYING_MARK) ? name.substring(1) : "";
            if (!asked.containsKey(replaced)
                    && Objects.equals(result.getProperty(replaced), before.getProperty(replaced))) {
                result.remove(replaced);
            }
        }
        return result;
    }

    /**
     * §2.7: on a restart identifying parameters must be the same, others may change, new ones do not identify. Where
     * the instance has no identity (§2.6) all may change. What is a secret by now or was one before stays one.
     */
    static JobParameters asBefore(JobParameters before, Verdict now, List<String> faults) {
        SortedMap<String, JobParameter> result = new TreeMap<>();
        now.parameters().byName().forEach((name, parameter) -> {
            JobParameter old = before.byName().get(name);
            boolean secret = parameter.secret() || (old != null && old.secret());
            boolean identifying = !secret && old != null && old.identifying();
            if (old != null
                    && old.identifying()
                    && !now.identityNone()
                    && !old.value().equals(parameter.value())) {
                faults.add(Text.line(name + ": identifies the instance, so a restart cannot change it from '"
                        + (secret ? JobParameter.MASK : old.value()) + "' to '" + parameter.shown()
                        + "'; start another instance instead"));
            }
            result.put(name, new JobParameter(parameter.value(), identifying, secret));
        });
        before.identifying().forEach((name, value) -> result.putIfAbsent(name, new JobParameter(value, true)));
        return new JobParameters(result);
    }

    /** What the running job sees: its parameters, and what the engine was told in this one request. */
    static Properties forTheJob(JobParameters parameters, Properties asked) {
        Properties properties = new OfTheJob();
        properties.putAll(parameters.toProperties());
        for (String name : asked.stringPropertyNames()) {
            if (name.startsWith(JobParameters.ENGINE_PREFIX)) {
                properties.setProperty(name, asked.getProperty(name));
            }
        }
        return properties;
    }

    /** At the end of a job the engine adds the name of its file, which is nobody's parameter. */
    private static final class OfTheJob extends Properties {

        private static final long serialVersionUID = 1L;

        @Override
        public synchronized @Nullable Object setProperty(String name, String value) {
            return name.equals(Job.JOB_XML_NAME) ? null : super.setProperty(name, value);
        }
    }

    /**
     * Resolves the job's expressions as the engine will after the execution is recorded, so that one that cannot be
     * resolved is a refusal, and not an execution that never starts.
     *
     * @return the fault, if there is one
     */
    static Optional<String> faultOfExpressions(Job job, JobParameters given, Properties parameters) {
        return resolve(JobFactory.cloneJob(job), given, parameters);
    }

    /**
     * Puts parameters into a job as {@link #faultOfExpressions} does; a value that is a secret stays masked.
     *
     * @param trial a copy of the job, which is changed
     * @return the fault, if there is one
     */
    static Optional<String> resolve(Job trial, JobParameters given, Properties parameters) {
        Properties masked = new Properties();
        parameters.stringPropertyNames().forEach(name -> masked.setProperty(name, parameters.getProperty(name)));
        given.byName().forEach((name, parameter) -> masked.setProperty(name, parameter.shown()));
        PropertyResolver resolver = new PropertyResolver();
        resolver.setJobParameters(masked); // what it cannot resolve it quotes, also in the server's log
        try {
            resolver.resolve(trial);
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(Text.line("an expression #{…} in the XML of job " + trial.getId()
                    + " cannot be resolved: " + e.getMessage()));
        }
    }
}
