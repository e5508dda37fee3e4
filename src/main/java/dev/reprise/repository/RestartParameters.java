package dev.reprise.repository;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.repository.Decisions.Subject;
import dev.reprise.repository.LaunchDecision.EffectiveParameter;
import dev.reprise.repository.LaunchDecision.Source;
import dev.reprise.repository.LaunchRules.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import org.jberet.job.model.Job;
import org.jspecify.annotations.Nullable;

/** What a restart runs with: what the execution before had, and what the request changes (semantics.md §2.7). */
final class RestartParameters {

    private final LaunchRules rules;
    private final Secrets secrets;

    RestartParameters(LaunchRules rules, Secrets secrets) {
        this.rules = rules;
        this.secrets = secrets;
    }

    /**
     * The answer.
     *
     * @param subject what is restarted, with the parameters of the restart
     */
    record Judged(Subject subject, Verdict verdict) {}

    /**
     * Judges the parameters of a restart.
     *
     * @param before as they are stored with the execution that is restarted
     * @param asked what the request changes
     * @throws LaunchRefusedException with every fault
     */
    Judged judge(Job job, JobParameters before, Properties asked) {
        Properties all = LaunchParameters.onRestart(before.toShownProperties(), asked);
        Verdict verdict = rules.judge(job, withSecrets(job, before, all));
        List<String> faults = new ArrayList<>(verdict.faults());
        JobParameters parameters = LaunchParameters.asBefore(before, verdict, faults);
        Subject subject = new Subject(job.getId(), parameters, verdict.restartable());
        LaunchParameters.refuseFaults(subject, asked, verdict.definitionFaults(), faults, secrets);
        return new Judged(subject, verdict);
    }

    /** A restart goes on with the secrets that it is not given anew. */
    private Properties withSecrets(Job job, JobParameters before, Properties asked) {
        List<String> faults = new ArrayList<>();
        Properties opened = secrets.opened(job.getId(), before, asked, faults);
        if (!faults.isEmpty()) {
            throw new LaunchRefusedException(Decisions.invalid(new Subject(job.getId(), before, true), faults));
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
