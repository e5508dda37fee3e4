package dev.reprise.internal.decide;

import dev.reprise.internal.store.SeenExecution;
import dev.reprise.state.LaunchDecision;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Rows 6 to 10 of the decision table of a launch (contract.md §3): what the executions of an instance allow. */
final class DecisionTable {

    private DecisionTable() {}

    /**
     * The decision about an instance that nobody runs.
     *
     * @param executions all of them, at least one, ascending by id
     * @param dead the execution of an owner that is dead, which is as good as taken over (row 5)
     * @return {@link LaunchDecision.Restart}, or why not; null if somebody has begun to run it since its owner was looked at:
     *     then that is the answer
     */
    static @Nullable LaunchDecision of(
            List<SeenExecution> executions, OptionalLong dead, long instanceId, Subject subject) {
        if (executions.stream().anyMatch(execution -> execution.owned() && !isDead(execution, dead))) {
            return null;
        }
        for (String status : List.of("COMPLETED", "ABANDONED")) {
            for (SeenExecution execution : executions) {
                if (execution.status().equals(status)) {
                    return Refusals.neverAgain(execution, instanceId, subject);
                }
            }
        }
        for (SeenExecution execution : executions) {
            boolean ended =
                    execution.status().equals("FAILED") || execution.status().equals("STOPPED");
            if (!ended && !isDead(execution, dead)) {
                return Refusals.unknownState(execution, instanceId, subject);
            }
        }
        SeenExecution last = executions.get(executions.size() - 1);
        String lastStatus = dead.isPresent() ? "left by a dead node" : last.status();
        if (!subject.restartable()) {
            return Refusals.notRestartable(last, lastStatus, instanceId, subject);
        }
        return new LaunchDecision.Restart(
                last.id(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                subject.label() + " is " + lastStatus + " (execution " + last.id() + Refusals.when(last.ended())
                        + ").");
    }

    private static boolean isDead(SeenExecution execution, OptionalLong dead) {
        return dead.isPresent() && dead.getAsLong() == execution.id();
    }
}
