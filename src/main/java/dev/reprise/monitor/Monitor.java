package dev.reprise.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.reprise.access.Access;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.identity.JobParameter;
import dev.reprise.job.Finding;
import dev.reprise.job.JobGraph;
import dev.reprise.job.RecordedDefinition;
import dev.reprise.job.StepDefinition;
import dev.reprise.launch.DeployedJob;
import dev.reprise.launch.JobLauncher;
import dev.reprise.log.ExecutionLogs;
import dev.reprise.repository.AuditEntry;
import dev.reprise.repository.AuditLog;
import dev.reprise.repository.ExecutionSearch;
import dev.reprise.repository.ExecutionState;
import dev.reprise.repository.History;
import dev.reprise.repository.InstanceState;
import dev.reprise.repository.LaunchDecision;
import dev.reprise.repository.LaunchDecision.EffectiveParameter;
import dev.reprise.repository.NodeIdentity;
import dev.reprise.repository.NodeState;
import dev.reprise.repository.Refusal;
import dev.reprise.repository.RepriseRepository;
import dev.reprise.repository.StepState;
import dev.reprise.repository.TransitionTaken;
import jakarta.batch.runtime.BatchStatus;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What operators see of jobs, instances, executions and nodes. Each answer is a bounded number of statements. Thread-safe. */
@ApplicationScoped
public class Monitor {

    /** How many running executions, and how many that need a person, are shown at once. */
    private static final int AT_ONCE = 100;

    private static final int OF_A_JOB = 10;
    private static final int OF_AN_INSTANCE = 100;

    /** Refused more often than that within a day is again and again. */
    private static final int REFUSED_OFTEN = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JobLauncher launcher;

