package dev.reprise.monitor;

import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.Placement;
import dev.reprise.state.StepState;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Executions and their steps in short, as far as the caller may see them. */
final class ExecutionViews {

    private final Supplier<RepriseRepository> repositories;

    ExecutionViews(Supplier<RepriseRepository> repositories) {
        this.repositories = repositories;
    }

    View.Execution of(ExecutionState execution) {
        return all(List.of(execution)).get(0);
    }

    /** With the progress of those that run. */
    List<View.Execution> all(List<ExecutionState> executions) {
        List<Long> running = executions.stream()
                .filter(ExecutionState::owned)
                .map(ExecutionState::id)
                .toList();
        Map<Long, View.Progress> progress =
                Progresses.of(repositories.get().neighbours().seen().activity(running));
        return executions.stream()
                .map(execution -> view(execution, progress.get(execution.id())))
                .toList();
    }

    /** The name of an application that is not this one; null for this one's, and for nobody's. */
    @Nullable
    String another(String application) {
        return application.isEmpty() || application.equals(repositories.get().application()) ? null : application;
    }

    private View.Execution view(ExecutionState execution, View.@Nullable Progress progress) {
        return new View.Execution(
                execution.id(),
                execution.job(),
                execution.instanceId(),
                another(execution.application()),
                execution.status(),
                execution.exitStatus(),
                execution.created(),
                execution.started(),
                execution.ended(),
                execution.node(),
                execution.submitter(),
                execution.parameters().identifying(),
                execution.owned(),
                execution.waits() ? true : null,
                execution.recoveries() == 0 ? null : execution.recoveries(),
                failure(execution.failure()),
                execution.attempts(),
                progress);
    }

    View.Step step(StepState step) {
        Placement placement = step.placement();
        Placement.Wait waits = placement == null ? null : placement.waits();
        return new View.Step(
                step.id(),
                step.name(),
                step.status().name(),
                step.exitStatus(),
                step.started(),
                step.ended(),
                step.counts(),
                failure(step.failure()),
                waits == null ? null : waits.name(),
                placement == null ? null : placement.node(),
                placement == null || placement.earlier().isEmpty() ? null : placement.earlier(),
                placement == null ? null : placement.nodesDied(),
                placement == null ? null : placement.committed(),
                step.partitions().stream().map(this::step).toList());
    }

    private @Nullable String failure(String failure) {
        return failure.isEmpty() ? null : shown(failure);
    }

    /** Why something failed, as far as the caller may read it. */
    String shown(String failure) {
        return repositories
                        .get()
                        .access()
                        .caller()
                        .map(Caller::roles)
                        .map(roles -> roles.contains(Role.OPERATOR))
                        .orElse(true)
                ? failure
                : View.withoutMessage(failure);
    }
}
