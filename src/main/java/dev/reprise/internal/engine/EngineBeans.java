package dev.reprise.internal.engine;

import dev.reprise.access.Access;
import dev.reprise.internal.store.AuditLog;
import dev.reprise.internal.store.history.History;
import dev.reprise.item.CountCorrection;
import dev.reprise.log.ExecutionLogs;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import java.util.Optional;
import java.util.function.Supplier;
import org.jberet.runtime.context.StepContextImpl;
import org.jberet.runtime.metric.StepMetrics;

/**
 * What the engine's room gives to be injected. The repository and its parts as suppliers, to be asked at each use: beans are up
 * before the repository is, and which one it is depends on the calling thread as for {@link EngineOperator}.
 */
@Dependent
public final class EngineBeans {

    @Produces
    static Supplier<RepriseRepository> repository() {
        return EngineOperator::repository;
    }

    @Produces
    static Supplier<Recorded> recorded() {
        return () -> EngineOperator.repository().recorded();
    }

    @Produces
    static Supplier<ThisNode> thisNode() {
        return () -> EngineOperator.repository().thisNode();
    }

    @Produces
    static Supplier<History> history() {
        return () -> EngineOperator.repository().history();
    }

    @Produces
    static Supplier<Access> access() {
        return () -> EngineOperator.repository().access();
    }

    @Produces
    static Supplier<AuditLog> audit() {
        return () -> EngineOperator.repository().audit();
    }

    /** Empty outside a server. */
    @Produces
    static Supplier<Optional<ExecutionLogs>> logs() {
        return () -> EngineOperator.repository().server().logs();
    }

    /** Sets and does not increment: an increment of the skips is how the engine says that it drops a whole chunk. */
    @Produces
    static CountCorrection corrections() {
        return (step, count, more) -> {
            StepMetrics metrics = ((StepContextImpl) step).getStepExecution().getStepMetrics();
            metrics.set(count, metrics.get(count) + more);
        };
    }
}