    @Inject
    public Monitor(JobLauncher launcher) {
        this.launcher = launcher;
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    Monitor() {
        this.launcher = null;
    }

    private RepriseRepository repository() {
        return launcher.repository();
    }

    private History history() {
        return repository().history();
    }

    /** What runs, what needs a person, and the nodes. */
    public View.Now now() {
        return new View.Now(views(history().running(AT_ONCE)), attention(), nodes());
    }

    private List<View.Attention> attention() {
        List<View.Attention> attention = new ArrayList<>();
        List<ExecutionState> unfinished = history().unfinished(AT_ONCE);
        List<View.Execution> views = views(unfinished);
        for (int i = 0; i < views.size(); i++) {
            View.Execution execution = views.get(i);
            String kind = switch (execution.status()) {
                case "STOPPED" -> "stopped";
                case "UNKNOWN" -> "unknown";
                default -> "failed";
            };
            String failure = execution.failure();
            attention.add(new View.Attention(
                    kind, failure == null ? "It is " + execution.status() + "." : failure, execution, null, null));
        }
        for (AuditLog.Refused refused : repository().audit().refused(REFUSED_OFTEN)) {
            attention.add(new View.Attention(
                    "refused",
                    refused.detail(),
                    refused.executionId() == null
                            ? null
                            : history()
                                    .execution(refused.executionId())
                                    .map(this::view)
                                    .orElse(null),
                    refused.times(),
                    refused.job()));
        }
        for (View.Execution execution : views(history().recovered())) {
            attention.add(new View.Attention(
                    "recovered",
                    "It was restarted because the node, server or database of the execution before it went away.",
                    execution,
                    null,
                    null));
        }
        return attention;
    }

    /** The nodes of this application by name. */
    public List<View.Node> nodes() {
        Optional<String> self = repository().node().map(NodeIdentity::name);
        return history().nodes().stream()
                .map(node -> node(node, self.filter(node.name()::equals).isPresent()))
                .toList();
    }

    private View.Node node(NodeState node, boolean self) {
        return new View.Node(
                node.name(),
                node.incarnation(),
                node.process(),
                node.started(),
                node.heartbeat(),
                node.age() == null ? null : node.age().toMillis(),
                history().lease().toMillis(),
                node.alive(),
                self,
                node.running());
    }

    /**
     * The jobs of this deployment by name.
     *
     * @param after the page begins after this name; null for the first one
     */
    public View.Page<View.JobSummary> jobs(@Nullable String after, int limit) {
        List<String> names = launcher.jobNames().stream()
                .filter(name -> after == null || name.compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        List<View.JobSummary> items =
                names.stream().limit(limit).map(this::summary).toList();
        return new View.Page<>(
                items, names.size() > limit ? items.get(limit - 1).name() : null);
    }

    private View.JobSummary summary(String name) {
        Optional<DeployedJob> job = launcher.deployed(name);
        List<Finding> findings = job.map(DeployedJob::findings).orElse(List.of());
        int errors = (int) findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .count();
        JsonNode schema = job.map(DeployedJob::schema).map(Monitor::parsed).orElse(null);
        return new View.JobSummary(
                name,
                text(schema, "title"),
                text(schema, "description"),
                job.isPresent(),
                errors,
                findings.size() - errors,
                views(history().executions(ExecutionSearch.ofJob(name), Long.MAX_VALUE, OF_A_JOB)));
    }

    /** A job's definition; empty if it is not deployed here and never ran. */
    public Optional<View.Job> job(String name) {
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
                    found.graph() == null ? null : graph(found.graph()),
                    found.findings());
        });
    }

    /** Whether there is a job of that name, deployed here or only in the history. */
    public boolean knows(String job) {
        return launcher.deployed(job).isPresent() || ran(job);
    }

    private boolean ran(String job) {
        return !history().instances(job, Long.MAX_VALUE, 1).isEmpty();
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

    private static List<View.GraphNode> graph(JobGraph graph) {
        return graph.nodes().stream().map(Monitor::graphNode).toList();
    }

    private static View.GraphNode graphNode(JobGraph.Node node) {
        StepDefinition step = node.step();
        return new View.GraphNode(
                node.id(),
                node.kind(),
                node.parent(),
                step == null ? null : step.chunk(),
                step == null ? null : step.partitioned(),
                step == null ? null : step.allowStartIfComplete(),
                node.transitions().stream()
                        .map(edge -> new View.Edge(edge.kind(), edge.on(), edge.to(), edge.exitStatus()))
                        .toList());
    }

    /** The last executions of a job and what became of each step; see {@link #executions}. */
    public View.Grid grid(String job, long before, int limit) {
        List<ExecutionState> found = history().executions(ExecutionSearch.ofJob(job), before, limit + 1);
        View.Page<View.Execution> page = page(found, limit, this::views, View.Execution::id);
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

    /** A page of a job's instances, newest first. */
    public View.Page<View.Instance> instances(String job, long before, int limit) {
        return page(
                history().instances(job, before, limit + 1),
                limit,
                instances -> {
                    Map<Long, View.Execution> last = new TreeMap<>();
                    views(instances.stream()
                                    .map(InstanceState::last)
                                    .filter(Objects::nonNull)
                                    .toList())
                            .forEach(execution -> last.put(execution.instanceId(), execution));
                    return instances.stream()
                            .map(instance -> instance(instance.id(), instance.job(), last.get(instance.id())))
                            .toList();
                },
                View.Instance::id);
    }

    private static View.Instance instance(long id, String job, View.@Nullable Execution last) {
        return new View.Instance(id, job, last == null ? Map.of() : last.parameters(), last);
    }

    /** An instance with its newest executions and what a launch would do now; empty if there is none. */
    public Optional<View.InstanceDetail> instance(long instanceId) {
        return history().jobOfInstance(instanceId).map(job -> {
            List<ExecutionState> found = history().ofInstance(instanceId, OF_AN_INSTANCE);
            List<View.Execution> views = views(found);
            Map<Long, List<StepState>> steps =
                    history().steps(found.stream().map(ExecutionState::id).toList());
            List<View.InstanceExecution> executions = views.stream()
                    .map(view -> new View.InstanceExecution(
                            view,
                            steps.getOrDefault(view.id(), List.of()).stream()
                                    .map(Monitor::step)
                                    .toList()))
                    .toList();
            View.Decision launch = found.isEmpty() || launcher.deployed(job).isEmpty()
                    ? null
                    : decision(launcher.explainAgain(found.get(0)));
            return new View.InstanceDetail(
                    instance(instanceId, job, views.isEmpty() ? null : views.get(0)), executions, launch);
        });
    }

    /**
     * A page of executions, newest first.
     *
     * @param before the page begins below this id; {@link Long#MAX_VALUE} for the first one
     */
    public View.Page<View.Execution> executions(ExecutionSearch search, long before, int limit) {
        return page(history().executions(search, before, limit + 1), limit, this::views, View.Execution::id);
    }

    /** One execution in short; empty if there is none. */
    public Optional<View.Execution> execution(long executionId) {
        return history().execution(executionId).map(this::view);
    }

    /** What changed among the newest executions; see {@link History#changedSince}. */
    public List<ExecutionState> changedSince(Instant since) {
        return history().changedSince(since);
    }

    /** One execution with all that is known of it; empty if there is none. */
    public Optional<View.ExecutionDetail> detail(long executionId) {
        return history().execution(executionId).map(this::detail);
    }

    private View.ExecutionDetail detail(ExecutionState execution) {
        History.Place place = history().place(execution);
        Long previousId = place.previous();
        SortedMap<String, JobParameter> before = previousId == null
                ? new TreeMap<>()
                : history()
                        .execution(previousId)
                        .map(previous -> previous.parameters().byName())
                        .orElseGet(TreeMap::new);
        List<StepState> steps = repository().steps(execution.id());
        List<TransitionTaken> transitions = repository().transitions(execution.id());
        JobGraph graph = graphOf(execution);
        boolean last = place.following() == null;
        boolean ended = !execution.owned();
        boolean restartable = Set.of("FAILED", "STOPPED").contains(execution.status());
        return new View.ExecutionDetail(
                view(execution),
                place.attempt(),
                previousId,
                place.following(),
                parameters(execution.parameters().byName(), before, previousId != null),
                steps.stream().map(Monitor::step).toList(),
                graph == null ? null : graph(graph),
                graph == null
                        ? null
                        : ExecutionGraph.of(
                                        graph,
                                        status(execution.status()),
                                        steps,
                                        transitions,
                                        repository().skipped(graph, execution))
                                .passages(),
                transitions,
                new View.Actions(
                        execution.owned() && !execution.status().equals("STOPPING"),
                        last
                                && ended
                                && restartable
                                && launcher.deployed(execution.job())
                                        .map(DeployedJob::restartable)
                                        .orElse(false),
                        ended && restartable),
                ExecutionLogs.ofThisDeployment()
                        .map(logs -> !logs.files(execution.id()).isEmpty())
                        .orElse(false));
    }

    /** Of what ran; of what is deployed where that is not recorded. */
    private @Nullable JobGraph graphOf(ExecutionState execution) {
        try {
            Optional<JobGraph> ran = repository()
                    .definition(execution.id())
                    .map(RecordedDefinition::read)
                    .map(RecordedDefinition::graph);
            if (ran.isPresent()) {
                return ran.get();
            }
        } catch (IllegalArgumentException unreadable) {
            // as if it were not recorded
        }
        return launcher.deployed(execution.job()).map(DeployedJob::graph).orElse(null);
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

    private static View.Step step(StepState step) {
        return new View.Step(
                step.id(),
                step.name(),
                step.status().name(),
                step.exitStatus(),
                step.started(),
                step.ended(),
                step.counts(),
                failure(step.failure()),
                step.partitions().stream().map(Monitor::step).toList());
    }

    /** A decision as operators read it. */
    public static View.Decision decision(LaunchDecision decision) {
        if (decision instanceof LaunchDecision.Restart restart) {
            return new View.Decision(
                    "RESTART",
                    restart.message(),
                    restart.executionId(),
                    restart.steps().stream().map(Monitor::stepPlan).toList(),
                    restart.changes().isEmpty() ? null : restart.changes(),
                    parameters(restart.parameters()),
                    null,
                    null,
                    null);
        }
        if (decision instanceof Refusal refusal) {
            return new View.Decision(
                    "REFUSE",
                    refusal.message(),
                    refusal.executionId(),
                    null,
                    null,
                    null,
                    refusal.kind().name(),
                    refusal.faults().isEmpty() ? null : faults(refusal.faults()),
                    refusal.acceptance());
        }
        List<EffectiveParameter> parameters =
                decision instanceof LaunchDecision.Start start ? start.parameters() : List.of();
        return new View.Decision(
                "START", decision.message(), null, null, null, parameters(parameters), null, null, null);
    }

    private static View.StepPlan stepPlan(LaunchDecision.StepPlan plan) {
        List<View.PartitionPlan> partitions = plan.partitions().stream()
                .map(partition -> new View.PartitionPlan(
                        partition.number(), partition.fate().name(), partition.checkpoint()))
                .toList();
        return new View.StepPlan(
                plan.step(),
                plan.fate().name(),
                plan.reach().name(),
                plan.checkpoint(),
                plan.fate() == LaunchDecision.Fate.RESUME ? plan.commits() : null,
                partitions.isEmpty() ? null : partitions);
    }

    private static @Nullable List<View.EffectiveParameter> parameters(List<EffectiveParameter> parameters) {
        return parameters.isEmpty()
                ? null
                : parameters.stream()
                        .map(parameter -> new View.EffectiveParameter(
                                parameter.name(),
                                parameter.value(),
                                parameter.identifying(),
                                parameter.secret(),
                                parameter.source().name(),
                                parameter.before()))
                        .toList();
    }

    /** Faults as the rules word them: the name of the parameter, a colon, and what is wrong. */
    public static List<View.Fault> faults(Collection<String> faults) {
        return faults.stream()
                .map(fault -> {
                    int colon = fault.indexOf(": ");
                    boolean named = colon > 0 && fault.substring(0, colon).matches("[\\p{Alnum}._-]{1,100}");
                    return named
                            ? new View.Fault(fault.substring(0, colon), fault.substring(colon + 2))
                            : new View.Fault(null, fault);
                })
                .toList();
    }

    /** A page of what callers did, newest first. */
    public View.Page<AuditEntry> audit(@Nullable String caller, @Nullable Long executionId, long before, int limit) {
        return page(
                repository().audit().page(caller, executionId, before, limit + 1),
                limit,
                entries -> entries,
                AuditEntry::id);
    }

    private static <S, T> View.Page<T> page(
            List<S> found, int limit, Function<List<S>, List<T>> views, ToLongFunction<T> id) {
        List<T> items = views.apply(found.size() > limit ? found.subList(0, limit) : found);
        return new View.Page<>(
                items, found.size() > limit ? String.valueOf(id.applyAsLong(items.get(limit - 1))) : null);
    }

    private View.Execution view(ExecutionState execution) {
        return views(List.of(execution)).get(0);
    }

    /** With the progress of those that run. */
    public List<View.Execution> views(List<ExecutionState> executions) {
        List<Long> running = executions.stream()
                .filter(ExecutionState::owned)
                .map(ExecutionState::id)
                .toList();
        Map<Long, View.Progress> progress = Progresses.of(history().activity(running));
        return executions.stream()
                .map(execution -> view(execution, progress.get(execution.id())))
                .toList();
    }

    private static View.Execution view(ExecutionState execution, View.@Nullable Progress progress) {
        return new View.Execution(
                execution.id(),
                execution.job(),
                execution.instanceId(),
                execution.status(),
                execution.exitStatus(),
                execution.created(),
                execution.started(),
                execution.ended(),
                execution.node(),
                execution.submitter(),
                execution.parameters().identifying(),
                execution.owned(),
                execution.recoveries() == 0 ? null : execution.recoveries(),
                failure(execution.failure()),
                execution.attempts(),
                progress);
    }

    private static @Nullable String failure(String failure) {
        if (failure.isEmpty()) {
            return null;
        }
        return Access.caller()
                        .map(Caller::roles)
                        .map(roles -> roles.contains(Role.OPERATOR))
                        .orElse(true)
                ? failure
                : View.withoutMessage(failure);
    }
}
