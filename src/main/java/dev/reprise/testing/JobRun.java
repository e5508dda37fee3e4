package dev.reprise.testing;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.state.StepCounts;
import dev.reprise.state.StepState;
import dev.reprise.state.TransitionTaken;
import jakarta.batch.runtime.BatchStatus;
import jakarta.batch.runtime.JobExecution;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one execution of a job did.
 *
 * @param job its name
 * @param instanceId of the job instance: the same for a restart
 * @param executionId of this attempt
 * @param status its batch status
 * @param exitStatus null while it runs
 * @param failure why it failed, the first line; empty if it did not
 * @param steps what ran, in the order of their start; a step that a restart skipped is not among them
 * @param failedAt where in the code of the project a step or partition failed, by its name, as {@code
 *     shop.OrderReader.readItem(OrderReader.java:31)}; not all
 *     failures come from there
 * @param transitions how it went on after steps (skipped ones too), decisions and flows
 */
public record JobRun(
        String job,
        long instanceId,
        long executionId,
        BatchStatus status,
        @Nullable String exitStatus,
        String failure,
        List<StepState> steps,
        Map<String, String> failedAt,
        List<TransitionTaken> transitions) {

    public JobRun {
        steps = List.copyOf(steps);
        failedAt = Map.copyOf(failedAt);
        transitions = List.copyOf(transitions);
    }

    static JobRun of(JobExecution execution, long instanceId, RepriseRepository repository) {
        long id = execution.getExecutionId();
        List<StepState> steps = repository.recorded().steps(id);
        return new JobRun(
                execution.getJobName(),
                instanceId,
                id,
                execution.getBatchStatus(),
                execution.getExitStatus(),
                repository.recorded().failure(id),
                steps,
                failedAt(id, steps, repository),
                repository.recorded().transitions(id));
    }

    private static Map<String, String> failedAt(long executionId, List<StepState> steps, RepriseRepository repository) {
        Map<String, String> places = new HashMap<>();
        steps.stream()
                .flatMap(step -> Stream.concat(Stream.of(step), step.partitions().stream()))
                .filter(step -> !step.failure().isEmpty())
                .forEach(step -> repository
                        .recorded()
                        .stackTrace(executionId, step.id())
                        .flatMap(OwnLine::of)
                        .ifPresent(place -> places.put(step.name(), place)));
        return places;
    }

    /** The names of the steps that ran, in the order of their start. */
    public List<String> stepNames() {
        return steps.stream().map(StepState::name).toList();
    }

    /**
     * The last run of a step in this execution.
     *
     * @throws AssertionError if it did not run, with what did
     */
    public StepState step(String name) {
        return steps.stream()
                .filter(step -> step.name().equals(name))
                .reduce((first, later) -> later)
                .orElseThrow(() -> new AssertionError("step '" + name + "' did not run in\n" + this));
    }

    /** A report for people. */
    @Override
    public String toString() {
        StringBuilder report = new StringBuilder(
                job + ": execution " + executionId + " of instance " + instanceId + " " + statuses(status, exitStatus));
        if (steps.isEmpty()) {
            report.append(", no step ran");
        }
        if (steps.stream().allMatch(step -> step.failure().isEmpty()) && !failure.isEmpty()) {
            report.append(String.format("%n  %s", failure));
        }
        for (StepState step : steps) {
            line(report, "  ", step);
            step.partitions().forEach(partition -> line(report, "    ", partition));
        }
        return report.toString();
    }

    private void line(StringBuilder report, String indent, StepState step) {
        StepCounts counts = step.counts();
        report.append(String.format(
                Locale.ROOT,
                "%n%s%s %s: read %d, written %d, filtered %d, skipped %d, commits %d, rollbacks %d",
                indent,
                step.name(),
                statuses(step.status(), step.exitStatus()),
                counts.read(),
                counts.written(),
                counts.filtered(),
                counts.readSkips() + counts.processSkips() + counts.writeSkips(),
                counts.commits(),
                counts.rollbacks()));
        if (!step.failure().isEmpty()) {
            report.append(String.format("%n%s  %s", indent, step.failure()));
            if (failedAt.containsKey(step.name())) {
                report.append(String.format("%n%s    at %s", indent, failedAt.get(step.name())));
            }
        }
    }

    private static String statuses(BatchStatus status, @Nullable String exitStatus) {
        return exitStatus == null || exitStatus.equals(status.name())
                ? status.name()
                : status + " (" + exitStatus + ")";
    }
}
