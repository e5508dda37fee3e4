package dev.reprise.monitor;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.history.History;
import dev.reprise.launch.JobLauncher;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.InstanceState;
import dev.reprise.state.StepState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Job instances, with their executions. */
final class InstanceViews {

    private static final int OF_AN_INSTANCE = 100;

    private final JobLauncher launcher;
    private final Supplier<RepriseRepository> repositories;
    private final ExecutionViews executions;

    InstanceViews(JobLauncher launcher, Supplier<RepriseRepository> repositories, ExecutionViews executions) {
        this.launcher = launcher;
        this.repositories = repositories;
        this.executions = executions;
    }

    /** A page of a job's instances, newest first. */
    View.Page<View.Instance> page(String job, long before, int limit) {
        return Pages.of(
                history().instances(job, before, limit + 1),
                limit,
                instances -> {
                    Map<Long, View.Execution> last = new TreeMap<>();
                    executions
                            .all(instances.stream()
                                    .map(InstanceState::last)
                                    .filter(Objects::nonNull)
                                    .toList())
                            .forEach(execution -> last.put(execution.instanceId(), execution));
                    return instances.stream()
                            .map(instance -> view(instance, last.get(instance.id())))
                            .toList();
                },
                View.Instance::id);
    }

    private View.Instance view(InstanceState instance, View.@Nullable Execution last) {
        return new View.Instance(
                instance.id(),
                instance.job(),
                executions.another(instance.application()),
                last == null ? Map.of() : last.parameters(),
                last);
    }

    /** An instance with its newest executions and what a launch would do now; empty if there is none. */
    Optional<View.InstanceDetail> find(long instanceId) {
        return history().instance(instanceId).map(instance -> {
            List<ExecutionState> found = history().ofInstance(instanceId, OF_AN_INSTANCE);
            List<View.Execution> views = executions.all(found);
            Map<Long, List<StepState>> steps =
                    history().steps(found.stream().map(ExecutionState::id).toList());
            List<View.InstanceExecution> detailed = views.stream()
                    .map(view -> new View.InstanceExecution(
                            view,
                            steps.getOrDefault(view.id(), List.of()).stream()
                                    .map(executions::step)
                                    .toList()))
                    .toList();
            View.Decision launch = found.isEmpty()
                            || launcher.deployed(instance.job()).isEmpty()
                            || repositories.get().neighbours().applications().isShownAnother(instance.application())
                    ? null
                    : DecisionViews.of(launcher.explainAgain(found.get(0)));
            return new View.InstanceDetail(view(instance, views.isEmpty() ? null : views.get(0)), detailed, launch);
        });
    }

    private History history() {
        return repositories.get().neighbours().seen();
    }
}
