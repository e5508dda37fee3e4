package dev.reprise.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.history.History;
import dev.reprise.launch.DeployedJob;
import dev.reprise.launch.JobLauncher;
import dev.reprise.lint.Finding;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.StepState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Jobs: as they are deployed, and their last executions. */
final class JobViews {

    private static final int OF_A_JOB = 10;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JobLauncher launcher;
    private final Supplier<RepriseRepository> repositories;
    private final ExecutionViews executions;

    JobViews(JobLauncher launcher, Supplier<RepriseRepository> repositories, ExecutionViews executions) {
        this.launcher = launcher;
        this.repositories = repositories;
        this.executions = executions;
    }

    /**
     * The jobs of this deployment by name.
     *
     * @param after the page begins after this name; null for the first one
     */
    View.Page<View.JobSummary> page(@Nullable String after, int limit) {
        List<String> names = launcher.jobNames().stream()
                .filter(name -> after == null || name.compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        List<String> shown = names.stream().limit(limit).toList();
        Map<String, List<View.Execution>> recent = recent(shown);
        List<View.JobSummary> items = shown.stream()
                .map(name -> summary(name, recent.getOrDefault(name, List.of())))
                .toList();
        return new View.Page<>(
                items, names.size() > limit ? items.get(limit - 1).name() : null);
    }

    /** Of all of them at once, or of as many as may be. */
    private Map<String, List<View.Execution>> recent(List<String> names) {
        List<ExecutionState> found = new ArrayList<>();
        for (int from = 0; from < names.size(); from += ExecutionSearch.MOST_NAMES) {
            Set<String> some =
                    Set.copyOf(names.subList(from, Math.min(names.size(), from + ExecutionSearch.MOST_NAMES)));
            history().newestOfEach(some, OF_A_JOB).values().forEach(found::addAll);
        }
        return executions.all(found).stream().collect(Collectors.groupingBy(View.Execution::job));
    }

    private View.JobSummary summary(String name, List<View.Execution> recent) {
        Optional<DeployedJob> job = launcher.deployed(name);
        List<Finding> findings = job.map(DeployedJob::findings).orElse(List.of());
        int errors = (int) findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .count();
        JsonNode schema = job.map(DeployedJob::schema).map(JobViews::parsed).orElse(null);
        return new View.JobSummary(
                name,
                text(schema, "title"),
                text(schema, "description"),
                job.isPresent(),
                errors,
                findings.size() - errors,
                recent);
    }

    /** The jobs, deployed here or only in the history, of which a text is a part of the name or title. */
    List<String> with(String part) {
        SortedSet<String> names = new TreeSet<>(launcher.jobNames());
        names.addAll(history().jobNames());
        return Texts.with(part, names, name -> name + '\n' + title(name));
    }

    private String title(String name) {
        return String.valueOf(text(
                launcher.deployed(name)
                        .map(DeployedJob::schema)
                        .map(JobViews::parsed)
                        .orElse(null),
                "title"));
    }

    /** A job's definition; empty if it is not deployed here and never ran. */
    Optional<View.Job> find(String name) {
        Optional<DeployedJob> job = launcher.deployed(name);
        if (job.isEmpty()) {
            return ran(name)
                    ? Optional.of(new View.Job(name, null, null, false, false, false, null, null, List.of()))
                    : Optional.empty();
        }
        return job.map(found -> {
            JsonNode schema = found.schema() == null ? null : parsed(found.schema());
            return new View.Job(
                    name,
                    text(schema, "title"),
                    text(schema, "description"),
                    true,
                    found.identityNone(),
                    found.restartable(),
                    schema,
                    found.graph() == null ? null : GraphViews.of(found.graph()),
                    found.findings());
        });
    }

    /** Whether there is a job of that name, deployed here or only in the history. */
    boolean knows(String job) {
        return launcher.deployed(job).isPresent() || ran(job);
    }

    private boolean ran(String job) {
        return !history().instances(job, Long.MAX_VALUE, 1).isEmpty();
    }

    /** The last executions of a job and what became of each step; see {@link Monitor#executions}. */
    View.Grid grid(String job, long before, int limit) {
        List<ExecutionState> found = history().executions(ExecutionSearch.ofJob(job), before, limit + 1);
        View.Page<View.Execution> page = Pages.of(found, limit, executions::all, View.Execution::id);
        Map<Long, List<StepState>> steps =
                history().steps(page.items().stream().map(View.Execution::id).toList());
        Set<String> names = new LinkedHashSet<>();
        launcher.deployed(job)
                .map(DeployedJob::graph)
                .ifPresent(graph -> graph.nodes().stream()
                        .filter(node -> node.step() != null)
                        .forEach(node -> names.add(node.id())));
        List<View.GridExecution> rows = new ArrayList<>();
        for (View.Execution execution : page.items()) {
            Map<String, View.GridStep> cells = new LinkedHashMap<>();
            for (StepState step : steps.getOrDefault(execution.id(), List.of())) {
                names.add(step.name());
                cells.put(step.name(), new View.GridStep(step.status().name(), step.started(), step.ended()));
            }
            rows.add(new View.GridExecution(execution, cells));
        }
        return new View.Grid(List.copyOf(names), rows, page.next());
    }

    private static @Nullable JsonNode parsed(String schema) {
        try {
            return JSON.readTree(schema);
        } catch (JsonProcessingException e) {
            return null; // the linter says so
        }
    }

    private static @Nullable String text(@Nullable JsonNode schema, String field) {
        JsonNode value = schema == null ? null : schema.get(field);
        return value == null || !value.isTextual() ? null : value.textValue();
    }

    private History history() {
        return repositories.get().neighbours().seen();
    }
}
