package dev.reprise.monitor;

import dev.reprise.internal.engine.RepriseRepository;
import dev.reprise.internal.store.AuditLog;
import dev.reprise.internal.store.history.History;
import dev.reprise.state.ExecutionState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What needs a person, by what is wrong with it. */
final class AttentionViews {

    /** How many are shown at once. */
    private static final int AT_ONCE = 100;

    /** Refused more often than that within a day is again and again. */
    private static final int REFUSED_OFTEN = 3;

    private final Supplier<RepriseRepository> repositories;
    private final ExecutionViews executions;

    AttentionViews(Supplier<RepriseRepository> repositories, ExecutionViews executions) {
        this.repositories = repositories;
        this.executions = executions;
    }

    List<View.Attention> all() {
        List<View.Attention> attention = new ArrayList<>();
        List<ExecutionState> unfinished = history().unfinished(AT_ONCE);
        List<View.Execution> views = executions.all(unfinished);
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
        for (AuditLog.Refused refused : repositories.get().audit().refused(REFUSED_OFTEN)) {
            attention.add(new View.Attention(
                    "refused",
                    refused.detail(),
                    refused.executionId() == null
                            ? null
                            : history()
                                    .execution(refused.executionId())
                                    .map(executions::of)
                                    .orElse(null),
                    refused.times(),
                    refused.job()));
        }
        for (View.Execution execution : executions.all(history().recovered())) {
            attention.add(new View.Attention(
                    "recovered",
                    "It was restarted because the node, server or database of the execution before it went away.",
                    execution,
                    null,
                    null));
        }
        return attention;
    }

    private History history() {
        return repositories.get().neighbours().seen();
    }
}
