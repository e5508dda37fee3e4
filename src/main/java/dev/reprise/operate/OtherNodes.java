package dev.reprise.operate;

import dev.reprise.access.Access;
import dev.reprise.access.Access.Subject;
import dev.reprise.access.Action;
import dev.reprise.access.Caller;
import dev.reprise.access.Role;
import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.Applications;
import dev.reprise.internal.store.Belonging;
import dev.reprise.internal.store.Requests.Asker;
import dev.reprise.internal.store.Requests.Request;
import dev.reprise.log.MergedLog.NodePart;
import dev.reprise.log.OneLine;
import dev.reprise.state.ExecutionState;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.Refusal;
import dev.reprise.state.StepState;
import jakarta.annotation.PreDestroy;
import jakarta.batch.operations.NoSuchJobExecutionException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What only another node can do (contract.md §8.8): it is asked over the database, takes the request with its next report,
 * and does it on behalf of the caller, whose role is checked and whose request is on record here and there. Who waits for
 * an answer holds no thread. Thread-safe.
 *
 * <p>What is asked fails, or the stage that is returned, with what the same would fail with here; with {@link
 * LaunchRefusedException} ({@code NODE_UNAVAILABLE}) if there is no node to ask or none took it in time, and nothing was
 * done then; and with {@link NoAnswerException} if it may have been done.
 */
@ApplicationScoped
public class OtherNodes {

    static final String STOP = "stop";
    static final String RESTART = "restart";
    static final String LOG = "log";
    /** The detail of a request for a log. */
    static final String LINES = "lines";

    /** Beside two reports of the slowest node. */
    private static final Duration MARGIN = Duration.ofSeconds(3);

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Supplier<RepriseRepository> repositories;
    private final Answers answers;

    @Inject
    public OtherNodes(Supplier<RepriseRepository> repositories) {
        this.repositories = repositories;
        this.answers = new Answers(() -> repositories.get().neighbours().requests());
    }

    /** For the container's proxy. */
    @SuppressWarnings("NullAway")
    OtherNodes() {
        this.repositories = null;
        this.answers = null;
    }

    /** Whether an execution is one of another application that is shown here, so that its nodes are to be asked. */
    public boolean isAnothers(long executionId) {
        return anothers(executionId).isPresent();
    }

    private Optional<Belonging> anothers(long executionId) {
        RepriseRepository repository = repositories.get();
        return repository
                .refused()
                .anothers(executionId)
                .filter(its -> repository.neighbours().applications().isShownAnother(its.application()));
    }

    private Belonging belonging(long executionId) {
        return anothers(executionId)
                .orElseThrow(() -> new NoSuchJobExecutionException(
                        "There is no execution " + executionId + " of another application."));
    }

    /** Asks the node that runs an execution of another application to stop it, or another node of that application. */
    public CompletionStage<String> stop(long executionId) {
        Belonging its = belonging(executionId);
        return access().changeElsewhere(
                        Action.STOP,
                        subject(its, executionId),
                        () -> ask(its, executionId, STOP, Map.of(), nodeOf(executionId)),
                        done -> subject(its, executionId),
                        done -> "by application " + its.application());
    }

    /**
     * Asks a node of another application to restart an execution of it.
     *
     * @param changed as for a restart here; of parameters only such as the execution has and that are no secrets, because
     *     they stand in the database until the node has read them
     * @return gives the id of the new execution
     */
    public CompletionStage<Long> restart(long executionId, Map<String, String> changed) {
        Belonging its = belonging(executionId);
        return access().changeElsewhere(
                        Action.RESTART,
                        subject(its, executionId),
                        () -> {
                            Travelling.check(
                                    its,
                                    executionId,
                                    changed,
                                    repositories.get().recorded().parameters(executionId));
                            return ask(its, executionId, RESTART, changed, null).thenApply(Long::valueOf);
                        },
                        restarted -> subject(its, restarted),
                        restarted -> "by application " + its.application());
    }

    /**
     * Gives up an execution of another application. Nobody need be asked: its row is all that there is of it. Both audits
     * have it.
     *
     * @throws jakarta.batch.operations.JobExecutionIsRunningException if it runs: stop it first
     * @throws jakarta.batch.operations.JobExecutionAlreadyCompleteException if it is COMPLETED, and its instance has an
     *     identity
     */
    public void abandon(long executionId) {
        Belonging its = belonging(executionId);
        RepriseRepository repository = repositories.get();
        Subject subject = subject(its, executionId);
        Access there = access().recordedIn(repository.audit().of(its.application()));
        access().change(
                        Action.ABANDON,
                        subject,
                        () -> there.change(
                                Action.ABANDON,
                                subject,
                                () -> {
                                    repository.interventions().abandonRow(executionId, its.jobName());
                                    return subject;
                                },
                                same -> same,
                                done -> "by application " + repository.application()),
                        same -> same,
                        done -> "of application " + its.application());
    }

    /**
     * The last lines of the log of an execution that ran on another node, of whichever application, 1 MiB at most.
     *
     * @return gives null if that node has no log of it; empty if there is no such node, or it cannot be asked
     */
    public Optional<CompletionStage<@Nullable String>> log(long executionId, int lines) {
        RepriseRepository repository = repositories.get();
        repository
                .access()
                .caller()
                .ifPresent(caller -> Access.require(caller, Role.OPERATOR, "see the log of execution " + executionId));
        ExecutionState execution =
                repository.neighbours().seen().execution(executionId).orElse(null);
        if (execution == null || execution.node() == null) {
            return Optional.empty();
        }
        Belonging its = belonging(execution);
        return nodes(its.application()).stream()
                .filter(node -> node.name().equals(execution.node()) && !isThis(node))
                .findFirst()
                .map(node -> ask(its, executionId, LOG, Map.of(LINES, String.valueOf(lines)), node.name()));
    }

