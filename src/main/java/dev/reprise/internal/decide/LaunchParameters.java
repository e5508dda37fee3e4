package dev.reprise.internal.decide;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.decide.LaunchRules.Verdict;
import dev.reprise.internal.store.Secrets;
import dev.reprise.job.JobModel;
import dev.reprise.state.LaunchRefusedException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parameters of a launch on their way from the asker to the tables and to the running job (contract.md §2). */
public final class LaunchParameters {

    private static final String LOCAL_TRANSACTIONS = "jberet.local-tx";

    private LaunchParameters() {}

    /**
     * Refuses a launch with every fault that was found in it.
     *
     * @param definition every error of the job itself, which comes first
     * @param ofRules every fault that the rules have found in the parameters
     */
    public static void refuseFaults(
            Subject subject, Properties given, List<String> definition, List<String> ofRules, Secrets secrets) {
        if (!definition.isEmpty()) {
            throw new LaunchRefusedException(Refusals.invalidJob(subject.jobName(), definition));
        }
        List<String> faults = ParameterFaults.ofTypes(given);
        faults.addAll(ofRules);
        faults.addAll(ParameterFaults.of(subject.parameters()));
        faults.addAll(secrets.faultsOf(subject.parameters()));
        if ("true".equalsIgnoreCase(given.getProperty(LOCAL_TRANSACTIONS))) {
            faults.add(LOCAL_TRANSACTIONS + ": would commit chunks apart from their checkpoints, and so lose or repeat"
                    + " items; leave it out");
        }
        if (!faults.isEmpty()) {
            throw new LaunchRefusedException(Refusals.invalidParameters(subject, masked(faults, subject.parameters())));
        }
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
    public static Properties forTheJob(JobParameters parameters, Properties asked) {
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
            return name.equals(JobModel.FILE) ? null : super.setProperty(name, value);
        }
    }

    /**
     * Resolves the job's expressions as the engine will after the execution is recorded, so that one that cannot be
     * resolved is a refusal, and not an execution that never starts; a value that is a secret stays masked.
     */
    public static JobModel.Resolved resolved(JobModel job, JobParameters given, Properties parameters) {
        Properties masked = new Properties();
        parameters.stringPropertyNames().forEach(name -> masked.setProperty(name, parameters.getProperty(name)));
        given.byName().forEach((name, parameter) -> masked.setProperty(name, parameter.shown()));
        return job.resolved(masked);
    }

    /** The fault of {@link #resolved}, if there is one. */
    public static Optional<String> faultOfExpressions(JobModel job, JobParameters given, Properties parameters) {
        return Optional.ofNullable(resolved(job, given, parameters).fault()).map(Text::line);
    }
}
