package dev.reprise.internal.decide;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.decide.LaunchRules.Verdict;
import dev.reprise.internal.store.Secrets;
import dev.reprise.job.JobModel;
import dev.reprise.state.LaunchDecision.EffectiveParameter;
import dev.reprise.state.LaunchDecision.Source;
import dev.reprise.state.LaunchRefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What a restart runs with: what the execution before had, and what the request changes (contract.md §2.7). */
public final class RestartParameters {

    private final LaunchRules rules;
    private final Secrets secrets;

    public RestartParameters(LaunchRules rules, Secrets secrets) {
        this.rules = rules;
        this.secrets = secrets;
    }

    /**
     * The answer.
     *
     * @param subject what is restarted, with the parameters of the restart
     */
    public record Judged(Subject subject, Verdict verdict) {}

    /**
     * Judges the parameters of a restart.
     *
     * @param before as they are stored with the execution that is restarted
     * @param asked what the request changes
     * @throws LaunchRefusedException with every fault
     */
    public Judged judge(JobModel job, JobParameters before, Properties asked) {
        Properties all = LaunchParameters.onRestart(before.toShownProperties(), asked);
        Verdict verdict = rules.judge(job, withSecrets(job, before, all));
        List<String> faults = new ArrayList<>(verdict.faults());
        JobParameters parameters = LaunchParameters.asBefore(before, verdict, faults);
        Subject subject = new Subject(job.name(), parameters, verdict.restartable());
        LaunchParameters.refuseFaults(subject, asked, verdict.definitionFaults(), faults, secrets);
        return new Judged(subject, verdict);
    }

    /** A restart goes on with the secrets that it is not given anew. */
    private Properties withSecrets(JobModel job, JobParameters before, Properties asked) {
        List<String> faults = new ArrayList<>();
        Properties opened = secrets.opened(job.name(), before, asked, faults);
        if (!faults.isEmpty()) {
            throw new LaunchRefusedException(Refusals.invalidParameters(new Subject(job.name(), before, true), faults));
        }
        return opened;
    }

    /**
     * Where each of the parameters comes from.
     *
     * @param before of the execution that is restarted, or none for a first one
     * @param asked what the request gives, with marks
     */
    static List<EffectiveParameter> effective(JobParameters now, JobParameters before, Properties asked) {
        Set<String> given = asked.stringPropertyNames();
        SortedMap<String, JobParameter> old = before.byName();
        List<EffectiveParameter> effective = new ArrayList<>();
        now.byName().forEach((name, parameter) -> {
            JobParameter was = old.get(name);
            boolean isGiven = given.contains(name) || given.contains(JobParameters.NON_IDENTIFYING_MARK + name);
            Source source = isGiven ? Source.GIVEN : was != null ? Source.CARRIED : Source.DEFAULT;
            effective.add(new EffectiveParameter(
                    name,
                    parameter.shown(),
                    parameter.identifying(),
                    parameter.secret(),
                    source,
                    isGiven ? changed(was, parameter) : null));
        });
        return effective;
    }

    /** A secret is encrypted where it is stored: whether it changes cannot be seen, and is nobody's business. */
    private static @Nullable String changed(@Nullable JobParameter was, JobParameter is) {
        if (was == null || is.secret() || was.secret() || was.value().equals(is.value())) {
            return null;
        }
        return was.shown();
    }
}
