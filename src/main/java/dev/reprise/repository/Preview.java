package dev.reprise.repository;

import dev.reprise.identity.JobIdentity;
import dev.reprise.job.DefinitionChange;
import dev.reprise.repository.Decisions.Subject;
import dev.reprise.repository.JobExecutions.Stored;
import dev.reprise.repository.LaunchRules.Verdict;
import dev.reprise.repository.RestartJudge.Judgement;
import dev.reprise.repository.RestartJudge.Original;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jberet.job.model.Job;
import org.jberet.job.model.JobFactory;
import org.jberet.runtime.JobExecutionImpl;

/** What a launch would do now, found out by the rules that a launch goes by, without doing it (semantics.md §8.3). */
final class Preview {

    private final Database database;
    private final Decisions decisions;
    private final JobExecutions executions;
    private final RestartParameters restartParameters;
    private final RestartJudge restartJudge;

    Preview(
            Database database,
            Decisions decisions,
            JobExecutions executions,
            RestartParameters restartParameters,
            RestartJudge restartJudge) {
        this.database = database;
        this.decisions = decisions;
        this.executions = executions;
        this.restartParameters = restartParameters;
        this.restartJudge = restartJudge;
    }

    /**
     * @param verdict of the parameters as they are for a first execution
     * @param given what the request gives, with marks and ways out
     */
    LaunchDecision explain(Job job, Verdict verdict, JobIdentity identity, Subject subject, Properties given) {
        Properties asked = WaysOut.without(given);
        LaunchDecision decision = verdict.identityNone()
                ? new LaunchDecision.Start(
                        subject.label() + " has no identity: each start is a new instance.", List.of())
                : decisions.explain(identity, subject);
        if (decision instanceof LaunchDecision.Start start) {
            Optional<String> fault = LaunchParameters.faultOfExpressions(
                    job, subject.parameters(), LaunchParameters.forTheJob(subject.parameters(), asked));
            return fault.isPresent()
                    ? Decisions.invalid(subject, List.of(fault.get()))
                    : new LaunchDecision.Start(
                            start.message(),
                            RestartParameters.effective(subject.parameters(), JobExecutions.NO_PARAMETERS, asked));
        }
        if (decision instanceof LaunchDecision.Restart restart) {
            try {
                return restart(job, restart, WaysOut.in(given), asked);
            } catch (LaunchRefusedException e) {
                return e.refusal();
            }
        }
        return decision;
    }

    private LaunchDecision restart(Job job, LaunchDecision.Restart restart, WaysOut waysOut, Properties asked) {
        JobExecutionImpl original = database.apart(handle -> executions.find(handle, restart.executionId()))
                .orElse(null);
        if (original == null) {
            return restart; // purged this very moment
        }
        Stored stored = Optional.ofNullable(executions.known(original)).orElse(Stored.NOTHING);
        Subject subject =
                restartParameters.judge(job, stored.parameters(), asked).subject();
        Original before = Original.of(original, stored);
        Judgement judgement = restartJudge.judge(job, before, subject, waysOut, asked);
        if (judgement.refusal() != null) {
            return judgement.refusal();
        }
        Job trial = JobFactory.cloneJob(job);
        Optional<String> fault = LaunchParameters.resolve(
                trial, subject.parameters(), LaunchParameters.forTheJob(subject.parameters(), asked));
        if (fault.isPresent()) {
            return Decisions.invalid(subject, List.of(fault.get()));
        }
        return new LaunchDecision.Restart(
                restart.executionId(),
                restartJudge.plan(trial, before, judgement, asked),
                judgement.changes().stream().map(DefinitionChange::text).toList(),
                RestartParameters.effective(subject.parameters(), stored.parameters(), asked),
                restart.message() + " It would be restarted.");
    }
}