    /** The nodes that have a part of an execution's log, its own first: that one, and those that have run partitions of it. */
    public Set<String> nodesOf(long executionId) {
        Set<String> nodes = new LinkedHashSet<>();
        String own = nodeOf(executionId);
        if (own != null) {
            nodes.add(own);
        }
        nodes.addAll(StepState.nodes(repositories.get().recorded().steps(executionId)));
        return nodes;
    }

    /**
     * The last lines that each of these nodes has of an execution's log, of each 1 MiB at most. A node that cannot be asked, or
     * does not answer, is among them.
     *
     * @throws NoSuchJobExecutionException if there is no such execution, or it is not to be seen
     */
    public CompletionStage<List<NodePart>> logs(long executionId, Set<String> nodes, int lines) {
        RepriseRepository repository = repositories.get();
        repository
                .access()
                .caller()
                .ifPresent(caller -> Access.require(caller, Role.OPERATOR, "see the log of execution " + executionId));
        Belonging its = repository
                .neighbours()
                .seen()
                .execution(executionId)
                .map(this::belonging)
                .orElseThrow(() -> new NoSuchJobExecutionException("There is no execution " + executionId + "."));
        List<Applications.Node> able = nodes(its.application());
        List<CompletableFuture<NodePart>> asked = nodes.stream()
                .map(name -> part(its, executionId, lines, name, able))
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> asked.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<NodePart> part(
            Belonging its, long executionId, int lines, String name, List<Applications.Node> able) {
        if (isThis(its.application(), name)) {
            return CompletableFuture.completedFuture(
                    LogHere.part(repositories.get().server().logs(), executionId, lines, name));
        }
        if (able.stream().noneMatch(node -> node.name().equals(name))) {
            return CompletableFuture.completedFuture(new NodePart(
                    name, null, "it is not alive, or cannot be asked; look into the folder of logs of its server"));
        }
        return ask(its, executionId, LOG, Map.of(LINES, String.valueOf(lines)), name, able)
                .handle((text, failure) -> failure == null
                        ? new NodePart(name, text, null)
                        : new NodePart(name, null, OneLine.of(String.valueOf(failure.getMessage()))))
                .toCompletableFuture();
    }

    private Belonging belonging(ExecutionState execution) {
        return new Belonging(
                execution.instanceId(),
                execution.job(),
                execution.application().isEmpty() ? repositories.get().application() : execution.application());
    }

    private Access access() {
        return repositories.get().access();
    }

    private boolean isThis(Applications.Node node) {
        return isThis(node.application(), node.name());
    }

    private boolean isThis(String application, String name) {
        return repositories
                .get()
                .thisNode()
                .node()
                .filter(self ->
                        self.application().equals(application) && self.name().equals(name))
                .isPresent();
    }

    private List<Applications.Node> nodes(String application) {
        return repositories.get().neighbours().applications().whoCanBeAskedNow(application);
    }

    private @Nullable String nodeOf(long executionId) {
        return repositories
                .get()
                .neighbours()
                .seen()
                .execution(executionId)
                .map(ExecutionState::node)
                .orElse(null);
    }

    private static Subject subject(Belonging its, long executionId) {
        return new Subject(its.jobName(), its.instanceId(), executionId);
    }

    /** @param wanted the node that is to do it, if it can be asked; else, or if it is null, any of the application */
    private CompletionStage<@Nullable String> ask(
            Belonging its, long executionId, String kind, Map<String, String> details, @Nullable String wanted) {
        return ask(its, executionId, kind, details, wanted, nodes(its.application()));
    }

    private CompletionStage<@Nullable String> ask(
            Belonging its,
            long executionId,
            String kind,
            Map<String, String> details,
            @Nullable String wanted,
            List<Applications.Node> able) {
        if (able.isEmpty()) {
            throw unavailable(
                    its,
                    executionId,
                    "no node of it is alive that could be asked to " + kind + " it",
                    "Start one, and ask again.");
        }
        String node = able.stream()
                .map(Applications.Node::name)
                .filter(name -> name.equals(wanted))
                .findFirst()
                .orElse(null);
        Duration slowest = able.stream()
                .map(Applications.Node::heartbeat)
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO)
                .multipliedBy(2)
                .plus(MARGIN);
        Duration patience = slowest.compareTo(LONGEST) < 0 ? slowest : LONGEST;
        Request request = new Request(0, its.application(), node, kind, executionId, Replies.written(details), asker());
        return answers.of(
                request,
                patience,
                () -> unavailable(
                        its,
                        executionId,
                        "no node of it took the request to " + kind + " it within " + patience.toSeconds()
                                + " s, so the request was withdrawn",
                        "Nothing was done; ask again."));
    }

    private Asker asker() {
        String here = repositories.get().application();
        Optional<Caller> caller = access().caller();
        return new Asker(
                caller.map(Caller::user).orElse("(the application " + here + ")"),
                caller.map(Caller::address).orElse(null),
                caller.map(Caller::roles).orElse(Set.of(Role.values())).stream()
                        .map(Role::roleName)
                        .sorted()
                        .toList(),
                here);
    }

    private static LaunchRefusedException unavailable(Belonging its, long executionId, String why, String whatToDo) {
        return new LaunchRefusedException(new Refusal(
                Refusal.Kind.NODE_UNAVAILABLE,
                its.jobName(),
                its.instanceId(),
                executionId,
                null,
                List.of(),
                "Execution " + executionId + " of " + its.jobName() + " belongs to application '" + its.application()
                        + "', and " + why + ". " + whatToDo));
    }

    @PreDestroy
    void end() {
        answers.close();
    }
}
