package dev.reprise.monitor;

import dev.reprise.state.LaunchDecision;
import dev.reprise.state.LaunchDecision.EffectiveParameter;
import dev.reprise.state.Refusal;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decisions about launches as operators read them. */
final class DecisionViews {

    private DecisionViews() {}

    /** A decision as operators read it. */
    static View.Decision of(LaunchDecision decision) {
        if (decision instanceof LaunchDecision.Restart restart) {
            return new View.Decision(
                    "RESTART",
                    restart.message(),
                    restart.executionId(),
                    restart.steps().stream().map(DecisionViews::stepPlan).toList(),
                    restart.changes().isEmpty() ? null : restart.changes(),
                    parameters(restart.parameters()),
                    restart.distributed().isEmpty() ? null : restart.distributed(),
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
                    null,
                    refusal.kind().name(),
                    refusal.faults().isEmpty() ? null : faults(refusal.faults()),
                    refusal.acceptance());
        }
        LaunchDecision.Start start = (LaunchDecision.Start) decision;
        return new View.Decision(
                "START",
                start.message(),
                null,
                null,
                null,
                parameters(start.parameters()),
                start.distributed().isEmpty() ? null : start.distributed(),
                null,
                null,
                null);
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
    static List<View.Fault> faults(Collection<String> faults) {
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
}
