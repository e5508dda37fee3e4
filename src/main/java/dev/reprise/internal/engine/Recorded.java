package dev.reprise.internal.engine;

import dev.reprise.identity.JobParameter;
import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.RestartJudge;
import dev.reprise.internal.decide.RestartJudge.Original;
import dev.reprise.internal.store.Definitions;
import dev.reprise.internal.store.ExecutionParameters;
import dev.reprise.internal.store.JobExecutions;
import dev.reprise.internal.store.JobInstances;
import dev.reprise.internal.store.StepStates;
import dev.reprise.internal.store.Transitions;
import dev.reprise.job.JobGraph;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.Skipped;
import dev.reprise.state.StepFailure;
import dev.reprise.state.StepState;
import dev.reprise.state.TransitionTaken;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is recorded of single executions, for people. Thread-safe. */
public final class Recorded {

    private final JobInstances instances;
    private final Database database;
    private final JobExecutions executions;
    private final Transitions transitions;
    private final Definitions definitions;
    private final RestartJudge restartJudge;

    Recorded(Wiring wiring) {
        this.instances = wiring.instances;
        this.database = wiring.database;
        this.executions = wiring.executions;
        this.transitions = wiring.transitions;
        this.definitions = wiring.definitions;
        this.restartJudge = wiring.restartJudge;
    }

    /** The parameters of an execution as people may see them: the value of a secret one is {@link JobParameter#MASK}. */
    public JobParameters parameters(long executionId) {
        SortedMap<String, JobParameter> shown = new TreeMap<>();
        database.read(handle -> ExecutionParameters.of(handle, executionId))
                .byName()
                .forEach((name, parameter) -> shown.put(
                        name, new JobParameter(parameter.shown(), parameter.identifying(), parameter.secret())));
        return new JobParameters(shown);
    }

    /** The steps of an execution in the order of their start, with their partitions. */
    public List<StepState> steps(long executionId) {
        return database.read(handle -> StepStates.states(handle, executionId));
    }

    /** Why an execution failed: the first line of what is recorded; empty if nothing is. */
    public String failure(long executionId) {
        return database.read(handle -> executions.exitMessage(handle, executionId))
                .lines()
                .findFirst()
                .orElse("");
    }

    /** How an execution went on after its steps, decisions, flows and splits, in that order. */
    public List<TransitionTaken> transitions(long executionId) {
        return database.read(handle -> transitions.ofExecution(handle, executionId));
    }

    /** The whole stack trace of a step or partition, if it is one of that execution and failed. */
    public Optional<String> stackTrace(long executionId, long stepExecutionId) {
        return database.read(handle -> StepStates.stackTrace(handle, executionId, stepExecutionId));
    }

    /** The steps and partitions of an execution that failed, in the order of their start. */
    public List<StepFailure> failures(long executionId) {
        return database.read(handle -> StepStates.failures(handle, executionId));
    }

    /** Which of these executions, wherever they run, have no recorded end yet; in one statement, of a thousand ids at most. */
    public Set<Long> withoutEnd(Collection<Long> executionIds) {
        return executionIds.isEmpty() ? Set.of() : database.read(handle -> executions.withoutEnd(handle, executionIds));
    }

    /** The value of a parameter in the newest instance that has it, among the newest of the job. */
    public Optional<String> newestValueOf(String jobName, String parameter) {
        return database.read(handle -> instances.newestValueOf(handle, jobName, parameter));
    }

    /** The definition that an execution ran, as job XML with all that is inherited; empty if none is recorded. */
    public Optional<String> definition(long executionId) {
        return definitions.ofExecution(executionId);
    }

    /** What an execution skipped, by the graph of the definition that it ran. */
    public Skipped skipped(JobGraph graph, ExecutionState execution) {
        return database.inOwnTransaction(handle -> executions.previous(handle, execution.instanceId(), execution.id()))
                .map(before -> restartJudge.skipped(graph, Original.of(before)))
                .orElse(Skipped.NOTHING);
    }
}
