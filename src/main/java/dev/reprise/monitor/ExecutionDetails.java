package dev.reprise.monitor;

import dev.reprise.identity.JobParameter;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.history.History;
import dev.reprise.job.JobGraph;
import dev.reprise.job.RecordedDefinition;
import dev.reprise.launch.DeployedJob;
import dev.reprise.launch.JobLauncher;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.StepState;
import dev.reprise.state.TransitionTaken;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One execution with all that is known of it: what it ran, how far it came, and what can be done with it now. */
final class ExecutionDetails {

    private final JobLauncher launcher;
    private final Supplier<RepriseRepository> repositories;
    private final ExecutionViews executions;

    ExecutionDetails(JobLauncher launcher, Supplier<RepriseRepository> repositories, ExecutionViews executions) {
        this.launcher = launcher;
        this.repositories = repositories;
        this.executions = executions;
    }

    View.ExecutionDetail of(ExecutionState execution) {
        History.Place place = history().place(execution);
        Long previousId = place.previous();
        SortedMap<String, JobParameter> before = previousId == null
                ? new TreeMap<>()
                : history()
                        .execution(previousId)
                        .map(previous -> previous.parameters().byName())
                        .orElseGet(TreeMap::new);
        List<StepState> steps = repositories.get().recorded().steps(execution.id());
        List<TransitionTaken> transitions = repositories.get().recorded().transitions(execution.id());
        Optional<RecordedDefinition> ran = ran(execution);
        JobGraph graph = graphOf(execution, ran);
        return new View.ExecutionDetail(
                executions.of(execution),
                place.attempt(),
                previousId,
                place.following(),
                parameters(execution.parameters().byName(), before, previousId != null),
                steps.stream().map(executions::step).toList(),
                graph == null ? null : GraphViews.of(graph),
                graph == null
                        ? null
                        : ExecutionGraph.of(
                                        graph,
                                        status(execution.status()),
                                        steps,
                                        transitions,
                                        repositories.get().recorded().skipped(graph, execution))
                                .passages(),
                transitions,
                actions(execution, place.following() == null, ran),
                repositories
                        .get()
                        .server()
                        .logs()
                        .map(logs -> !logs.files(execution.id()).isEmpty())
                        .orElse(false),
                logNodes(execution, steps));
    }

    /** Null where one node has the whole log. */
    private static @Nullable List<String> logNodes(ExecutionState execution, List<StepState> steps) {
        Set<String> nodes = new TreeSet<>(StepState.nodes(steps));
        if (execution.node() != null) {
            nodes.add(execution.node());
        }
        return nodes.size() > 1 ? List.copyOf(nodes) : null;
    }

    /**
     * What can be done, here or by another application that is asked for it.
     *
     * @param last whether it is the last of its instance
     */
    private View.Actions actions(ExecutionState execution, boolean last, Optional<RecordedDefinition> ran) {
        boolean runs = execution.owned() && !execution.status().equals("STOPPING");
        boolean unfinished = !execution.owned() && Set.of("FAILED", "STOPPED").contains(execution.status());
        String application = execution.application();
        if (!repositories.get().neighbours().applications().isShownAnother(application)) {
            boolean restartable = launcher.deployed(execution.job())
                    .map(DeployedJob::restartable)
                    .orElse(false);
            return new View.Actions(runs, last && unfinished && restartable, unfinished, null, null);
        }
        boolean restart =
                last && unfinished && ran.map(RecordedDefinition::restartable).orElse(true);
        if (!repositories
                .get()
                .neighbours()
                .applications()
                .whoCanBeAsked(application)
                .isEmpty()) {
            return new View.Actions(runs, restart, unfinished, application, null);
        }
        return new View.Actions(
                false,
                false,
                unfinished,
                null,
                runs || restart
                        ? "It belongs to application '" + application + "', and no node of it is alive that could be"
                                + " asked to stop or restart it."
                        : null);
    }

    /** What it ran, if that is recorded and can be read. */
    private Optional<RecordedDefinition> ran(ExecutionState execution) {
        try {
            return repositories.get().recorded().definition(execution.id()).map(RecordedDefinition::read);
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /** Of what ran; of what is deployed where that is not recorded, and is this application's. */
    private @Nullable JobGraph graphOf(ExecutionState execution, Optional<RecordedDefinition> ran) {
        if (ran.isPresent()) {
            return ran.get().graph();
        }
        return repositories.get().neighbours().applications().isShownAnother(execution.application())
                ? null
                : launcher.deployed(execution.job()).map(DeployedJob::graph).orElse(null);
    }

    private static BatchStatus status(String stored) {
        return stored.equals("UNKNOWN") ? BatchStatus.FAILED : BatchStatus.valueOf(stored);
    }

    private static List<View.Parameter> parameters(
            SortedMap<String, JobParameter> now, SortedMap<String, JobParameter> before, boolean compare) {
        List<View.Parameter> parameters = new ArrayList<>();
        now.forEach((name, parameter) -> {
            JobParameter old = before.get(name);
            // A secret is encrypted anew each time: whether it changed cannot be seen, and is nobody's business.
            boolean same = old != null && (parameter.secret() || old.value().equals(parameter.value()));
            String change = !compare || same ? null : old == null ? "added" : "changed";
            parameters.add(new View.Parameter(
                    name,
                    parameter.shown(),
                    parameter.identifying(),
                    parameter.secret(),
                    "changed".equals(change) && old != null ? old.shown() : null,
                    change));
        });
        before.forEach((name, old) -> {
            if (!now.containsKey(name)) {
                parameters.add(new View.Parameter(name, "", old.identifying(), old.secret(), old.shown(), "removed"));
            }
        });
        return parameters;
    }

    private History history() {
        return repositories.get().neighbours().seen();
    }
}
