package dev.reprise.internal.engine;

import dev.reprise.identity.JobParameters;
import dev.reprise.internal.database.Database;
import dev.reprise.internal.decide.Decisions;
import dev.reprise.internal.decide.Subject;
import dev.reprise.internal.engine.stored.LoadedExecutions;
import dev.reprise.internal.store.Belonging;
import dev.reprise.internal.store.JobInstances;
import dev.reprise.internal.store.Scope;
import dev.reprise.state.LaunchRefusedException;
import dev.reprise.state.NodeIdentity;
import dev.reprise.state.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jberet.runtime.JobExecutionImpl;

/** What is refused because of where it is asked: of another application, on a node that stops, or still ends it. Thread-safe. */
public final class RefusedHere {

    private final JobInstances instances;
    private final Supplier<NodeIdentity> self;
    private final Database database;
    private final LoadedExecutions loaded;
    private final Decisions decisions;
    private final Map<Long, LiveExecution> live;
    private final ThisNode thisNode;
    private final Scope scope;

    RefusedHere(Wiring wiring, ThisNode thisNode) {
        this.instances = wiring.instances;
        this.self = wiring.self;
        this.database = wiring.database;
        this.loaded = wiring.loaded;
        this.decisions = wiring.decisions;
        this.live = wiring.live;
        this.scope = wiring.scope;
        this.thisNode = thisNode;
    }

    public void refuseOthers(JobExecutionImpl original, JobParameters parameters) {
        loaded.applicationOf(original)
                .flatMap(application -> decisions.ofAnother(
                        new Belonging(original.getJobInstance().getInstanceId(), original.getJobName(), application),
                        Subject.label(original.getJobName(), parameters)))
                .ifPresent(refusal -> {
                    throw new LaunchRefusedException(refusal);
                });
    }

    /** Whose an execution is, if it is another application's; empty if it is not, or if there is none. */
    public Optional<Belonging> anothers(long executionId) {
        return live.containsKey(executionId)
                ? Optional.empty()
                : database.read(handle -> instances.belongingOfExecution(handle, executionId))
                        .filter(its -> !scope.includes(its.application()));
    }

    /** Why an execution is not for this application to change; empty if it is, or if there is none. */
    public Optional<Refusal> refusalOf(long executionId) {
        return live.containsKey(executionId)
                ? Optional.empty()
                : database.read(handle -> instances.belongingOfExecution(handle, executionId))
                        .flatMap(its -> decisions.ofAnother(its, "Execution " + executionId + " of " + its.jobName()));
    }

    /**
     * Refuses a change of an execution of another application.
     *
     * @throws LaunchRefusedException which names it
     */
    public void refuseOthers(long executionId) {
        refusalOf(executionId).ifPresent(refusal -> {
            throw new LaunchRefusedException(refusal);
        });
    }

    NodeIdentity availableNode(Subject subject) {
        String why = "Its server is being suspended or stopped, or the application undeployed.";
        if (!thisNode.isSuspended()) {
            try {
                return self.get();
            } catch (IllegalStateException e) {
                why = String.valueOf(e.getMessage());
            }
        }
        throw new LaunchRefusedException(new Refusal(
                Refusal.Kind.NODE_UNAVAILABLE,
                subject.jobName(),
                null,
                null,
                null,
                List.of(),
                subject.label() + " does not start on this node. " + why + " Launch it on another node, or later."));
    }

    /**
     * Refuses the restart of an execution that this node has lost, while its threads still end it: the engine would not do it.
     *
     * @throws LaunchRefusedException if it is so
     */
    public void refuseWhatStillEndsHere(long executionId) {
        LiveExecution ending = live.get(executionId);
        if (ending != null && ending.isLost()) {
            throw new LaunchRefusedException(new Refusal(
                    Refusal.Kind.NODE_UNAVAILABLE,
                    ending.execution().getJobName(),
                    null,
                    executionId,
                    null,
                    List.of(),
                    ending.label() + " does not start on this node: this node has lost execution " + executionId
                            + ", and threads of it still end that here. Launch it on another node, or later."));
        }
    }
}
