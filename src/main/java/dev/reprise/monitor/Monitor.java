package dev.reprise.monitor;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.history.History;
import dev.reprise.launch.JobLauncher;
import dev.reprise.state.AuditEntry;
import dev.reprise.state.ExecutionSearch;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.LaunchDecision;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators see of jobs, instances, executions and nodes. Each answer is a bounded number of statements. Thread-safe. */
@ApplicationScoped
public class Monitor {

    /** How many running executions are shown at once. */
    private static final int AT_ONCE = 100;

    private final Supplier<RepriseRepository> repositories;
    private final ExecutionViews executions;
    private final ExecutionDetails details;
    private final InstanceViews instances;
    private final JobViews jobs;
    private final NodeViews nodes;
    private final AttentionViews attention;

    @Inject
    public Monitor(JobLauncher launcher, Supplier<RepriseRepository> repositories) {
        this.repositories = repositories;
        this.executions = new ExecutionViews(repositories);
        this.details = new ExecutionDetails(launcher, repositories, executions);
        this.instances = new InstanceViews(launcher, repositories, executions);
        this.jobs = new JobViews(launcher, repositories, executions);
        this.nodes = new NodeViews(repositories);
        this.attention = new AttentionViews(launcher, repositories, executions);
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    Monitor() {
        this.repositories = null;
        this.executions = null;
        this.details = null;
        this.instances = null;
        this.jobs = null;
        this.nodes = null;
        this.attention = null;
    }

    private History history() {
        return repositories.get().neighbours().seen();
    }

    /** What nodes run, newest first. */
    public List<ExecutionState> running(int limit) {
        return history().running(limit);
    }

    /** What runs, what needs a person, and the nodes. */
    public View.Now now() {
        AttentionViews.Shown shown = attention.all();
        return new View.Now(
                executions.all(history().running(AT_ONCE)),
                shown.matters(),
                shown.inAll(),
                shown.news(),
                shown.whole(),
                nodes.all());
    }

    /** A matter that needs a person, without its newest execution; empty if there is none of that key (any more). */
    public Optional<View.Attention> attention(String key) {
        return attention.find(key);
    }

    /** The nodes of this application by name. */
    public List<View.Node> nodes() {
        return nodes.all();
    }

    /**
     * The jobs of this deployment by name.
     *
     * @param after the page begins after this name; null for the first one
     */
    public View.Page<View.JobSummary> jobs(@Nullable String after, int limit) {
        return jobs.page(after, limit);
    }

    /** A job's definition; empty if it is not deployed here and never ran. */
    public Optional<View.Job> job(String name) {
        return jobs.find(name);
    }

    /** Whether there is a job of that name, deployed here or only in the history. */
    public boolean knows(String job) {
        return jobs.knows(job);
    }

    /** The last executions of a job and what became of each step; see {@link #executions}. */
    public View.Grid grid(String job, long before, int limit) {
        return jobs.grid(job, before, limit);
    }

    /** A page of a job's instances, newest first. */
    public View.Page<View.Instance> instances(String job, long before, int limit) {
        return instances.page(job, before, limit);
    }

    /** An instance with its newest executions and what a launch would do now; empty if there is none. */
    public Optional<View.InstanceDetail> instance(long instanceId) {
        return instances.find(instanceId);
    }

    /**
     * A page of executions, newest first.
     *
     * @param before the page begins below this id; {@link Long#MAX_VALUE} for the first one
     */
    public View.Page<View.Execution> executions(ExecutionSearch search, long before, int limit) {
        return Pages.of(history().executions(search, before, limit + 1), limit, executions::all, View.Execution::id);
    }

    /** The jobs of which a text is a part of the name or title, in any case, by name. */
    public List<String> jobsWith(String part) {
        return jobs.with(part);
    }

    /** The nodes of which a text is a part of the name, in any case, by name. */
    public List<String> nodesWith(String part) {
        return Texts.with(part, history().nodeNames(), name -> name);
    }

    /** One execution in short; empty if there is none. */
    public Optional<View.Execution> execution(long executionId) {
        return history().execution(executionId).map(executions::of);
    }

    /** What changed among the newest executions; see {@link History#changedSince}. */
    public List<ExecutionState> changedSince(Instant since) {
        return history().changedSince(since);
    }

    /** One execution with all that is known of it; empty if there is none. */
    public Optional<View.ExecutionDetail> detail(long executionId) {
        return history().execution(executionId).map(details::of);
    }

    /** With the progress of those that run. */
    public List<View.Execution> views(List<ExecutionState> some) {
        return executions.all(some);
    }

    /** A decision as operators read it. */
    public static View.Decision decision(LaunchDecision decision) {
        return DecisionViews.of(decision);
    }

    /** Faults as the rules word them: the name of the parameter, a colon, and what is wrong. */
    public static List<View.Fault> faults(Collection<String> faults) {
        return DecisionViews.faults(faults);
    }

    /** A page of what callers did, newest first. */
    public View.Page<AuditEntry> audit(@Nullable String caller, @Nullable Long executionId, long before, int limit) {
        return Pages.of(
                repositories.get().audit().page(caller, executionId, before, limit + 1),
                limit,
                entries -> entries,
                AuditEntry::id);
    }
}
