package dev.reprise.internal.decide;

import dev.reprise.identity.JobIdentity;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.database.Text;
import dev.reprise.internal.decide.LaunchRules.Verdict;
import dev.reprise.internal.decide.RestartJudge.Judgement;
import dev.reprise.internal.decide.RestartJudge.Original;
import dev.reprise.internal.store.ExecutionParameters;
import dev.reprise.internal.store.JobExecutionRow;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.job.DefinitionChange;
import dev.reprise.job.DistributedStep;
import dev.reprise.job.JobModel;
import dev.reprise.job.RestartWay.Reach;
import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.Fate;
import dev.reprise.state.LaunchDecision.StepPlan;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.WaysOut;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** What a launch would do now, found out by the rules that a launch goes by, without doing it (contract.md §8.3). */
public final class Preview {

    private final Database database;
    private final Decisions decisions;
    private final JobExecutions executions;
    private final RestartParameters restartParameters;
    private final RestartJudge restartJudge;

    public Preview(
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
     * What a launch would do.
     *
     * @param verdict of the parameters as they are for a first execution
     * @param given what the request gives, with marks and ways out
     */
    public LaunchDecision explain(
            JobModel job, Verdict verdict, JobIdentity identity, Subject subject, Properties given) {
        Properties asked = WaysOut.without(given);
        LaunchDecision decision = verdict.identityNone()
                ? new LaunchDecision.Start(
                        subject.label() + " has no identity: each start is a new instance.", List.of(), List.of())
                : decisions.explain(identity, subject);
        if (decision instanceof LaunchDecision.Start start) {
            JobModel.Resolved trial = LaunchParameters.resolved(
                    job, subject.parameters(), LaunchParameters.forTheJob(subject.parameters(), asked));
            return trial.fault() != null
                    ? Refusals.invalidParameters(subject, List.of(Text.line(trial.fault())))
                    : new LaunchDecision.Start(
                            start.message(),
                            RestartParameters.effective(subject.parameters(), ExecutionParameters.NONE, asked),
                            distributed(trial.job()));
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

    private LaunchDecision restart(JobModel job, LaunchDecision.Restart restart, WaysOut waysOut, Properties asked) {
        JobExecutionRow original = database.inOwnTransaction(handle -> executions.find(handle, restart.executionId()))
                .orElse(null);
        if (original == null) {
            return restart; // purged this very moment
        }
        JobParameters parameters =
                database.inOwnTransaction(handle -> ExecutionParameters.of(handle, restart.executionId()));
        Subject subject = restartParameters.judge(job, parameters, asked).subject();
        Original before = Original.of(original);
        Judgement judgement = restartJudge.judge(job, before, subject, waysOut, asked);
        if (judgement.refusal() != null) {
            return judgement.refusal();
        }
        JobModel.Resolved trial = LaunchParameters.resolved(
                job, subject.parameters(), LaunchParameters.forTheJob(subject.parameters(), asked));
        if (trial.fault() != null) {
            return Refusals.invalidParameters(subject, List.of(Text.line(trial.fault())));
        }
        List<StepPlan> steps = restartJudge.plan(trial.job(), before, judgement, asked);
        Set<String> running = steps.stream()
                .filter(step -> step.reach() != Reach.NOT && (step.fate() == Fate.RUN || step.fate() == Fate.RESUME))
                .map(StepPlan::step)
                .collect(Collectors.toSet());
        return new LaunchDecision.Restart(
                restart.executionId(),
                steps,
                judgement.changes().stream().map(DefinitionChange::text).toList(),
                RestartParameters.effective(subject.parameters(), parameters, asked),
                distributed(trial.job()).stream()
                        .filter(step -> running.contains(step.step()))
                        .toList(),
                restart.message() + " It would be restarted.");
    }

    /** On a database on which the partitions of several nodes cannot be kept apart, they all stay where their step is. */
    private List<DistributedStep> distributed(JobModel job) {
        return database.dialect().letsManyTake() ? job.distributed() : List.of();
    }
}
